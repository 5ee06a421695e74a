import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Caller } from '../domain/caller.ts';
import { type Clock, epochSeconds } from '../domain/clock.ts';
import { placeNamed } from '../domain/message.ts';
import { requirePermission } from '../domain/permissions.ts';
import { emptyThread } from '../domain/thread.ts';
import { Problem } from '../protocol/errors.ts';
import { placeOfMessage } from '../protocol/identifiers.ts';
import type { Message } from '../protocol/message.ts';
import type { OwnThread, OwnThreadSummary, ThreadWatermark } from '../protocol/thread.ts';
import { isExpired, threadFrom } from './items.ts';
import { type Key, memberKey, messageKey, threadKey, threadReadKey } from './keys.ts';
import { newsPlace } from './own-news.ts';
import type { Place, Places } from './places.ts';
import type { Replies } from './replies.ts';
import { despiteTransactions, getMany, type Item, isConditionFailed, queryAll, type Table } from './table.ts';
import { requireMessage } from './visible-message.ts';

interface Deps {
  table: Table;
  clock: Clock;
  places: Places;
  replies: Replies;
}

/** A thread as somebody stands to it. */
interface Entry {
  place: Place;
  root: Message;
  /** A thread goes when its root goes, in seconds since 1970. */
  expiresAt: number;
  summary: OwnThreadSummary;
}

export const createThreads = ({ table, clock, places, replies }: Deps) => {
  /** What stands between two keys, both included. */
  const range = async (low: Key, high: Key): Promise<Item[]> => {
    const items = await queryAll(table, {
      KeyConditionExpression: 'PK = :pk AND SK BETWEEN :low AND :high',
      ExpressionAttributeValues: { ':pk': low.PK, ':low': low.SK, ':high': high.SK },
      // What a read misses, no event tells later.
      ConsistentRead: true,
    });
    return items.filter((item) => !isExpired(item, epochSeconds(clock.now())));
  };

  /** Before the news itself: a note of what came to nothing costs a look, the opposite would be missed. At most once an hour. */
  const noteNews = async ({ caller, conversation, member }: Place, hour: string): Promise<void> => {
    if (!member || member.newsHour === hour) return;
    try {
      await despiteTransactions(() =>
        table.client.send(
          new UpdateCommand({
            TableName: table.name,
            Key: memberKey(caller.tenant, conversation.id, caller.user),
            UpdateExpression: 'SET newsHour = :hour',
            ConditionExpression: 'attribute_exists(PK)',
            ExpressionAttributeValues: { ':hour': hour },
          }),
        ),
      );
    } catch (error) {
      // Out of the conversation by now.
      throw isConditionFailed(error) ? new Problem('not_found') : error;
    }
  };

  return {
    /** A thread, and how the caller stands to it. @throws Problem `not_found` where they do not see its root */
    enter: async ({ tenant, ...caller }: Caller, threadId: string, conversationId?: string): Promise<Entry> => {
      const { conversationId: id, seq } = placeNamed(threadId, conversationId);
      const more = [
        messageKey(tenant, id, seq),
        threadKey(tenant, id, seq),
        threadReadKey(tenant, id, caller.user, seq),
      ];
      const { place, rest } = await places.placeWith({ tenant, ...caller }, id, { more });
      const [item, thread, read] = rest;
      const root = requireMessage(place, item, clock.now());
      const summary = { ...(thread ? threadFrom(thread) : emptyThread), lastReadSeq: Number(read?.lastReadSeq ?? 0) };
      return { place, root, expiresAt: Number(item?.expiresAt), summary };
    },

    /** The threads of a page's messages, by the number of their roots. One round trip. */
    summariesOf: async (
      { caller: { tenant, user }, conversation: { id } }: Place,
      messages: readonly Message[],
    ): Promise<Map<number, OwnThreadSummary>> => {
      const roots = messages.filter((one) => one.threadId === null && one.status !== 'void').map((one) => one.seq);
      if (roots.length === 0) return new Map();
      const [low, high] = [Math.min(...roots), Math.max(...roots)];
      const [threads, reads] = await Promise.all([
        range(threadKey(tenant, id, low), threadKey(tenant, id, high)),
        range(threadReadKey(tenant, id, user, low), threadReadKey(tenant, id, user, high)),
      ]);
      const readBy = new Map(reads.map((item) => [Number(item.rootSeq), Number(item.lastReadSeq)]));
      return new Map(
        threads.map((item) => {
          const seq = Number(item.rootSeq);
          return [seq, { ...threadFrom(item), lastReadSeq: readBy.get(seq) ?? 0 }];
        }),
      );
    },

    /** Threads by their roots, as they are now; those that are gone are left out. One round trip. */
    summariesBy: async (
      { tenant, user }: Caller,
      threadIds: readonly string[],
    ): Promise<Map<string, OwnThreadSummary>> => {
      const ids = [...new Set(threadIds)];
      const keys = ids
        .map(placeOfMessage)
        .flatMap(({ conversationId, seq }) => [
          threadKey(tenant, conversationId, seq),
          threadReadKey(tenant, conversationId, user, seq),
        ]);
      const items = await getMany(table, keys, { consistent: true });
      return new Map(
        ids.flatMap((id, i): [string, OwnThreadSummary][] => {
          const [thread, read] = items.slice(2 * i, 2 * i + 2);
          if (!thread || isExpired(thread, epochSeconds(clock.now()))) return [];
          return [[id, { ...threadFrom(thread), lastReadSeq: Number(read?.lastReadSeq ?? 0) }]];
        }),
      );
    },

    /** With what others have replied since; those who are no members have read everything. */
    counted: async ({ place: { caller, member }, root, summary }: Entry): Promise<OwnThread> => {
      const isRead = !member || (summary.lastReplySeq ?? 0) <= summary.lastReadSeq;
      const unreadCount = isRead
        ? 0
        : await replies.countUnread(caller.tenant, root.id, caller.user, summary.lastReadSeq);
      return { ...summary, unreadCount };
    },

    /** Raises how far the caller has read, to the last reply at the most. Only ever rises. */
    raiseRead: async ({ place, root, expiresAt, summary }: Entry, upTo?: number): Promise<ThreadWatermark> => {
      requirePermission(place.standings, 'thread.read');
      const { caller, conversation } = place;
      const at = (lastReadSeq: number) => ({ conversationId: conversation.id, threadId: root.id, lastReadSeq });
      const last = summary.lastReplySeq ?? 0;
      const seq = Math.min(upTo ?? last, last);
      if (seq <= summary.lastReadSeq) return at(summary.lastReadSeq);
      const { GSI1PK, GSI1SK } = newsPlace(caller, clock.now());
      await noteNews(place, GSI1SK);
      const Key = threadReadKey(caller.tenant, conversation.id, caller.user, root.seq);
      try {
        await despiteTransactions(() =>
          table.client.send(
            new UpdateCommand({
              TableName: table.name,
              Key,
              UpdateExpression:
                'SET lastReadSeq = :seq, conversationId = :id, rootSeq = :root, expiresAt = :expiresAt, GSI1PK = :news, GSI1SK = :hour',
              ConditionExpression: 'attribute_not_exists(PK) OR lastReadSeq < :seq',
              ExpressionAttributeValues: {
                ':seq': seq,
                ':id': conversation.id,
                ':root': root.seq,
                ':expiresAt': expiresAt,
                ':news': GSI1PK,
                ':hour': GSI1SK,
              },
            }),
          ),
        );
        return at(seq);
      } catch (error) {
        if (!isConditionFailed(error)) throw error;
        const [higher] = await getMany(table, [Key], { consistent: true });
        return at(Number(higher?.lastReadSeq));
      }
    },
  };
};
export type Threads = ReturnType<typeof createThreads>;
