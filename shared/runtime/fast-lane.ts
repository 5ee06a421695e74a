import type { Limits } from '../data/limits.ts';
import type { Members } from '../data/members.ts';
import type { Place } from '../data/places.ts';
import type { Connection, Presence } from '../data/presence.ts';
import type { Sends } from '../data/sends.ts';
import type { Message } from '../protocol/message.ts';
import type { Posting } from './delivery.ts';
import { describeError, logger } from './logger.ts';

interface Deps {
  members: Members;
  presence: Presence;
  sends: Sends;
  limits: Limits;
  posting: Posting;
}

interface Audience {
  users: string[];
  live: Connection[];
}

/**
 * Where few are listening, the sender posts to them itself instead of leaving it to the stream, which is polled four times a second.
 * Only speed depends on it: what it did not finish carries no mark, and the stream's fan-out does it again.
 */
export const createFastLane = ({ members, presence, sends, limits, posting }: Deps) => ({
  /** Starts to look up who is listening, beside the send. @returns undefined where they are too many, or not to be had */
  audienceOf: async ({ caller, conversation }: Place): Promise<Audience | undefined> => {
    const { fastLaneConnections } = limits.of(caller.tenant);
    if (conversation.memberCount > fastLaneConnections) return undefined;
    try {
      const users = (await members.all(caller.tenant, conversation.id)).map((one) => one.userId);
      const live = await presence.connectionsOf(caller.tenant, users);
      return live.length <= fastLaneConnections ? { users, live } : undefined;
    } catch (error) {
      logger.warn('the fast lane is closed', { error: describeError(error) });
      return undefined;
    }
  },

  /** Never throws: the message is stored, and the stream will tell of it. */
  deliver: async ({ caller }: Place, message: Message, audience: Audience | undefined): Promise<void> => {
    if (!audience) return;
    try {
      const delivery = {
        to: audience.users,
        except: caller.connectionId ?? null,
        frame: { event: 'message.new', data: message },
      } as const;
      const undelivered = await posting.post(caller.tenant, [delivery], audience.live);
      if (undelivered.length === 0) await sends.markFannedOut(caller.tenant, message);
    } catch (error) {
      logger.warn('the fast lane gave up', { error: describeError(error) });
    }
  },
});
export type FastLane = ReturnType<typeof createFastLane>;
