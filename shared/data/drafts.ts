import { DeleteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Caller } from '../domain/caller.ts';
import { type Clock, epochSeconds } from '../domain/clock.ts';
import { requireReplyInside } from '../domain/message.ts';
import { deletedUser, requirePermission } from '../domain/permissions.ts';
import type { DraftPut, DraftState } from '../protocol/drafts.ts';
import { conversationId as conversationIdSchema } from '../protocol/identifiers.ts';
import { cursorOf, type Page, positionIn } from './cursors.ts';
import { isDeletedProfile, isExpired } from './items.ts';
import { draftKey, draftPrefix, profileKey } from './keys.ts';
import type { Limits } from './limits.ts';
import type { Places } from './places.ts';
import { getMany, type Item, isConditionFailed, queryAll, type Table } from './table.ts';

interface Deps {
  table: Table;
  clock: Clock;
  limits: Limits;
  places: Places;
}

/** By then every device has heard that a draft was cleared. */
const clearedSeconds = 86_400;

/** What users have begun to write. The last one to write wins; versions, which only grow, say which that was. */
export const createDrafts = ({ table, clock, limits, places }: Deps) => {
  /** @throws Problem `not_found` or `forbidden` unless the caller is a member */
  const find = async (caller: Caller, conversationId: string) => {
    const Key = draftKey(caller.tenant, caller.user, conversationId);
    const { place, rest } = await places.placeWith(caller, conversationId, { more: [Key] });
    requirePermission(place.standings, 'ownState.change');
    const [item] = rest;
    const kept = item && !isExpired(item, epochSeconds(clock.now())) ? item : undefined;
    return { Key, place, state: kept ? draftFrom(kept) : { conversationId, version: 0, draft: null } };
  };

  const ofUser = (tenant: string, user: string, after?: string) => ({
    KeyConditionExpression: 'PK = :pk AND SK BETWEEN :low AND :high',
    ExpressionAttributeValues: {
      ':pk': profileKey(tenant, user).PK,
      // Ids are equally long: what follows one follows it with anything behind it.
      ':low': after === undefined ? draftPrefix : `${draftKey(tenant, user, after).SK}!`,
      ':high': `${draftPrefix}~`,
    },
  });

  return {
    get: async (caller: Caller, conversationId: string): Promise<DraftState> =>
      (await find(caller, conversationId)).state,

    /** Safe to repeat: what is so already is not written. */
    put: async (caller: Caller, conversationId: string, written: DraftPut): Promise<DraftState> => {
      const { Key, place, state } = await find(caller, conversationId);
      requireReplyInside(written, place);
      if (state.draft && sameWords(state.draft, written)) return state;
      const now = clock.now();
      const { Attributes = {} } = await table.client.send(
        new UpdateCommand({
          TableName: table.name,
          Key,
          // One that expired long ago may have left devices that remember its version: the clock is beyond all of them.
          UpdateExpression:
            'SET conversationId = :id, content = :content, contentType = :type, replyTo = :replyTo, updatedAt = :at, expiresAt = :gone, version = if_not_exists(version, :first) + :one',
          ExpressionAttributeValues: {
            ':id': conversationId,
            ':content': written.content,
            ':type': written.contentType,
            ':replyTo': written.replyTo,
            ':at': now.toISOString(),
            ':gone': limits.expiryOf(caller.tenant, now),
            ':first': now.getTime(),
            ':one': 1,
          },
          ReturnValues: 'ALL_NEW',
        }),
      );
      return draftFrom(Attributes);
    },

    /** What is left of it for a day tells other devices that it is gone. Safe to repeat. */
    clear: async (caller: Caller, conversationId: string): Promise<DraftState> => {
      const { Key, state } = await find(caller, conversationId);
      if (!state.draft) return state;
      try {
        const { Attributes = {} } = await table.client.send(
          new UpdateCommand({
            TableName: table.name,
            Key,
            UpdateExpression:
              'SET version = version + :one, expiresAt = :gone REMOVE content, contentType, replyTo, updatedAt',
            ConditionExpression: 'attribute_exists(PK)',
            ExpressionAttributeValues: { ':one': 1, ':gone': epochSeconds(clock.now()) + clearedSeconds },
            ReturnValues: 'ALL_NEW',
          }),
        );
        return draftFrom(Attributes);
      } catch (error) {
        if (!isConditionFailed(error)) throw error;
        return { conversationId, version: 0, draft: null };
      }
    },

    /** By conversation id, those included that were cleared within a day. @throws Problem `forbidden` to a deleted user */
    page: async (
      caller: Caller,
      { limit, cursor }: { limit: number; cursor?: string | undefined },
    ): Promise<Page<DraftState>> => {
      const scope = `drafts:${profileKey(caller.tenant, caller.user).PK}`;
      const after = cursor === undefined ? undefined : positionIn(cursor, scope, conversationIdSchema);
      const { ExpressionAttributeValues, ...query } = ofUser(caller.tenant, caller.user, after);
      const [items, [profile]] = await Promise.all([
        queryAll(
          table,
          {
            ...query,
            FilterExpression: 'expiresAt > :now',
            ExpressionAttributeValues: { ...ExpressionAttributeValues, ':now': epochSeconds(clock.now()) },
            ConsistentRead: true,
          },
          // One more than shown tells whether there are more.
          limit + 1,
        ),
        getMany(table, [profileKey(caller.tenant, caller.user)]),
      ]);
      if (isDeletedProfile(profile)) throw deletedUser();
      const shown = items.slice(0, limit).map(draftFrom);
      const last = shown.at(-1);
      return { items: shown, nextCursor: items.length > limit && last ? cursorOf(scope, last.conversationId) : null };
    },

    /** Of a deleted user nothing of what they wrote for themselves stays. Safe to repeat. */
    forget: async (tenant: string, user: string): Promise<void> => {
      for (const { PK, SK } of await queryAll(table, { ...ofUser(tenant, user), ConsistentRead: true })) {
        await table.client.send(new DeleteCommand({ TableName: table.name, Key: { PK, SK } }));
      }
    },
  };
};
export type Drafts = ReturnType<typeof createDrafts>;

const sameWords = (one: DraftPut, other: DraftPut): boolean =>
  one.content === other.content && one.contentType === other.contentType && one.replyTo === other.replyTo;

export const draftFrom = ({ conversationId, version, content, contentType, replyTo, updatedAt }: Item): DraftState => ({
  conversationId: String(conversationId),
  version: Number(version),
  draft:
    content === undefined ? null : ({ content, contentType, replyTo, updatedAt } as NonNullable<DraftState['draft']>),
});
