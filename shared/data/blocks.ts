import { blocksLimit } from '../domain/blocks.ts';
import type { Caller } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import { directConversationId } from '../domain/conversation.ts';
import { deletedUser } from '../domain/permissions.ts';
import type { Block } from '../protocol/block.ts';
import { Problem } from '../protocol/errors.ts';
import { userId as userIdSchema } from '../protocol/identifiers.ts';
import { cursorOf, type Page, positionIn } from './cursors.ts';
import { conversationKey, presenceKey } from './keys.ts';
import { getMany, type Item, type Table, type Write, writeTogether } from './table.ts';

/**
 * A block stands in two places, written together: on its owner's presence item, which fan-out, typing and whoever starts a direct
 * conversation look at anyway, and on the direct conversation of the two, where it stops a send without a further read.
 */
export const createBlocks = ({ table, clock }: { table: Table; clock: Clock }) => {
  const scopeOf = ({ tenant, user }: Pick<Caller, 'tenant' | 'user'>) => `blocks:${JSON.stringify([tenant, user])}`;

  const find = async (tenant: string, user: string, other: string) => {
    const conversationId = directConversationId(tenant, [user, other]);
    const [presence, meta] = await getMany(
      table,
      [presenceKey(tenant, user), conversationKey(tenant, conversationId)],
      { consistent: true },
    );
    return { presence, meta, conversationId };
  };

  const writePresence = (tenant: string, user: string, other: string, action: 'ADD' | 'DELETE'): Write => ({
    Update: {
      TableName: table.name,
      Key: presenceKey(tenant, user),
      UpdateExpression: `SET changedAt = :now ${action} blocked :other`,
      ConditionExpression:
        action === 'ADD'
          ? 'attribute_not_exists(shutAt) AND (attribute_not_exists(blocked) OR size(blocked) < :limit)'
          : 'contains(blocked, :one)',
      ExpressionAttributeValues: {
        ':now': clock.now().toISOString(),
        ':other': new Set([other]),
        ...(action === 'ADD' ? { ':limit': blocksLimit } : { ':one': other }),
      },
    },
  });

  /** The conversation as it was found, be it not there: one that begins at this moment is met by one of the two conditions. */
  const writeConversation = (
    tenant: string,
    { meta, conversationId }: { meta: Item | undefined; conversationId: string },
    user: string,
    action: 'ADD' | 'DELETE',
  ): Write => {
    const at = { TableName: table.name, Key: conversationKey(tenant, conversationId) };
    if (!meta) return { ConditionCheck: { ...at, ConditionExpression: 'attribute_not_exists(PK)' } };
    return {
      Update: {
        ...at,
        UpdateExpression: `${action} blockedBy :user`,
        ConditionExpression: 'attribute_exists(PK)',
        ExpressionAttributeValues: { ':user': new Set([user]) },
      },
    };
  };

  const remove = (tenant: string, user: string, other: string): Promise<void> =>
    writeTogether(table, async () => {
      const found = await find(tenant, user, other);
      if (!blockedIn(found.presence).has(other)) return nothing;
      const writes = [writePresence(tenant, user, other, 'DELETE'), writeConversation(tenant, found, user, 'DELETE')];
      return { writes, result: undefined };
    });

  return {
    /** By user id. */
    page: async (
      { tenant, user }: Caller,
      { limit, cursor }: { limit: number; cursor?: string | undefined },
    ): Promise<Page<Block>> => {
      const scope = scopeOf({ tenant, user });
      const after = cursor === undefined ? undefined : positionIn(cursor, scope, userIdSchema);
      const [presence] = await getMany(table, [presenceKey(tenant, user)], { consistent: true });
      if (presence?.shutAt) throw deletedUser();
      const rest = [...blockedIn(presence)].sort().filter((one) => after === undefined || one > after);
      const items = rest.slice(0, limit).map((userId) => ({ userId }));
      const last = items.at(-1);
      return { items, nextCursor: rest.length > limit && last ? cursorOf(scope, last.userId) : null };
    },

    /** Safe to repeat. @throws Problem `too_many_blocks`, `invalid_request` for oneself, `forbidden` to a deleted user */
    add: async ({ tenant, user }: Caller, other: string): Promise<void> => {
      if (other === user)
        throw new Problem('invalid_request', { errors: [{ path: 'userId', message: 'must be somebody else' }] });
      await writeTogether(table, async () => {
        const found = await find(tenant, user, other);
        if (found.presence?.shutAt) throw deletedUser();
        const blocked = blockedIn(found.presence);
        if (blocked.has(other)) return nothing;
        if (blocked.size >= blocksLimit) throw new Problem('too_many_blocks', { detail: `At most ${blocksLimit}.` });
        const writes = [writePresence(tenant, user, other, 'ADD'), writeConversation(tenant, found, user, 'ADD')];
        return { writes, result: undefined };
      });
    },

    /** Safe to repeat. */
    remove,

    /** Of a user who is deleted: whoever comes back begins with nobody blocked. Safe to repeat. */
    removeAll: async (tenant: string, user: string): Promise<void> => {
      const [presence] = await getMany(table, [presenceKey(tenant, user)], { consistent: true });
      for (const other of blockedIn(presence)) await remove(tenant, user, other);
    },
  };
};
export type Blocks = ReturnType<typeof createBlocks>;

const nothing = { writes: [], result: undefined };

/** @param presence the item, if there is one */
export const blockedIn = (presence: Item | undefined): Set<string> => new Set(presence?.blocked as Iterable<string>);

/** What holds for as long as neither of two users has blocked the other: for whoever begins something between them. */
export const notApart = (table: Table, tenant: string, [one, other]: readonly [string, string]): Write[] =>
  [
    [one, other],
    [other, one],
  ].map(([owner = '', blocked]) => ({
    ConditionCheck: {
      TableName: table.name,
      Key: presenceKey(tenant, owner),
      ConditionExpression: 'NOT contains(blocked, :other)',
      ExpressionAttributeValues: { ':other': blocked },
    },
  }));
