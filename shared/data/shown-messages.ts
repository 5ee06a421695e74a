import type { Message, ShownMessage } from '../protocol/message.ts';
import type { Place } from './places.ts';
import type { Quotes } from './quotes.ts';
import type { Threads } from './threads.ts';

interface Deps {
  quotes: Quotes;
  threads: Threads;
}

export const createShownMessages = ({ quotes, threads }: Deps) => ({
  /** The messages of one page as the caller sees them, in their order: with what depends on other items. One round trip. */
  show: async (place: Place, messages: readonly Message[]): Promise<ShownMessage[]> => {
    const [resolved, summaries] = await Promise.all([
      quotes.resolve(place.caller.tenant, messages),
      threads.summariesOf(place, messages),
    ]);
    return resolved.map((message) => ({ ...message, thread: summaries.get(message.seq) ?? null }));
  },
});
export type ShownMessages = ReturnType<typeof createShownMessages>;
