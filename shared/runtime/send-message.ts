import type { RateLimits } from '../data/rate-limits.ts';
import type { Sends } from '../data/sends.ts';
import type { Turns } from '../data/turns.ts';
import type { Caller } from '../domain/caller.ts';
import type { Draft, Message } from '../protocol/message.ts';
import type { FastLane } from './fast-lane.ts';
import { together } from './together.ts';

interface Deps {
  sends: Sends;
  rateLimits: RateLimits;
  turns: Turns;
  fastLane: FastLane;
}

/** A send, by frame or by HTTP: asked, stored, told. Safe to repeat with the same `clientMessageId`. Returned means stored. */
export const createSendMessage =
  ({ sends, rateLimits, turns, fastLane }: Deps) =>
  async (caller: Caller, conversationId: string, draft: Draft): Promise<Message> => {
    const [{ place, earlier, ...entry }, , turn] = await together([
      sends.enter(caller, conversationId, draft),
      rateLimits.takeMessage(caller),
      turns.expect(caller, conversationId, draft.clientMessageId),
    ]);
    if (!earlier) await turns.take(place, draft.clientMessageId, turn);
    // What an earlier attempt stored is the stream's to tell.
    const audience = earlier ? undefined : fastLane.audienceOf(place);
    const [message, listening] = await together([sends.append(place, draft, earlier, entry), audience]);
    await fastLane.deliver(place, message, listening);
    return message;
  };
export type SendMessage = ReturnType<typeof createSendMessage>;
