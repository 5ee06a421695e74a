import type { Place } from '../data/places.ts';
import type { RateLimits } from '../data/rate-limits.ts';
import type { SendReceipt } from '../data/send-receipts.ts';
import type { Sends } from '../data/sends.ts';
import type { Turns } from '../data/turns.ts';
import type { Caller } from '../domain/caller.ts';
import type { Draft, Message } from '../protocol/message.ts';
import type { BeforeSend } from './before-send.ts';
import type { FastLane } from './fast-lane.ts';
import { count } from './metrics.ts';
import { isOwnFailure } from './problems.ts';
import { together } from './together.ts';

interface Deps {
  sends: Sends;
  rateLimits: RateLimits;
  turns: Turns;
  beforeSend: BeforeSend;
  fastLane: FastLane;
}

/** A send, by frame or by HTTP: asked, stored, told. Safe to repeat with the same `clientMessageId`. Returned means stored. */
export const createSendMessage = ({ sends, rateLimits, turns, beforeSend, fastLane }: Deps) => {
  /**
   * The draft as the tenant's hook wants it. What is stored is not asked about again. That there is a receipt does not mean that: an
   * attempt that died after it may come again with another content.
   */
  const screened = async (place: Place, draft: Draft, earlier: SendReceipt | undefined): Promise<Draft> => {
    if (!beforeSend.isAskedOf(place.caller) || (earlier && (await sends.isStored(place, earlier)))) return draft;
    return beforeSend.ask(place, { event: 'message.send', messageId: null, draft });
  };

  const send = async (caller: Caller, conversationId: string, draft: Draft): Promise<Message> => {
    const [first, , turn] = await together([
      sends.enter(caller, conversationId, draft),
      rateLimits.takeMessage(caller),
      turns.expect(caller, conversationId, draft.clientMessageId),
    ]);
    if (!first.earlier) await turns.take(first.place, draft.clientMessageId, turn);
    const wanted = await screened(first.place, draft, first.earlier);
    // Another content may name others.
    const { place, earlier, ...entry } = wanted === draft ? first : await sends.enter(caller, conversationId, wanted);
    // What an earlier attempt stored is the stream's to tell.
    const audience = earlier ? undefined : fastLane.audienceOf(place);
    const [message, listening] = await together([sends.append(place, wanted, earlier, entry), audience]);
    await fastLane.deliver(place, message, listening);
    return message;
  };

  return async (...asked: Parameters<typeof send>): Promise<Message> => {
    try {
      const message = await send(...asked);
      count('MessagesSent');
      return message;
    } catch (error) {
      if (isOwnFailure(error)) count('SendsFailed');
      throw error;
    }
  };
};
export type SendMessage = ReturnType<typeof createSendMessage>;
