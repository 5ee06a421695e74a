import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { promptly } from '../data/aws-calls.ts';

/** What the presence worker tells itself to do later. */
export const presenceTask = z.discriminatedUnion('kind', [
  /** Look whether what had become worse is so still, unless something has changed since. */
  z.object({ kind: z.literal('look'), tenant: z.string(), user: z.string(), changedAt: z.string() }),
  /** Look whether somebody has vanished. One of them is under way for each user who is there; `watch` says which. */
  z.object({ kind: z.literal('watch'), tenant: z.string(), user: z.string(), watch: z.string() }),
]);
export type PresenceTask = z.infer<typeof presenceTask>;

/** SQS holds a message back for so long at most. */
const longestDelaySeconds = 900;

export const createPresenceQueue = (url: string, client = new SQSClient(promptly)) => ({
  add: async (task: PresenceTask, delayMs: number): Promise<void> => {
    const DelaySeconds = Math.min(longestDelaySeconds, Math.max(0, Math.ceil(delayMs / 1000)));
    await client.send(new SendMessageCommand({ QueueUrl: url, MessageBody: JSON.stringify(task), DelaySeconds }));
  },
});
export type PresenceQueue = ReturnType<typeof createPresenceQueue>;
