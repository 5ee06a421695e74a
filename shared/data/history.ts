import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { Clock } from '../domain/clock.ts';
import { closableHoles, unbrokenFrom } from '../domain/holes.ts';
import { firstVisibleSeq, isVisible } from '../domain/visibility.ts';
import type { Message } from '../protocol/message.ts';
import { cursorOf, type Page, positionIn } from './cursors.ts';
import { keptFrom, messageFrom } from './items.ts';
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

/** A retention is a number of days. */
const dayMs = 86_400_000;

const beyondAll = 999_999_999_999;

const position = z.object({
  towards: z.enum(['older', 'newer']),
  from: z.int().min(0).max(beyondAll),
  replies: z.enum(['include', 'exclude']),
});

export const createHistory = ({ table, clock, limits }: Deps) => {
  const scopeOf = (conversationId: string) => `messages:${conversationId}`;

  const numbers = createNumbers({ table, limits });

  /** Whether nothing before it can be left, however it was stored. */
  const endsRetention = ({ caller, conversation }: Place, item: Item | undefined, now: Date): boolean => {
    const days = conversation.settings.retentionDays ?? limits.of(caller.tenant).retentionDays;
    return item !== undefined && Date.parse(String(item.createdAt)) + days * dayMs <= now.getTime();
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

  const history = {
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

    /**
     * Newest first, whichever way it walks. Holes that are old enough are closed on the way, so the numbers have no gaps.
     * One more round trip for a newcomer who asks for what follows a number that they do not see.
     */
    page: async (place: Place, stretch: Stretch): Promise<Page<Message>> => {
      const { items, anchor, towards, from, limit, more, replies } = stretch;
      const { caller, conversation } = place;
      const now = clock.now();
      const older = towards === 'older';
      const first = firstVisibleSeq(place);
      if (!older && from < first - 1) {
        const seen = { limit, after: first - 1, replies };
        return history.page(place, await history.stretch(caller.tenant, conversation.id, seen));
      }
      const found = items.map(messageFrom);
      const seqs = found.map((one) => one.seq);
      const furthest = older ? Math.min(...seqs) : Math.max(...seqs);

      const unbroken = Math.max(
        first,
        unbrokenFrom(conversation, (anchor ? [...items, anchor] : items).map(keptFrom), now),
      );
      const low = Math.max(unbroken, older ? (more ? furthest : 1) : from + 1);
      const high = older ? Math.min(from - 1, conversation.seq) : more ? furthest : conversation.seq;
      const takenAt = older && anchor ? messageFrom(anchor).createdAt : conversation.lastActivityAt;
      const holes = closableHoles(found, low, high, takenAt, now);
      const nearest = older ? holes.slice(-limit) : holes.slice(0, limit);
      const closed = await Promise.all(nearest.map((hole) => numbers.close(place, hole)));

      const present = [...found, ...closed];
      const newest = present.find((one) => one.seq === conversation.lastMessage?.seq);
      if (newest?.status === 'void') await numbers.correctPreview(place, newest.seq);

      const hidden = new Set(items.map(keptFrom).flatMap((one) => (isVisible(place, one, now) ? [] : [one.seq])));
      const all = present.filter((one) => !hidden.has(one.seq)).sort((a, b) => b.seq - a.seq);
      const kept = older ? all.slice(0, limit) : all.slice(-limit);
      const edge = (older ? kept.at(-1) : kept[0])?.seq;
      // The query stops where the page is full, be it the end or not.
      const ends =
        !more || (older ? furthest <= first || endsRetention(place, items.at(-1), now) : furthest >= conversation.seq);
      const goesOn = kept.length < all.length ? edge : ends ? undefined : furthest;
      return {
        items: kept,
        nextCursor: goesOn === undefined ? null : cursorAfter(conversation.id, stretch, goesOn),
      };
    },
  };
  return history;
};
export type History = ReturnType<typeof createHistory>;
