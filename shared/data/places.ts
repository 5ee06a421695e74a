import type { Caller } from '../domain/caller.ts';
import type { ConversationState, MemberState } from '../domain/conversation.ts';
import { deletedUser, may, type Standing, standingsOf } from '../domain/permissions.ts';
import { Problem } from '../protocol/errors.ts';
import { conversationFrom, hasReceiptsOff, isDeletedProfile, memberFrom } from './items.ts';
import { conversationKey, type Key, memberKey, profileKey } from './keys.ts';
import { getMany, type Item, type Table } from './table.ts';

/** A caller and the conversation they may see: what every rule is asked with. */
export interface Place {
  caller: Caller;
  conversation: ConversationState;
  /** Undefined for a service or a moderator who is not a member. */
  member: MemberState | undefined;
  standings: Standing[];
  /** The caller's preference: they neither show what they have read nor see what others have. */
  receiptsOff: boolean;
}

/** What is known of one of many conversations: it may not exist, be deleted, or not be the caller's. */
export interface Sight {
  conversationId: string;
  conversation: ConversationState | undefined;
  member: MemberState | undefined;
  /** The caller's preference, the same for all. */
  receiptsOff: boolean;
}

export const createPlaces = (table: Table) => {
  /** @throws Problem `forbidden` to a deleted user */
  const read = async (caller: Caller, conversationId: string, more: readonly Key[], consistent: boolean) => {
    const [meta, membership, profile, ...rest] = await getMany(
      table,
      [
        conversationKey(caller.tenant, conversationId),
        memberKey(caller.tenant, conversationId, caller.user),
        profileKey(caller.tenant, caller.user),
        ...more,
      ],
      { consistent },
    );
    if (isDeletedProfile(profile)) throw deletedUser();
    return { place: placeFrom(caller, meta, membership, profile), rest };
  };

  /**
   * Who the caller is here, in one round trip: claims may be hours old, so role and standing come from the table.
   * @param more keys to read along
   * @param hurried first reads cheaply, which may miss what was written a moment ago, and looks again before it refuses
   * @throws Problem `not_found` unless they may see the conversation, `forbidden` to a deleted user
   */
  const placeWith = async (
    caller: Caller,
    conversationId: string,
    { more = [], hurried = false }: { more?: readonly Key[]; hurried?: boolean } = {},
  ): Promise<{ place: Place; rest: (Item | undefined)[] }> => {
    const { place, rest } = await read(caller, conversationId, more, !hurried);
    if (place && may(place.standings, 'conversation.read')) return { place, rest };
    if (hurried) return placeWith(caller, conversationId, { more });
    throw new Problem('not_found');
  };

  return {
    placeWith,
    placeOf: async (caller: Caller, conversationId: string): Promise<Place> =>
      (await placeWith(caller, conversationId)).place,

    /**
     * Of many conversations at once, which are the caller's: one round trip. Memberships are read cheaply; who seems to have none
     * is looked at again.
     * @throws Problem `forbidden` to a deleted user
     */
    sightsOf: async ({ tenant, user }: Caller, conversationIds: readonly string[]): Promise<Sight[]> => {
      const keyOf = (id: string) => memberKey(tenant, id, user);
      const [metas, [profile, ...memberships]] = await Promise.all([
        getMany(
          table,
          conversationIds.map((id) => conversationKey(tenant, id)),
          { consistent: true },
        ),
        getMany(table, [profileKey(tenant, user), ...conversationIds.map(keyOf)]),
      ]);
      if (isDeletedProfile(profile)) throw deletedUser();
      const doubtful = conversationIds.filter((_, i) => metas[i] && !memberships[i]);
      const again = await getMany(table, doubtful.map(keyOf), { consistent: true });
      return conversationIds.map((conversationId, i) => {
        const [meta, membership] = [metas[i], memberships[i] ?? again[doubtful.indexOf(conversationId)]];
        return {
          conversationId,
          conversation: meta && conversationFrom(meta),
          member: membership && memberFrom(membership),
          receiptsOff: hasReceiptsOff(profile),
        };
      });
    },

    /** As `placeOf`, but an open group lets anybody of the tenant in who knows its id. */
    entranceOf: async (caller: Caller, conversationId: string): Promise<Place> => {
      const { place } = await read(caller, conversationId, [], true);
      if (!place?.member && !place?.conversation.settings.open) throw new Problem('not_found');
      return place;
    },
  };
};
export type Places = ReturnType<typeof createPlaces>;

/** Undefined where there is no such conversation, or no longer. */
const placeFrom = (
  caller: Caller,
  meta: Item | undefined,
  membership: Item | undefined,
  profile: Item | undefined,
): Place | undefined => {
  const conversation = meta && conversationFrom(meta);
  if (!conversation || conversation.deletedAt) return undefined;
  const member = membership && memberFrom(membership);
  return {
    caller,
    conversation,
    member,
    standings: standingsOf(caller, member?.role),
    receiptsOff: hasReceiptsOff(profile),
  };
};
