import type { Caller } from '../domain/caller.ts';
import type { Change, ChangeDraft } from '../domain/changes.ts';
import type { ConversationState } from '../domain/conversation.ts';
import { standingsOf } from '../domain/permissions.ts';
import { Problem } from '../protocol/errors.ts';
import { maybeHeard } from './heard.ts';
import { changeItem, conversationFrom, memberFrom } from './items.ts';
import { conversationKey, type Key, memberKey } from './keys.ts';
import { getMany, type Table, type Write } from './table.ts';

interface Revision {
  tenant: string;
  conversation: ConversationState;
  /** One or more; they take consecutive numbers. */
  changes: readonly ChangeDraft[];
  /** What META's attributes become, beside `rev`. Only these are written, since senders write others at the same time. */
  set?: Record<string, unknown>;
  /** Attributes of META that must still be what they were. */
  where?: Record<string, unknown>;
  /** When the changes are forgotten, in seconds since 1970. */
  expiresAt: number;
}

interface Numbering extends Pick<Revision, 'tenant' | 'conversation' | 'set' | 'where'> {
  count: number;
  /** When the last of them was taken. */
  at: string;
}

/** The number that the first change of a revision takes. */
export const nextRev = (conversation: ConversationState): number => conversation.rev + 1;

/** META takes the next revisions. It holds only while nobody else took them. */
export const takeRevisions = (
  table: Table,
  { tenant, conversation, count, at, set = {}, where = {} }: Numbering,
): Write => {
  const fields = Object.entries({ ...set, rev: conversation.rev + count, changedAt: at, heard: maybeHeard });
  const held = Object.entries({ ...where, rev: conversation.rev, deletedAt: null });
  return {
    Update: {
      TableName: table.name,
      Key: conversationKey(tenant, conversation.id),
      UpdateExpression: `SET ${fields.map((_, i) => `#f${i} = :f${i}`).join(', ')}`,
      ConditionExpression: held.map((_, i) => `#h${i} = :h${i}`).join(' AND '),
      ExpressionAttributeNames: {
        ...Object.fromEntries(fields.map(([name], i) => [`#f${i}`, name])),
        ...Object.fromEntries(held.map(([name], i) => [`#h${i}`, name])),
      },
      ExpressionAttributeValues: {
        ...Object.fromEntries(fields.map(([, value], i) => [`:f${i}`, value])),
        ...Object.fromEntries(held.map(([, value], i) => [`:h${i}`, value])),
      },
    },
  };
};

/**
 * The writes that any change of a conversation brings beside its own: META takes the next `rev`, and each change is filed under
 * one. They hold only while nobody else took those numbers, so revisions have no gaps and no change is without one.
 */
export const revise = (table: Table, { changes, expiresAt, ...numbering }: Revision): Write[] => {
  const { tenant, conversation } = numbering;
  const filed = changes.map(
    (change, i) => ({ ...change, conversationId: conversation.id, rev: nextRev(conversation) + i }) as Change,
  );
  const at = String(filed.at(-1)?.at);
  return [
    takeRevisions(table, { ...numbering, count: filed.length, at }),
    ...filed.map((change) => ({
      Put: {
        TableName: table.name,
        Item: changeItem(tenant, change, expiresAt),
        ConditionExpression: 'attribute_not_exists(PK)',
      },
    })),
  ];
};

/**
 * What a plan builds upon, read afresh: the conversation, how the caller belongs and stands to it by now, and the items that are to change. A
 * request may have been overtaken by one that takes the caller's role away.
 * @throws Problem `not_found` once deleted
 */
export const freshly = async (table: Table, caller: Caller, conversationId: string, keys: readonly Key[]) => {
  const { tenant, user } = caller;
  const [meta, membership, ...items] = await getMany(
    table,
    [conversationKey(tenant, conversationId), memberKey(tenant, conversationId, user), ...keys],
    { consistent: true },
  );
  const conversation = meta && conversationFrom(meta);
  if (!conversation || conversation.deletedAt) throw new Problem('not_found');
  const member = membership && memberFrom(membership);
  return {
    conversation,
    member,
    standings: standingsOf(caller, member?.role),
    items,
    /** One of the two of a direct conversation has blocked the other. */
    isBlocked: meta.blockedBy !== undefined,
  };
};
