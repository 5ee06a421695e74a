import type { Message } from '../protocol/message.ts';
import type { Page } from './cursors.ts';
import type { Bounds } from './history.ts';

/** How often a page is filled up: what is left out may go on for long, and nobody waits for ever. */
const refills = 10;

/** What a page is filled up with at a time: mostly, one more is all that is wanted. */
const refillSize = (turn: number): number => Math.min(100, 10 * 4 ** turn);

/** A list of messages, in the order in which it is walked, and what of it somebody sees. */
interface Walk {
  limit: number;
  towards: Bounds['towards'];
  /** Numbers between the first and the last of these messages that they have deleted for themselves. */
  hiddenAmong: (messages: readonly Message[]) => Promise<number[]>;
  isWanted: (message: Message) => boolean;
  /** Whether everything after this message may be what they do not see. */
  mayBeLast: (message: Message) => boolean;
  /** The page of the whole list that a cursor begins. */
  next: (cursor: string, limit: number) => Promise<Page<Message>>;
  cursorAfter: (message: Message) => string;
}

export interface SeenPage extends Page<Message> {
  /** Numbers in this stretch that its reader has deleted for themselves. */
  hidden: number[];
}

/**
 * A page of a list of which its reader does not see everything, as full as the list's own. Where nothing can be left out it costs
 * nothing; otherwise it reads on until it knows whether there is more to see.
 */
export const seenPage = async (
  first: Page<Message>,
  { limit, towards, hiddenAmong, isWanted, mayBeLast, next, cursorAfter }: Walk,
): Promise<SeenPage> => {
  const hidden = new Set<number>();
  const sift = async (messages: Message[]): Promise<Message[]> => {
    if (messages.length === 0) return [];
    for (const seq of await hiddenAmong(messages)) hidden.add(seq);
    return messages.filter((one) => !hidden.has(one.seq) && isWanted(one));
  };

  let seen = await sift(first.items);
  let { nextCursor } = first;
  const edge = first.items.at(-1);
  if (seen.length < first.items.length || (edge && mayBeLast(edge))) {
    for (let turn = 0; turn < refills && nextCursor !== null && seen.length <= limit; turn += 1) {
      const page = await next(nextCursor, refillSize(turn));
      seen = [...seen, ...(await sift(page.items))];
      nextCursor = page.nextCursor;
    }
  }
  const items = seen.slice(0, limit);
  const last = items.at(-1);
  if (seen.length === items.length || !last) return { items, nextCursor, hidden: [...hidden] };
  const isInside = (seq: number) => (towards === 'older' ? seq > last.seq : seq < last.seq);
  return { items, nextCursor: cursorAfter(last), hidden: [...hidden].filter(isInside) };
};
