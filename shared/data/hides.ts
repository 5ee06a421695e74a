import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { Caller } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import { activityBucket } from '../domain/conversation.ts';
import { placeNamed } from '../domain/message.ts';
import { requirePermission } from '../domain/permissions.ts';
import type { Message } from '../protocol/message.ts';
import type { Bounds } from './history.ts';
import { hideKey, memberKey, messageKey } from './keys.ts';
import { newsPlace } from './own-news.ts';
import type { Places } from './places.ts';
import { queryAll, type Table, type Write, writeTogether } from './table.ts';
import { requireMessage } from './visible-message.ts';

interface Deps {
  table: Table;
  clock: Clock;
  places: Places;
}

/** What somebody has deleted for themselves, from a bound on. */
export interface NearHides {
  towards: Bounds['towards'];
  /** In the direction of the stretch. */
  seqs: number[];
  /** There may be others beyond these. */
  more: boolean;
}

const beyondAll = 999_999_999_999;

/** The messages that somebody has deleted for themselves alone. */
export const createHides = ({ table, clock, places }: Deps) => {
  const range = ({ tenant, user }: Caller, conversationId: string, low: number, high: number) => ({
    KeyConditionExpression: 'PK = :pk AND SK BETWEEN :low AND :high',
    ExpressionAttributeValues: {
      ':pk': hideKey(tenant, user, conversationId, low).PK,
      ':low': hideKey(tenant, user, conversationId, low).SK,
      ':high': hideKey(tenant, user, conversationId, high).SK,
    },
    ConsistentRead: true,
  });

  /** Those between two numbers, both included. */
  const between = async (caller: Caller, conversationId: string, low: number, high: number): Promise<number[]> =>
    (await queryAll(table, range(caller, conversationId, low, high))).map((item) => Number(item.seq));

  return {
    between,

    /** Safe to repeat. @throws Problem `not_found` also for a void, `forbidden` to who is no member */
    hide: (caller: Caller, messageId: string, conversationId?: string): Promise<void> => {
      const { tenant, user } = caller;
      const { conversationId: id, seq } = placeNamed(messageId, conversationId);
      return writeTogether(table, async () => {
        const keys = [messageKey(tenant, id, seq), hideKey(tenant, user, id, seq)];
        const { place, rest } = await places.placeWith(caller, id, { more: keys });
        const [item, hide] = rest;
        const now = clock.now();
        requireMessage(place, item, now);
        requirePermission(place.standings, 'message.hide');
        if (hide) return { writes: [], result: undefined };
        const Item = {
          ...hideKey(tenant, user, id, seq),
          ...newsPlace(caller, now),
          conversationId: id,
          seq,
          hiddenAt: now.toISOString(),
          expiresAt: item?.expiresAt,
        };
        const { hiddenSeq = 0, newsHour } = place.member ?? {};
        // Beside the membership, so that an inbox sees by itself that the newest message is one of these.
        const noted: Write = {
          Update: {
            TableName: table.name,
            Key: memberKey(tenant, id, user),
            UpdateExpression: 'SET hiddenSeq = :seq, newsHour = :hour',
            ConditionExpression: 'hiddenSeq = :found',
            ExpressionAttributeValues: {
              ':seq': Math.max(seq, hiddenSeq),
              ':hour': activityBucket(now.toISOString()),
              ':found': hiddenSeq,
            },
          },
        };
        const isNoted = seq <= hiddenSeq && newsHour === activityBucket(now.toISOString());
        return {
          writes: [{ Put: { TableName: table.name, Item } }, ...(isNoted ? [] : [noted])],
          result: undefined,
        };
      });
    },

    /** As many as can be among the next `limit` messages and more, without asking who may see them: read beside a stretch of those. */
    near: async (
      caller: Caller,
      conversationId: string,
      { towards, from }: Bounds,
      limit: number,
    ): Promise<NearHides> => {
      const [low, high] = towards === 'older' ? [0, from] : [from, beyondAll];
      const { Items = [], LastEvaluatedKey } = await table.client.send(
        new QueryCommand({
          TableName: table.name,
          ...range(caller, conversationId, low, high),
          ScanIndexForward: towards === 'newer',
          Limit: limit + 1,
        }),
      );
      return { towards, seqs: Items.map((item) => Number(item.seq)), more: LastEvaluatedKey !== undefined };
    },

    /** Those between the first and the last of some messages; reads on only where what was near does not reach so far. */
    among: async (
      caller: Caller,
      conversationId: string,
      { towards, seqs, more }: NearHides,
      messages: readonly Message[],
    ): Promise<number[]> => {
      const numbers = messages.map((one) => one.seq);
      const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
      const furthest = seqs.at(-1) ?? 0;
      const reaches = !more || (towards === 'older' ? furthest <= low : furthest >= high);
      const found = reaches ? seqs : await between(caller, conversationId, low, high);
      return found.filter((seq) => low <= seq && seq <= high);
    },
  };
};
export type Hides = ReturnType<typeof createHides>;
