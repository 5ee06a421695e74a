import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { type Clock, epochSeconds } from '../domain/clock.ts';
import { emptyThread, withoutReply, withReply } from '../domain/thread.ts';
import { placeOfMessage } from '../protocol/identifiers.ts';
import type { Message } from '../protocol/message.ts';
import { type ThreadSummary, unreadLookAhead } from '../protocol/thread.ts';
import { cursorOf, type Page, positionIn } from './cursors.ts';
import type { Bounds } from './history.ts';
import { isExpired, type MessageNote, messageFrom, messageItem, threadFrom, threadItem } from './items.ts';
import { messageKey, threadIndex, threadIndexPartition, threadKey } from './keys.ts';
import type { Limits } from './limits.ts';
import type { Place } from './places.ts';
import { getMany, type Item, type Table, type Write, writeTogether } from './table.ts';

interface Deps {
  table: Table;
  clock: Clock;
  limits: Limits;
}

/** A thread as the table knows it. */
export interface ThreadState {
  root: Pick<Message, 'conversationId' | 'seq'>;
  /** A thread goes when its root goes, in seconds since 1970. */
  expiresAt: number;
  /** Undefined before the first reply. */
  summary: ThreadSummary | undefined;
}

/** The summary takes its next state, while it still is what was found. */
const summaryWrite = (
  table: Table,
  tenant: string,
  { root, expiresAt, summary: found }: ThreadState,
  next: ThreadSummary,
): Write => ({
  Put: {
    TableName: table.name,
    Item: threadItem(tenant, root, next, expiresAt),
    ...(found
      ? {
          ConditionExpression: '#version = :found',
          ExpressionAttributeNames: { '#version': 'version' },
          ExpressionAttributeValues: { ':found': found.version },
        }
      : { ConditionExpression: 'attribute_not_exists(PK)' }),
  },
});

/** A message that is deleted and, if it was a reply, its thread without it; as it is once the thread itself has gone. */
export const uncounted = (
  table: Table,
  tenant: string,
  message: Message,
  thread: Item | undefined,
): { message: Message; writes: Write[] } => {
  if (message.threadId === null || !thread) return { message, writes: [] };
  const summary = threadFrom(thread);
  const state = { root: placeOfMessage(message.threadId), expiresAt: Number(thread.expiresAt), summary };
  const next = withoutReply(summary);
  return { message: { ...message, threadVersion: next.version }, writes: [summaryWrite(table, tenant, state, next)] };
};

const position = z.int().min(0).max(999_999_999_999);

/** The replies of threads: messages of their conversation, listed by an index and counted in their thread's summary. */
export const createReplies = ({ table, clock, limits }: Deps) => {
  const scopeOf = (threadId: string) => `replies:${threadId}`;

  const after = (tenant: string, threadId: string, seq: number) => {
    const root = placeOfMessage(threadId);
    return {
      TableName: table.name,
      IndexName: threadIndex,
      KeyConditionExpression: 'GSI2PK = :thread AND GSI2SK > :after',
      ExpressionAttributeValues: {
        ':thread': threadIndexPartition(tenant, root.conversationId, root.seq),
        ':after': messageKey(tenant, root.conversationId, seq).SK,
      },
    };
  };

  const boundsOf = (threadId: string, { cursor }: { cursor?: string | undefined }): Bounds => ({
    towards: 'newer',
    from: cursor === undefined ? 0 : positionIn(cursor, scopeOf(threadId), position),
  });

  const cursorAfter = (threadId: string, seq: number): string => cursorOf(scopeOf(threadId), seq);

  return {
    /**
     * Stores a reply and counts it, together or not at all: however often it is tried, it is counted once.
     * @returns the message that holds this number: the given one, or the one that was there before
     */
    fill: (
      { caller: { tenant, traceparent }, conversation }: Place,
      message: Message,
      { thread, note }: { thread: ThreadState; note: MessageNote },
    ): Promise<Message> => {
      const { conversationId, seq } = message;
      const { retentionDays } = conversation.settings;
      const expiresAt = limits.expiryOf(tenant, new Date(message.createdAt), retentionDays);
      const keys = [messageKey(tenant, conversationId, seq), threadKey(tenant, conversationId, thread.root.seq)];
      const look = async () => {
        const [stored, summary] = await getMany(table, keys, { consistent: true });
        return { stored: stored && messageFrom(stored), summary: summary && threadFrom(summary) };
      };
      // The first try trusts what the send began with.
      let known: Awaited<ReturnType<typeof look>> | undefined = { stored: undefined, summary: thread.summary };
      return writeTogether(table, async () => {
        const { stored, summary } = known ?? (await look());
        known = undefined;
        if (stored) return { writes: [], result: stored };
        const next = withReply(summary ?? emptyThread, message);
        const counted = { ...message, threadVersion: next.version };
        const put: Write = {
          Put: {
            TableName: table.name,
            Item: messageItem(tenant, counted, expiresAt, { traceparent, ...note }),
            ConditionExpression: 'attribute_not_exists(PK)',
          },
        };
        return { writes: [put, summaryWrite(table, tenant, { ...thread, summary }, next)], result: counted };
      });
    },

    /** Oldest first, without asking who may see them: read beside `threads.enter`, and shown to whom it lets in only. */
    page: async (
      tenant: string,
      threadId: string,
      { limit, cursor }: { limit: number; cursor?: string | undefined },
    ): Promise<Page<Message>> => {
      const { from } = boundsOf(threadId, { cursor });
      const { Items = [] } = await table.client.send(
        // One more than shown tells whether there are more.
        new QueryCommand({ ...after(tenant, threadId, from), Limit: limit + 1 }),
      );
      const now = epochSeconds(clock.now());
      const items = Items.slice(0, limit);
      const last = items.at(-1);
      return {
        items: items.filter((item) => !isExpired(item, now)).map(messageFrom),
        nextCursor: Items.length > limit && last ? cursorAfter(threadId, Number(last.seq)) : null,
      };
    },

    /** @throws Problem `invalid_request` for a cursor of another list */
    boundsOf,
    /** Goes on after a reply. */
    cursorAfter,

    /** How many others have replied after a number, of the next hundred. */
    countUnread: async (tenant: string, threadId: string, user: string, lastReadSeq: number): Promise<number> => {
      const { ExpressionAttributeValues, ...query } = after(tenant, threadId, lastReadSeq);
      const { Count = 0 } = await table.client.send(
        new QueryCommand({
          ...query,
          FilterExpression: 'senderId <> :own AND #status = :sent',
          ExpressionAttributeNames: { '#status': 'status' },
          ExpressionAttributeValues: { ...ExpressionAttributeValues, ':own': user, ':sent': 'sent' },
          Select: 'COUNT',
          Limit: unreadLookAhead,
        }),
      );
      return Count;
    },
  };
};
export type Replies = ReturnType<typeof createReplies>;
