/** What the workers of notifications leave to each other. */
import * as z from 'zod';
import { createQueue } from './sqs.ts';

/** One user is to be told of one message. */
export const userNotification = z.object({
  tenant: z.string(),
  user: z.string(),
  conversationId: z.string(),
  seq: z.int(),
  senderId: z.string(),
  /** Counts the tries, from 1. */
  attempt: z.int().min(1),
  /** Of the request that posted the message. */
  traceparent: z.string().optional(),
});
export type UserNotification = z.infer<typeof userNotification>;

/** One user's digest is due, or will be; `window` says which. */
export const digestTask = z.object({ tenant: z.string(), user: z.string(), window: z.string() });
export type DigestTask = z.infer<typeof digestTask>;

/** SQS holds a message back for so long at most; who has to wait longer looks again then. */
const longestDelaySeconds = 900;

const delayed = (url: string, queue = createQueue(url)) => ({
  send: (tasks: readonly unknown[], delayMs = 0): Promise<void> =>
    queue.send(
      tasks.map((task) => JSON.stringify(task)),
      { delaySeconds: Math.min(longestDelaySeconds, Math.max(0, Math.ceil(delayMs / 1_000))) },
    ),
});

export const createUserQueue = (
  url: string,
): { send(tasks: readonly UserNotification[], delayMs?: number): Promise<void> } => delayed(url);
export type UserQueue = ReturnType<typeof createUserQueue>;

export const createDigestQueue = (
  url: string,
): { send(tasks: readonly DigestTask[], delayMs?: number): Promise<void> } => delayed(url);
export type DigestQueue = ReturnType<typeof createDigestQueue>;
