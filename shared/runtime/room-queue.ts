import * as z from 'zod';
import type { Delivery } from '../domain/deliveries.ts';
import type { LiveEvent } from '../protocol/events.ts';
import { grouped } from './grouped.ts';
import { createQueue, largestMessage } from './sqs.ts';

/** What one shard of a large room is to be told, in order, on its way through the queue. */
const roomPost = z.object({
  tenant: z.string(),
  conversationId: z.string(),
  /** Of the requests that made it happen, as far as those said. */
  traceparents: z.array(z.string()).optional(),
  shard: z.int().min(0),
  events: z
    .array(
      z.object({
        frame: z.unknown(),
        except: z.array(z.string()),
        joined: z.strictObject({ from: z.int().optional(), before: z.int().optional() }).optional(),
      }),
    )
    .min(1),
});

/** What is around the events of a message. */
const envelope = 8 * 1024;

interface RoomPost {
  tenant: string;
  conversationId: string;
  shard: number;
  traceparents?: string[] | undefined;
  deliveries: Delivery[];
}

/** The messages that tell so many shards: one each, unless the events are too much for one. Those of a shard keep the events' order. */
export const roomPosts = (
  { shards, ...about }: { tenant: string; conversationId: string; shards: number; traceparents?: string[] },
  deliveries: readonly Delivery[],
): string[] => {
  const events = deliveries.map(({ frame, except, joined }) => JSON.stringify({ frame, except: [...except], joined }));
  const place = JSON.stringify(about).slice(0, -1);
  return grouped(events, { bytes: largestMessage - envelope }).flatMap((some) =>
    Array.from({ length: shards }, (_, shard) => `${place},"shard":${shard},"events":[${some.join(',')}]}`),
  );
};

export const roomPostFrom = (body: unknown): RoomPost => {
  const { events, ...place } = roomPost.parse(body);
  const deliveries = events.map(({ frame, except, joined }) => ({
    to: 'subscribed' as const,
    except: new Set(except),
    ...(joined && { joined }),
    frame: frame as LiveEvent,
  }));
  return { ...place, deliveries };
};

export const createRoomQueue = (url: string, queue = createQueue(url)) => ({
  /** @throws when the queue did not take all of them */
  add: (place: Parameters<typeof roomPosts>[0], deliveries: readonly Delivery[]): Promise<void> =>
    queue.send(roomPosts(place, deliveries)),
});
export type RoomQueue = ReturnType<typeof createRoomQueue>;
