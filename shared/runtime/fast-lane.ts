import type { Limits } from '../data/limits.ts';
import type { Members } from '../data/members.ts';
import type { Place } from '../data/places.ts';
import type { Connection, Presence } from '../data/presence.ts';
import { mayTellByItself } from '../domain/fast-lane.ts';
import { firstVisibleSeq, fromTheBeginning, quotedFrom, type Viewer } from '../domain/visibility.ts';
import type { Message } from '../protocol/message.ts';
import type { Patience } from './connections.ts';
import type { Posting } from './delivery.ts';
import { describeError, logger, logTraces } from './logger.ts';

interface Deps {
  members: Members;
  presence: Presence;
  limits: Limits;
  posting: Posting;
}

interface Audience {
  members: readonly Viewer[];
  live: Connection[];
}

/** The sender waits for its answer meanwhile. */
const hurry: Patience = { retries: 0, timeoutMs: 500 };

/**
 * Where few are listening, the sender posts to them itself instead of leaving it to the stream, which is polled four times a second.
 * Only speed depends on it: the mark that is left names whom it reached, and the stream's fan-out tells everybody else.
 */
export const createFastLane = ({ members, presence, limits, posting }: Deps) => ({
  /** Starts to look up who is listening, beside the send. @returns undefined where they are too many, or not to be had */
  audienceOf: async ({ caller, conversation }: Place): Promise<Audience | undefined> => {
    const { fastLaneConnections } = limits.of(caller.tenant);
    if (!mayTellByItself(conversation, { fastLaneConnections })) return undefined;
    try {
      const everybody =
        conversation.memberIds?.map(fromTheBeginning) ?? (await members.all(caller.tenant, conversation.id));
      const live = await presence.connectionsOf(
        caller.tenant,
        everybody.map((one) => one.userId),
      );
      return live.length <= fastLaneConnections ? { members: everybody, live } : undefined;
    } catch (error) {
      logger.warn('the fast lane is closed', { error: describeError(error) });
      return undefined;
    }
  },

  /**
   * Never throws: the message is stored, and the stream tells whoever this does not reach.
   * @returns the connections that it has told, which its sender is to leave a mark of
   */
  deliver: async (place: Place, message: Message, audience: Audience | undefined): Promise<string[]> => {
    if (!audience) return [];
    const { caller, conversation } = place;
    const firstOf = (member: Viewer) => firstVisibleSeq({ conversation, member });
    // Somebody who joined at this moment may not see it.
    const seeing = audience.members.filter((member) => message.seq >= firstOf(member));
    const except = new Set(caller.connectionId === undefined ? [] : [caller.connectionId]);
    const deliveryTo = (members: readonly Viewer[], data: Message) => ({
      to: new Set(members.map(({ userId }) => userId)),
      except,
      frame: { event: 'message.new', data } as const,
    });
    const unquoted = seeing.filter((member) => quotedFrom(firstOf(member), message) !== message);
    const deliveries = [
      deliveryTo(
        seeing.filter((member) => !unquoted.includes(member)),
        message,
      ),
      ...(unquoted.length > 0 ? [deliveryTo(unquoted, { ...message, quote: null })] : []),
    ];
    try {
      const { reached } = await posting.post(caller.tenant, deliveries, audience.live, hurry);
      // A connection for which there was nothing counts as reached.
      const told = reached.filter((one) => !except.has(one));
      if (told.length > 0 && caller.traceparent) {
        logTraces([caller.traceparent], 'told', { conversationId: conversation.id });
      }
      return told;
    } catch (error) {
      logger.warn('the fast lane gave up', { error: describeError(error) });
      return [];
    }
  },
});
export type FastLane = ReturnType<typeof createFastLane>;
