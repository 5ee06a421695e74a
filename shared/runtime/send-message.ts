import type { Place } from '../data/places.ts';
import type { RateLimits } from '../data/rate-limits.ts';
import type { Entry, Sends } from '../data/sends.ts';
import { markBeside, type ToldMarks } from '../data/told-marks.ts';
import type { Turns } from '../data/turns.ts';
import type { Caller } from '../domain/caller.ts';
import type { HeardMessages } from '../domain/message.ts';
import type { Draft, Message } from '../protocol/message.ts';
import type { BeforeSend } from './before-send.ts';
import type { MessageAudience } from './bus-audience.ts';
import type { FastLane } from './fast-lane.ts';
import { describeError, logger } from './logger.ts';
import { count } from './metrics.ts';
import { isOwnFailure } from './problems.ts';
import { together } from './together.ts';

interface Deps {
  sends: Sends;
  rateLimits: RateLimits;
  turns: Turns;
  beforeSend: BeforeSend;
  fastLane: FastLane;
  toldMarks: ToldMarks;
  messageAudience: MessageAudience;
}

/** A message, and the connections that its sender has told of it. */
interface Told {
  message: Message;
  connections: readonly string[];
}

/** A send, by frame or by HTTP: asked, stored, told. Safe to repeat with the same `clientMessageId`. Returned means stored. */
export const createSendMessage = ({
  sends,
  rateLimits,
  turns,
  beforeSend,
  fastLane,
  toldMarks,
  messageAudience,
}: Deps) => {
  /**
   * The draft as the tenant's hook wants it. What is stored is not asked about again. That a number was taken does not mean that: an
   * attempt that died after it may come again with another content.
   */
  const screened = async (place: Place, draft: Draft, earlier: number | undefined): Promise<Draft> => {
    if (!beforeSend.isAskedOf(place.caller) || (earlier !== undefined && (await sends.isStored(place, earlier))))
      return draft;
    return beforeSend.ask(place, { event: 'message.send', messageId: null, draft });
  };

  const store = async ({ place: first, ...entry }: Entry, draft: Draft, heard: HeardMessages): Promise<Told> => {
    const wanted = await screened(first, draft, entry.earlier);
    // Another content may name others.
    const { place, ...known } =
      wanted === draft ? { place: first, ...entry } : await sends.enter(first.caller, first.conversation.id, wanted);
    // What an earlier attempt stored is the stream's to tell.
    const audience = known.earlier === undefined ? fastLane.audienceOf(place) : undefined;
    const [message, listening] = await together([sends.append(place, wanted, { ...known, heard }), audience]);
    return { message, connections: await fastLane.deliver(place, message, listening) };
  };

  /**
   * Whom the sender has told, and a token that is still owed, which is one write. What fails here leaves somebody told twice, or a message
   * for free.
   */
  const settle = async (caller: Caller, told: Told | undefined, owes: boolean): Promise<void> => {
    try {
      if (owes) await rateLimits.payMessage(caller, told && markBeside(told.message, told.connections));
      else if (told) await toldMarks.leave(caller.tenant, told.message, told.connections);
    } catch (error) {
      logger.warn('a send was not settled', { error: describeError(error) });
    }
  };

  const send = async (caller: Caller, conversationId: string, draft: Draft): Promise<Message> => {
    const bucket = rateLimits.keyBeside(caller, conversationId);
    const [first, heard, turn] = await together([
      sends.enter(caller, conversationId, draft, bucket),
      messageAudience(caller.tenant),
      turns.expect(caller, conversationId, draft.clientMessageId),
      bucket ? undefined : rateLimits.takeMessage(caller),
    ]);
    const owes = bucket !== undefined && rateLimits.mayPayLater(caller, first.beside);
    if (bucket && !owes) await rateLimits.takeMessage(caller);
    let told: Told | undefined;
    try {
      if (first.earlier === undefined) await turns.take(first.place, draft.clientMessageId, turn);
      told = await store(first, draft, heard);
      return told.message;
    } finally {
      // What was refused, or failed, took its token as well.
      await settle(caller, told, owes);
    }
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
