import { type Clock, epochSeconds } from '../domain/clock.ts';
import { quoteOf } from '../domain/message.ts';
import { placeOfMessage } from '../protocol/identifiers.ts';
import type { Message } from '../protocol/message.ts';
import { isExpired, messageFrom } from './items.ts';
import { messageKey } from './keys.ts';
import { getMany, type Table } from './table.ts';

export const createQuotes = ({ table, clock }: { table: Table; clock: Clock }) => ({
  /**
   * Messages that are shown together, each quote as the quoted message is now: edited, or a tombstone. Where retention has removed that, the quote
   * stays as it was sent. Quoted messages among them cost nothing; all others are one round trip.
   */
  resolve: async <M extends Message>(tenant: string, messages: readonly M[]): Promise<M[]> => {
    const present = new Map<string, Message>(messages.map((one) => [one.id, one]));
    const quoted = new Set(messages.flatMap(({ quote }) => quote?.messageId ?? []));
    const absent = [...quoted].filter((id) => !present.has(id));
    const items = await getMany(
      table,
      absent.map((id) => {
        const { conversationId, seq } = placeOfMessage(id);
        return messageKey(tenant, conversationId, seq);
      }),
      { consistent: true },
    );
    const now = epochSeconds(clock.now());
    for (const item of items) if (item && !isExpired(item, now)) present.set(String(item.id), messageFrom(item));
    return messages.map((message) => {
      const original = message.quote && present.get(message.quote.messageId);
      return original ? { ...message, quote: quoteOf(original) } : message;
    });
  },
});
export type Quotes = ReturnType<typeof createQuotes>;
