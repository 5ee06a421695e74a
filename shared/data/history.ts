import { GetCommand, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { type Clock, epochSeconds } from '../domain/clock.ts';
import { closableHoles } from '../domain/holes.ts';
import { previewOf, voidMessage } from '../domain/message.ts';
import { Problem } from '../protocol/errors.ts';
import type { Message } from '../protocol/message.ts';
import { cursorOf, type Page, positionIn } from './cursors.ts';
import { isExpired, lastMessageAttributes, messageFrom, messageItem } from './items.ts';
import { conversationKey, messageKey } from './keys.ts';
import type { Limits } from './limits.ts';
import type { Place } from './places.ts';
import { type Item, isConditionFailed, queryAll, type Table } from './table.ts';

interface Deps {
  table: Table;
  clock: Clock;
  limits: Limits;
}

/** Where a page begins and which way it goes. */
export interface Direction {
  limit: number;
  before?: number | undefined;
  after?: number | undefined;
  cursor?: string | undefined;
}

interface Stretch {
  items: Item[];
  towards: 'older' | 'newer';
  /** The bound the page started from, exclusive. */
  from: number;
  limit: number;
  /** DynamoDB had more to give in this direction. */
  more: boolean;
}

const beyondAll = 999_999_999_999;

const position = z.object({ towards: z.enum(['older', 'newer']), from: z.int().min(0).max(beyondAll) });

export const createHistory = ({ table, clock, limits }: Deps) => {
  const scopeOf = (conversationId: string) => `messages:${conversationId}`;

  const directionOf = (
    conversationId: string,
    { before, after, cursor }: Direction,
  ): Pick<Stretch, 'towards' | 'from'> => {
    if (cursor !== undefined) {
      return positionIn(cursor, scopeOf(conversationId), position);
    }
    return after === undefined ? { towards: 'older', from: before ?? beyondAll } : { towards: 'newer', from: after };
  };

  /** Puts a void where a number was taken and never used, unless its message has come meanwhile. */
  const close = async ({ caller, conversation }: Place, seq: number, now: Date): Promise<Message> => {
    const message = voidMessage(conversation.id, seq, now);
    try {
      await table.client.send(
        new PutCommand({
          TableName: table.name,
          Item: messageItem(caller.tenant, message, limits.expiryOf(caller.tenant, now)),
          ConditionExpression: 'attribute_not_exists(PK)',
        }),
      );
      return message;
    } catch (error) {
      if (!isConditionFailed(error)) throw error;
      const Key = messageKey(caller.tenant, conversation.id, seq);
      const { Item } = await table.client.send(new GetCommand({ TableName: table.name, Key, ConsistentRead: true }));
      if (!Item) throw new Problem('unavailable');
      return messageFrom(Item);
    }
  };

  /** The newest number turned out to be void: the inbox goes back to showing the newest message that there is. */
  const correctPreview = async ({ caller, conversation }: Place, seq: number): Promise<void> => {
    const older = await queryAll(
      table,
      { ...between(caller.tenant, conversation.id, 1, seq - 1), ScanIndexForward: false },
      10,
    );
    const newest = older.map(messageFrom).find((one) => one.status !== 'void');
    const { lastMessage, lastMessageSeq } = lastMessageAttributes(newest ? previewOf(newest) : null);
    try {
      await table.client.send(
        new UpdateCommand({
          TableName: table.name,
          Key: conversationKey(caller.tenant, conversation.id),
          UpdateExpression: 'SET lastMessage = :preview, lastMessageSeq = :previewSeq',
          ConditionExpression: 'lastMessageSeq = :seq',
          ExpressionAttributeValues: { ':preview': lastMessage, ':previewSeq': lastMessageSeq, ':seq': seq },
        }),
      );
    } catch (error) {
      if (!isConditionFailed(error)) throw error;
    }
  };

  return {
    /** The messages of a stretch, without asking who may see them: read beside the place, and shown through `page` only. */
    stretch: async (tenant: string, conversationId: string, direction: Direction): Promise<Stretch> => {
      const { towards, from } = directionOf(conversationId, direction);
      const range =
        towards === 'older'
          ? between(tenant, conversationId, 1, from - 1)
          : between(tenant, conversationId, from + 1, beyondAll);
      const empty = { items: [], towards, from, limit: direction.limit, more: false };
      if (towards === 'older' && from <= 1) return empty;
      const { Items = [], LastEvaluatedKey } = await table.client.send(
        new QueryCommand({
          TableName: table.name,
          ...range,
          ScanIndexForward: towards === 'newer',
          Limit: direction.limit,
        }),
      );
      return { ...empty, items: Items, more: LastEvaluatedKey !== undefined };
    },

    /** Newest first, whichever way it walks. Holes that are old enough are closed on the way, so the numbers have no gaps. */
    page: async (place: Place, { items, towards, from, limit, more }: Stretch): Promise<Page<Message>> => {
      const { caller, conversation } = place;
      const now = clock.now();
      const found = items.map(messageFrom);
      const numbers = found.map((one) => one.seq);
      const bottom = firstKept(place, limits.of(caller.tenant).retentionDays, now)
        ? 1
        : Math.min(...numbers, beyondAll);
      const [low, high] =
        towards === 'older'
          ? [more ? Math.min(...numbers) : bottom, Math.min(from - 1, conversation.seq)]
          : [from + 1, more ? Math.max(...numbers) : conversation.seq];
      const holes = closableHoles(found, Math.max(low, 1), high, conversation.lastActivityAt, now).slice(0, limit);
      const closed = await Promise.all(holes.map((seq) => close(place, seq, now)));
      const emptied = closed.find((one) => one.seq === conversation.lastMessage?.seq && one.status === 'void');
      if (emptied) await correctPreview(place, emptied.seq);

      const expired = new Set(
        items.filter((item) => isExpired(item, epochSeconds(now))).map((item) => Number(item.seq)),
      );
      const all = [...found, ...closed].filter((one) => !expired.has(one.seq)).sort((a, b) => b.seq - a.seq);
      const kept = towards === 'older' ? all.slice(0, limit) : all.slice(-limit);
      const edge = towards === 'older' ? kept.at(-1) : kept[0];
      const goesOn = edge !== undefined && (more || kept.length < all.length);
      return {
        items: kept,
        nextCursor: goesOn ? cursorOf(scopeOf(conversation.id), { towards, from: edge.seq }) : null,
      };
    },
  };
};
export type History = ReturnType<typeof createHistory>;

const between = (tenant: string, conversationId: string, low: number, high: number) => ({
  KeyConditionExpression: 'PK = :pk AND SK BETWEEN :low AND :high',
  ExpressionAttributeValues: {
    ':pk': conversationKey(tenant, conversationId).PK,
    ':low': messageKey(tenant, conversationId, low).SK,
    ':high': messageKey(tenant, conversationId, high).SK,
  },
});

/** Whether retention cannot have removed anything yet: then what is missing at the very beginning is a hole as well. */
const firstKept = ({ conversation }: Place, retentionDays: number, now: Date): boolean =>
  now.getTime() - Date.parse(conversation.createdAt) < retentionDays * 86_400_000;
