import type { Clock } from '../domain/clock.ts';
import { quoteOf } from '../domain/message.ts';
import { firstVisibleSeq, hasExpired, quotedFrom, type Viewpoint } from '../domain/visibility.ts';
import { placeOfMessage } from '../protocol/identifiers.ts';
import type { Message } from '../protocol/message.ts';
import { keptFrom, messageFrom } from './items.ts';
import { messageKey } from './keys.ts';
import { getMany, type Table } from './table.ts';

export const createQuotes = ({ table, clock }: { table: Table; clock: Clock }) => ({
  /**
   * Messages that are shown together, each quote as the quoted message is now: edited, or a tombstone. Where retention has removed that,
   * the quote stays as it was sent; what is from before its reader's time is not quoted to them. Quoted messages among them cost
   * nothing; all others are one round trip.
   * @param viewpointIn how the reader sees a conversation
   */
  resolve: async <M extends Message>(
    tenant: string,
    messages: readonly M[],
    viewpointIn: (conversationId: string) => Viewpoint | undefined,
  ): Promise<M[]> => {
    const seen = messages.map((message) => {
      const viewpoint = viewpointIn(message.conversationId);
      return viewpoint ? quotedFrom(firstVisibleSeq(viewpoint), message) : message;
    });
    const present = new Map<string, Message>(seen.map((one) => [one.id, one]));
    const quoted = new Set(seen.flatMap(({ quote }) => quote?.messageId ?? []));
    const absent = [...quoted].filter((id) => !present.has(id)).map(placeOfMessage);
    const items = await getMany(
      table,
      absent.map(({ conversationId, seq }) => messageKey(tenant, conversationId, seq)),
      { consistent: true },
    );
    const now = clock.now();
    absent.forEach(({ conversationId }, i) => {
      const [item, viewpoint] = [items[i], viewpointIn(conversationId)];
      if (item && viewpoint && !hasExpired(viewpoint.conversation, keptFrom(item), now))
        present.set(String(item.id), messageFrom(item));
    });
    return seen.map((message) => {
      const original = message.quote && present.get(message.quote.messageId);
      return original ? { ...message, quote: quoteOf(original) } : message;
    });
  },
});
export type Quotes = ReturnType<typeof createQuotes>;
