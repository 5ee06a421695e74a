import * as z from 'zod';
import type { Undelivered } from './delivery.ts';
import { createQueue } from './sqs.ts';

/** A frame that could not be posted, on its way through the queue. */
export const redelivery = z.object({
  tenant: z.string(),
  connection: z.object({ id: z.string(), user: z.string(), connectedAt: z.string(), expiresAt: z.number() }),
  frame: z.string(),
  /** Of the requests that caused it or what went along with it, as far as those said. */
  traceparents: z.array(z.string()).optional(),
});
export type Redelivery = z.infer<typeof redelivery>;

/** By then a throttle has passed. */
export const pauseSeconds = 2;

export const createRedeliveryQueue = (url: string, queue = createQueue(url)) => ({
  /** @throws when the queue did not take all of them */
  add: async (tenant: string, undelivered: readonly Undelivered[], traceparents?: string[]): Promise<void> => {
    const bodies = undelivered.flatMap(({ connection, frames }) =>
      frames.map((frame) => JSON.stringify({ tenant, connection, frame, traceparents } satisfies Redelivery)),
    );
    await queue.send(bodies, { delaySeconds: pauseSeconds });
  },
});
export type RedeliveryQueue = ReturnType<typeof createRedeliveryQueue>;
