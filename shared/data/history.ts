import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { type Clock, epochSeconds } from '../domain/clock.ts';
import { closableHoles, isWhole } from '../domain/holes.ts';
import type { Message } from '../protocol/message.ts';
import { cursorOf, type Page, positionIn } from './cursors.ts';
import { isExpired, messageFrom } from './items.ts';
import type { Limits } from './limits.ts';
import { between, createNumbers } from './numbers.ts';
import type { Place } from './places.ts';
import type { Item, Table } from './table.ts';

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
  /** Said with a cursor, it is the cursor's that counts. */
  replies?: Replies | undefined;
}

/** Whether replies that are in their thread only are shown; `own-history.ts` leaves them out. */
type Replies = 'include' | 'exclude';

/** Where a stretch begins, exclusive, and which way it goes. */
export interface Bounds {
  towards: 'older' | 'newer';
  from: number;
}

/** Bounds of the history, with what all pages of a walk have in common. */
interface Aim extends Bounds {
  replies: Replies;
}

export interface Stretch extends Aim {
  items: Item[];
  /** What stands at the bound, if anything: it tells holes beside it from what has not come yet, or is gone. */
  anchor: Item | undefined;
  limit: number;
  /** DynamoDB had more to give in this direction. */
  more: boolean;
}

const beyondAll = 999_999_999_999;

const position = z.object({
  towards: z.enum(['older', 'newer']),
  from: z.int().min(0).max(beyondAll),
  replies: z.enum(['include', 'exclude']),
});

export const createHistory = ({ table, clock, limits }: Deps) => {
  const scopeOf = (conversationId: string) => `messages:${conversationId}`;

  const numbers = createNumbers({ table, limits });

  /**
   * The number from which on whatever is missing is a hole. Below it retention may have removed messages: no void may take their
   * place.
   */
  const unbrokenFrom = ({ conversation }: Place, items: readonly Item[], now: Date): number => {
    if (isWhole(conversation.createdAt, now)) return 1;
    const kept = items.filter((item) => !isExpired(item, epochSeconds(now)));
    return Math.min(...kept.map((item) => Number(item.seq)), beyondAll);
  };

  const boundsOf = (conversationId: string, { before, after, cursor, replies = 'include' }: Direction): Aim => {
    if (cursor !== undefined) {
      return positionIn(cursor, scopeOf(conversationId), position);
    }
    return after === undefined
      ? { towards: 'older', from: before ?? beyondAll, replies }
      : { towards: 'newer', from: after, replies };
  };

  const cursorAfter = (conversationId: string, { towards, replies }: Omit<Aim, 'from'>, seq: number): string =>
    cursorOf(scopeOf(conversationId), { towards, from: seq, replies });

  return {
    /** @throws Problem `invalid_request` for a cursor of another list */
    boundsOf,
    /** Goes on after a message. */
    cursorAfter,

    /** The messages of a stretch, without asking who may see them: read beside the place, and shown through `page` only. */
    stretch: async (tenant: string, conversationId: string, direction: Direction): Promise<Stretch> => {
      const { limit } = direction;
      const aim = boundsOf(conversationId, direction);
      const { towards, from } = aim;
      const nothing = { ...aim, items: [], anchor: undefined, limit, more: false };
      if (towards === 'older' && from <= 1) return nothing;
      const anchored = from > 0 && from < beyondAll;
      const [low, high] = towards === 'older' ? [1, from] : [Math.max(from, 1), beyondAll];
      const { Items = [], LastEvaluatedKey } = await table.client.send(
        new QueryCommand({
          TableName: table.name,
          ...between(tenant, conversationId, low, high),
          ScanIndexForward: towards === 'newer',
          Limit: anchored ? limit + 1 : limit,
          // Who comes back has to find what was acknowledged a moment ago; what is older has settled.
          ConsistentRead: towards === 'newer' || !anchored,
        }),
      );
      const anchor = Items.find((item) => Number(item.seq) === from);
      const others = Items.filter((item) => item !== anchor);
      const more = LastEvaluatedKey !== undefined || others.length > limit;
      return { ...nothing, items: others.slice(0, limit), anchor, more };
    },

    /** Newest first, whichever way it walks. Holes that are old enough are closed on the way, so the numbers have no gaps. */
    page: async (place: Place, stretch: Stretch): Promise<Page<Message>> => {
      const { items, anchor, towards, from, limit, more } = stretch;
      const { conversation } = place;
      const now = clock.now();
      const older = towards === 'older';
      const found = items.map(messageFrom);
      const seqs = found.map((one) => one.seq);
      const furthest = older ? Math.min(...seqs) : Math.max(...seqs);

      const unbroken = unbrokenFrom(place, anchor ? [...items, anchor] : items, now);
      const low = Math.max(unbroken, older ? (more ? furthest : 1) : from + 1);
      const high = older ? Math.min(from - 1, conversation.seq) : more ? furthest : conversation.seq;
      const takenAt = older && anchor ? messageFrom(anchor).createdAt : conversation.lastActivityAt;
      const holes = closableHoles(found, low, high, takenAt, now);
      const nearest = older ? holes.slice(-limit) : holes.slice(0, limit);
      const closed = await Promise.all(nearest.map((hole) => numbers.close(place, hole)));

      const present = [...found, ...closed];
      const newest = present.find((one) => one.seq === conversation.lastMessage?.seq);
      if (newest?.status === 'void') await numbers.correctPreview(place, newest.seq);

      const expired = new Set(items.filter((item) => isExpired(item, epochSeconds(now))).map((item) => item.seq));
      const all = present.filter((one) => !expired.has(one.seq)).sort((a, b) => b.seq - a.seq);
      const kept = older ? all.slice(0, limit) : all.slice(-limit);
      const edge = (older ? kept.at(-1) : kept[0])?.seq;
      // The query stops where the page is full, be it the end or not.
      const ends = !more || (older ? edge === 1 : furthest >= conversation.seq);
      // Before what has expired there is nothing; after it there may be.
      const goesOn = kept.length < all.length ? edge : ends ? undefined : older ? edge : furthest;
      return {
        items: kept,
        nextCursor: goesOn === undefined ? null : cursorAfter(conversation.id, stretch, goesOn),
      };
    },
  };
};
export type History = ReturnType<typeof createHistory>;
