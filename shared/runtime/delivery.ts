import pMap from 'p-map';
import type { Connection, Presence } from '../data/presence.ts';
import { type Clock, epochSeconds } from '../domain/clock.ts';
import type { Delivery } from '../domain/deliveries.ts';
import { type Connections, type Patience, postsAtOnce } from './connections.ts';
import { grouped } from './grouped.ts';
import { describeError, type LogSubject, logger } from './logger.ts';
import { count, measure } from './metrics.ts';

/** API Gateway refuses frames above 128 KB; the envelope of a batch takes some. */
const largestFrame = 120 * 1024;

/** A connection is listed before the gateway has opened it, and until then it answers like one that is gone. */
export const settlingMs = 30_000;

export interface Undelivered {
  connection: Connection;
  frames: string[];
}

export interface Outcome {
  /** Connections that have everything that was for them. */
  reached: string[];
  /** What could not be delivered although its connection may still be there. */
  undelivered: Undelivered[];
  /** Connections that are no more; their users' lists do not name them any longer. */
  over: Connection[];
}

interface Deps {
  presence: Presence;
  connections: Connections;
  clock: Clock;
}

/**
 * `over`: the connection is no more. `closing`: it may hear nothing more and could not be told so yet; it stays listed for whoever
 * comes next. Otherwise what is left to be delivered.
 */
type Fate = 'reached' | 'over' | 'closing' | { frames: string[] };

/** From deliveries to sockets. Order is kept for each connection; connections are served side by side. */
export const createPosting = ({ presence, connections, clock }: Deps) => {
  const serve = async (
    tenant: string,
    connection: Connection,
    frames: readonly string[],
    patience: Patience,
  ): Promise<Fate> => {
    const now = clock.now();
    if (connection.expiresAt <= epochSeconds(now)) return end(tenant, connection);
    for (const [i, frame] of frames.entries()) {
      try {
        const outcome = await connections.post(connection.id, frame, patience);
        if (outcome === 'gone' && isSettling(connection, now)) return left(frames.slice(i));
        if (outcome === 'gone') {
          count('DeliveriesGone');
          return 'over';
        }
        if (outcome === 'sent') count('DeliveriesPosted');
        if (outcome === 'refused')
          logger.error('the gateway refused a frame', {
            ...subjectOf(tenant, connection),
            bytes: Buffer.byteLength(frame),
          });
      } catch (error) {
        logger.warn('a post failed', { ...subjectOf(tenant, connection), error: describeError(error) });
        return left(frames.slice(i));
      }
    }
    return 'reached';
  };

  const left = (frames: string[]): Fate => {
    count('DeliveriesFailed', frames.length);
    return { frames };
  };

  /** From the moment at which a message was taken to that at which the last of these connections has it. */
  const measureLatency = (deliveries: readonly Delivery[], reached: readonly Connection[]): void => {
    const now = clock.now().getTime();
    for (const delivery of deliveries) {
      if (delivery.frame.event !== 'message.new' || !reached.some((one) => isFor(delivery, one))) continue;
      measure('DeliveryLatency', Math.max(0, now - Date.parse(delivery.frame.data.createdAt)));
    }
  };

  /** Its token has ended: it hears nothing more, and learns so by being closed. */
  const end = async (tenant: string, connection: Connection): Promise<Fate> => {
    try {
      await connections.close(connection.id);
      return 'over';
    } catch (error) {
      logger.warn('a connection could not be closed', {
        ...subjectOf(tenant, connection),
        error: describeError(error),
      });
      return 'closing';
    }
  };

  /** Tidying up must not fail what was delivered; the next post finds them again. */
  const forget = async (tenant: string, over: readonly Connection[]): Promise<void> => {
    const byUser = Map.groupBy(over, (one) => one.user);
    await pMap(
      byUser,
      ([user, theirs]) =>
        presence
          .remove(
            tenant,
            user,
            theirs.map((one) => one.id),
          )
          .catch((error: unknown) =>
            logger.warn('gone connections stay listed', { tenant, user, error: describeError(error) }),
          ),
      { concurrency: postsAtOnce },
    );
  };

  return {
    /** Frames for one connection. Whoever calls takes those that are over off their user's list. */
    serve,

    /** Each delivery to those of the connections that it is for. Connections that are given are all that subscribed, where it is for those. */
    post: async (
      tenant: string,
      deliveries: readonly Delivery[],
      live: readonly Connection[],
      patience: Patience,
    ): Promise<Outcome> => {
      const texts = deliveries.map(({ frame }) => JSON.stringify(frame));
      const whole = packed(texts);
      const fates = await pMap(
        live,
        async (connection) => {
          const own = texts.filter((_, i) => isFor(deliveries[i], connection));
          // In a large room nearly everybody gets everything.
          const frames = own.length === texts.length ? whole : packed(own);
          return { connection, fate: await serve(tenant, connection, frames, patience) };
        },
        { concurrency: postsAtOnce },
      );
      const reached = fates.filter(({ fate }) => fate === 'reached').map(({ connection }) => connection);
      measureLatency(deliveries, reached);
      const over = fates.filter(({ fate }) => fate === 'over').map(({ connection }) => connection);
      if (over.length > 0) await forget(tenant, over);
      return {
        over,
        reached: reached.map(({ id }) => id),
        undelivered: fates.flatMap(({ connection, fate }) =>
          typeof fate === 'object' ? [{ connection, frames: fate.frames }] : [],
        ),
      };
    },
  };
};
export type Posting = ReturnType<typeof createPosting>;

/** Whose connection it is, which in a line of the sender's is not whoever asks. */
const subjectOf = (tenant: string, { id, user }: Connection): LogSubject => ({ tenant, user, connectionId: id });

const isSettling = ({ connectedAt }: Connection, now: Date): boolean =>
  now.getTime() - Date.parse(connectedAt) < settlingMs;

const isFor = (delivery: Delivery | undefined, connection: Connection): boolean =>
  delivery !== undefined &&
  !delivery.except.has(connection.id) &&
  !(delivery.isReceipt && connection.receiptsOff) &&
  (delivery.to === 'subscribed' ? joinedThen(delivery.joined, connection) : delivery.to.has(connection.user));

const joinedThen = (when: Delivery['joined'], { joinedSeq = 0 }: Connection): boolean =>
  joinedSeq >= (when?.from ?? 0) && joinedSeq < (when?.before ?? Number.POSITIVE_INFINITY);

/** Several events for one connection travel as one `batch` frame, or as few as the largest frame allows. */
export const packed = (events: readonly string[]): string[] =>
  grouped(events, { bytes: largestFrame }).map((group) =>
    group.length === 1 ? String(group[0]) : `{"event":"batch","data":{"events":[${group.join(',')}]}}`,
  );
