import pMap from 'p-map';
import type { Connection, Presence } from '../data/presence.ts';
import { type Clock, epochSeconds } from '../domain/clock.ts';
import type { Delivery } from '../domain/live-events.ts';
import type { Connections } from './connections.ts';
import { describeError, logger } from './logger.ts';

/** As many as there are sockets to post over. */
const atOnce = 64;

/** API Gateway refuses frames above 128 KB; the envelope of a batch takes some. */
const largestFrame = 120 * 1024;

export interface Undelivered {
  connection: Connection;
  frames: string[];
}

interface Deps {
  presence: Presence;
  connections: Connections;
  clock: Clock;
}

/** From deliveries to sockets. Order is kept for each connection; connections are served side by side. */
export const createPosting = ({ presence, connections, clock }: Deps) => {
  /** Tidying up must not fail what was delivered; the next post finds them again. */
  const forget = async (tenant: string, gone: readonly Connection[]): Promise<void> => {
    const byUser = Map.groupBy(gone, (one) => one.user);
    await Promise.all(
      [...byUser].map(([user, theirs]) =>
        presence
          .remove(
            tenant,
            user,
            theirs.map((one) => one.id),
          )
          .catch((error: unknown) => logger.warn('gone connections stay listed', { error: describeError(error) })),
      ),
    );
  };

  return {
    /** @returns what could not be delivered although its connection may still be there */
    post: async (
      tenant: string,
      deliveries: readonly Delivery[],
      live: readonly Connection[],
    ): Promise<Undelivered[]> => {
      const texts = deliveries.map(({ frame }) => JSON.stringify(frame));
      const now = epochSeconds(clock.now());
      const gone: Connection[] = [];
      const undelivered: Undelivered[] = [];
      await pMap(
        live,
        async (connection) => {
          if (connection.expiresAt <= now) {
            gone.push(connection);
            // Its token has ended: it hears nothing more, and learns so by being closed.
            await connections.close(connection.id).catch(() => undefined);
            return;
          }
          const own = texts.filter((_, i) => isFor(deliveries[i], connection));
          const frames = packed(own);
          for (const [i, frame] of frames.entries()) {
            try {
              if ((await connections.post(connection.id, frame)) === 'sent') continue;
              gone.push(connection);
            } catch (error) {
              logger.warn('a post failed', { connectionId: connection.id, error: describeError(error) });
              undelivered.push({ connection, frames: frames.slice(i) });
            }
            break;
          }
        },
        { concurrency: atOnce },
      );
      if (gone.length > 0) await forget(tenant, gone);
      return undelivered;
    },
  };
};
export type Posting = ReturnType<typeof createPosting>;

const isFor = (delivery: Delivery | undefined, connection: Connection): boolean =>
  delivery !== undefined && delivery.except !== connection.id && delivery.to.includes(connection.user);

/** Several events for one connection travel as one `batch` frame, or as few as the largest frame allows. */
export const packed = (events: readonly string[]): string[] => {
  const groups: string[][] = [];
  let room = 0;
  for (const event of events) {
    const size = Buffer.byteLength(event) + 1;
    if (size > room || groups.length === 0) {
      groups.push([]);
      room = largestFrame;
    }
    groups.at(-1)?.push(event);
    room -= size;
  }
  return groups.map((group) =>
    group.length === 1 ? String(group[0]) : `{"event":"batch","data":{"events":[${group.join(',')}]}}`,
  );
};
