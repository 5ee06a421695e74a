import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { promptly } from '../data/aws-calls.ts';
import type { Undelivered } from './delivery.ts';

/** A frame that could not be posted, on its way through the queue. */
export const redelivery = z.object({
  tenant: z.string(),
  connection: z.object({ id: z.string(), user: z.string(), connectedAt: z.string(), expiresAt: z.number() }),
  frame: z.string(),
});
export type Redelivery = z.infer<typeof redelivery>;

/** By then a throttle has passed. */
export const pauseSeconds = 2;

/** SQS' limit for a message, and for a batch of them. */
const largestBatch = 256 * 1024 - 4 * 1024;
const batchSize = 10;

export const createRedeliveryQueue = (url: string, client = new SQSClient(promptly)) => ({
  /** @throws when the queue did not take all of them */
  add: async (tenant: string, undelivered: readonly Undelivered[]): Promise<void> => {
    const bodies = undelivered.flatMap(({ connection, frames }) =>
      frames.map((frame) => JSON.stringify({ tenant, connection, frame } satisfies Redelivery)),
    );
    for (const batch of batched(bodies)) {
      const Entries = batch.map((MessageBody, i) => ({ Id: String(i), MessageBody, DelaySeconds: pauseSeconds }));
      const { Failed = [] } = await client.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
      if (Failed.length > 0) throw new Error('The redelivery queue refused a post.');
    }
  },
});
export type RedeliveryQueue = ReturnType<typeof createRedeliveryQueue>;

const batched = (bodies: readonly string[]): string[][] => {
  const batches: string[][] = [];
  let room = 0;
  for (const body of bodies) {
    const size = Buffer.byteLength(body);
    if (size > room || (batches.at(-1)?.length ?? batchSize) === batchSize) {
      batches.push([]);
      room = largestBatch;
    }
    batches.at(-1)?.push(body);
    room -= size;
  }
  return batches;
};
