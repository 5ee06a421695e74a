import type { Caller } from '../domain/caller.ts';
import type { ConversationState, MemberState } from '../domain/conversation.ts';
import { may, type Standing, standingsOf } from '../domain/permissions.ts';
import { Problem } from '../protocol/errors.ts';
import { conversationFrom, isDeletedProfile, memberFrom } from './items.ts';
import { conversationKey, type Key, memberKey, profileKey } from './keys.ts';
import { getMany, type Item, type Table } from './table.ts';

/** A caller and the conversation they may see: what every rule is asked with. */
export interface Place {
  caller: Caller;
  conversation: ConversationState;
  /** Undefined for a service or a moderator who is not a member. */
  member: MemberState | undefined;
  standings: Standing[];
}

export const createPlaces = (table: Table) => {
  const read = async (caller: Caller, conversationId: string, more: Key[], consistent: boolean) => {
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
    return { place: placeFrom(caller, meta, membership), deleted: isDeletedProfile(profile), rest };
  };

  /**
   * Who the caller is here, in one round trip: claims may be hours old, so role and standing come from the table.
   * @param more keys to read along
   * @param hurried first reads cheaply, which may miss what was written a moment ago, and looks again before it refuses
   * @throws Problem `not_found` unless they may see the conversation, `forbidden` to a deleted user
   */
  const placeOf = async (caller: Caller, conversationId: string, { more = [] as Key[], hurried = false } = {}) => {
    let found = await read(caller, conversationId, more, !hurried);
    if (hurried && !found.place) found = await read(caller, conversationId, more, true);
    if (found.deleted) throw new Problem('forbidden', { detail: 'This user has been deleted.' });
    if (!found.place) throw new Problem('not_found');
    return { place: found.place, rest: found.rest };
  };

  return {
    placeOf: async (caller: Caller, conversationId: string): Promise<Place> =>
      (await placeOf(caller, conversationId)).place,
    placeWith: placeOf,

    /** As `placeOf`, but an open group lets anybody of the tenant in who knows its id. */
    entranceOf: async (caller: Caller, conversationId: string): Promise<Place> => {
      const [meta, membership, profile] = await getMany(
        table,
        [
          conversationKey(caller.tenant, conversationId),
          memberKey(caller.tenant, conversationId, caller.user),
          profileKey(caller.tenant, caller.user),
        ],
        { consistent: true },
      );
      const conversation = meta ? conversationFrom(meta) : undefined;
      if (isDeletedProfile(profile)) throw new Problem('forbidden', { detail: 'This user has been deleted.' });
      if (!conversation || conversation.deletedAt) throw new Problem('not_found');
      const member = membership ? memberFrom(membership) : undefined;
      if (!member && !conversation.settings.open) throw new Problem('not_found');
      return { caller, conversation, member, standings: standingsOf(caller, member?.role) };
    },
  };
};
export type Places = ReturnType<typeof createPlaces>;

const placeFrom = (caller: Caller, meta: Item | undefined, membership: Item | undefined): Place | undefined => {
  if (!meta) return undefined;
  const conversation = conversationFrom(meta);
  if (conversation.deletedAt) return undefined;
  const member = membership ? memberFrom(membership) : undefined;
  const standings = standingsOf(caller, member?.role);
  return may(standings, 'conversation.read') ? { caller, conversation, member, standings } : undefined;
};
