/** The two queues that lead to endpoints: see `Lane` in shared/domain/webhooks.ts. */
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { promptly } from '../data/aws-calls.ts';
import type { Lane } from '../domain/webhooks.ts';
import { messagesToABatch } from './sqs.ts';

/** One attempt that is to be made, on its way through a queue. */
export const webhookTask = z.object({
  tenant: z.string(),
  webhookId: z.string(),
  deliveryId: z.string(),
  eventId: z.string(),
  round: z.int().min(1),
  attempt: z.int().min(1),
  /** How often it found no room at its endpoint. */
  waits: z.int().min(0),
  /** Milliseconds since the epoch. */
  dueAt: z.number(),
  /** Of the request that the event tells of. The endpoint gets it as a header. */
  traceparent: z.string().optional(),
});
export type WebhookTask = z.infer<typeof webhookTask>;

export interface WebhookLanes {
  /** @throws when the queue did not take all of them */
  add(lane: Lane, tasks: readonly WebhookTask[], delaySeconds?: number): Promise<void>;
}

export const createWebhookLanes = (
  urls: Record<Lane, () => string>,
  client = new SQSClient(promptly),
): WebhookLanes => ({
  add: async (lane, tasks, delaySeconds = 0) => {
    for (let start = 0; start < tasks.length; start += messagesToABatch) {
      const some = tasks.slice(start, start + messagesToABatch);
      const { Failed = [] } = await client.send(
        new SendMessageBatchCommand({
          QueueUrl: urls[lane](),
          Entries: some.map((task, i) => ({
            Id: String(i),
            MessageBody: JSON.stringify(task),
            // SQS hands out the messages of one group later while many of it are under way, so that others do not wait behind them.
            MessageGroupId: task.webhookId,
            ...(delaySeconds > 0 && { DelaySeconds: delaySeconds }),
          })),
        }),
      );
      if (Failed.length > 0) throw new Error(`The queue refused ${Failed.length} of ${some.length} messages.`);
    }
  },
});
