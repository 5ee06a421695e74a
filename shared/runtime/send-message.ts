import type { Place } from '../data/places.ts';
import type { RateLimits } from '../data/rate-limits.ts';
import type { Sends } from '../data/sends.ts';
import type { Turns } from '../data/turns.ts';
import type { Caller } from '../domain/caller.ts';
import type { Draft, Message } from '../protocol/message.ts';
import type { BeforeSend } from './before-send.ts';
import type { MessageAudience } from './bus-audience.ts';
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
  messageAudience: MessageAudience;
}

/** A send, by frame or by HTTP: asked, stored, told. Safe to repeat with the same `clientMessageId`. Returned means stored. */
export const createSendMessage = ({ sends, rateLimits, turns, beforeSend, fastLane, messageAudience }: Deps) => {
  /**
   * The draft as the tenant's hook wants it. What is stored is not asked about again. That a number was taken does not mean that: an
   * attempt that died after it may come again with another content.
   */
  const screened = async (place: Place, draft: Draft, earlier: number | undefined): Promise<Draft> => {
    if (!beforeSend.isAskedOf(place.caller) || (earlier !== undefined && (await sends.isStored(place, earlier))))
      return draft;
    return beforeSend.ask(place, { event: 'message.send', messageId: null, draft });
  };

  const send = async (caller: Caller, conversationId: string, draft: Draft): Promise<Message> => {
    const [first, heard, turn] = await together([
      sends.enter(caller, conversationId, draft),
      messageAudience(caller.tenant),
      turns.expect(caller, conversationId, draft.clientMessageId),
      rateLimits.takeMessage(caller),
    ]);
    if (first.earlier === undefined) await turns.take(first.place, draft.clientMessageId, turn);
    const wanted = await screened(first.place, draft, first.earlier);
    // Another content may name others.
    const { place, ...entry } = wanted === draft ? first : await sends.enter(caller, conversationId, wanted);
    // What an earlier attempt stored is the stream's to tell.
    const audience = entry.earlier === undefined ? fastLane.audienceOf(place) : undefined;
    const [message, listening] = await together([sends.append(place, wanted, { ...entry, heard }), audience]);
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
