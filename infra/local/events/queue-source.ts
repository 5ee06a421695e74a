import type { EventSourceModel } from '../model.ts';
import type { Report } from '../ports.ts';
import type { InvokeBatch } from './batch-invocation.ts';
import { failedItems } from './batch-response.ts';
import type { Clock } from './clock.ts';
import { queueFilter, queueRecord } from './queue-record.ts';
import type { Queues, ReceivedMessage } from './queues.ts';

/** Batches that Lambda works on side by side to begin with, where the mapping sets no limit of its own. */
const defaultConcurrency = 5;
/** SQS lets a receiver wait for twenty seconds. */
const longPollSeconds = 20;

/** Messages of a queue that are there to be received or in flight; delayed ones are not counted. */
export type MessageCount = (queueName: string) => number;

/** One event source mapping of a queue. */
export interface QueueSource {
  /** Resolves when the queue holds nothing that could be delivered and nothing in flight. */
  idle(): Promise<void>;
  stopped: Promise<unknown>;
}

export interface QueueSourceOptions {
  mapping: EventSourceModel;
  queues: Queues;
  messagesIn: MessageCount;
  invoke: InvokeBatch;
  longestBatchWindowMs: number;
  clock: Clock;
  report: Report;
  signal: AbortSignal;
}

/**
 * Polls a queue for its function. Messages that the function takes are deleted, and so are those that the filter leaves out; the
 * others stay in flight until the queue's visibility timeout, after which SQS gives them again or moves them to the dead-letter
 * queue. Several batches are worked on at once, except for messages of one FIFO group, which the queue itself holds back.
 */
export function startQueueSource(options: QueueSourceOptions): QueueSource {
  const { mapping, queues, invoke, clock, report, signal } = options;
  const { sourceArn, batchSize, partialBatchResponses } = mapping;
  const takes = queueFilter(mapping.filters);
  const queueName = sourceArn.split(':').at(-1) ?? '';
  const concurrency = mapping.maximumConcurrency ?? defaultConcurrency;
  const windowMs = Math.min(mapping.batchWindowSeconds * 1000, options.longestBatchWindowMs);
  const running = new Set<Promise<void>>();

  const deliver = async (messages: ReceivedMessage[]) => {
    const records = messages.map((message) => queueRecord(message, sourceArn));
    const result = await invoke({ Records: records });
    const identifiers = records.map(({ messageId }) => messageId);
    const reported = result.ok && partialBatchResponses ? failedItems(result.payload, identifiers) : [];
    const failed = result.ok && reported ? reported : identifiers;
    if (failed.length > 0 && !signal.aborted) {
      const error = result.ok ? 'batchItemFailures' : result.type;
      report({
        level: 'warn',
        message: 'queue batch failed',
        mapping: mapping.logicalId,
        error,
        messages: failed.length,
      });
    }
    const done = records.filter(({ messageId }) => !failed.includes(messageId));
    await queues.delete(
      sourceArn,
      done.map(({ receiptHandle }) => receiptHandle),
    );
  };

  /** What the filter leaves of one receive; the rest is deleted. */
  const receive = async (limit: number, waitSeconds: number): Promise<ReceivedMessage[]> => {
    const messages = await queues.receive(sourceArn, limit, waitSeconds, signal);
    const taken = messages.filter((message) => takes(queueRecord(message, sourceArn)));
    const left = messages.filter((message) => !taken.includes(message));
    await queues.delete(
      sourceArn,
      left.map(({ ReceiptHandle }) => ReceiptHandle),
    );
    return taken;
  };

  const gather = async (): Promise<ReceivedMessage[]> => {
    const batch = await receive(batchSize, longPollSeconds);
    if (batch.length === 0) return batch;
    const until = clock.now() + windowMs;
    while (batch.length < batchSize && !signal.aborted) {
      const remaining = until - clock.now();
      if (remaining <= 0) break;
      if (remaining < 1000) await clock.sleep(Math.min(remaining, 100), signal);
      const waitSeconds = Math.min(longPollSeconds, Math.floor(remaining / 1000));
      // What has been received already would be lost until it is visible again.
      const more = await receive(batchSize - batch.length, waitSeconds).catch(() => undefined);
      if (!more) break;
      batch.push(...more);
    }
    return batch;
  };

  const poll = async () => {
    while (!signal.aborted) {
      if (running.size >= concurrency) await Promise.race(running);
      if (signal.aborted) return;
      try {
        const batch = await gather();
        if (signal.aborted) return;
        if (batch.length === 0) continue;
        const work = deliver(batch)
          .catch((error) => tell('queue messages cannot be deleted', error))
          .finally(() => running.delete(work));
        running.add(work);
      } catch (error) {
        if (signal.aborted) return;
        tell('queue cannot be polled', error);
        await clock.sleep(1000, signal);
      }
    }
  };
  const tell = (message: string, error: unknown) =>
    report({ level: 'warn', message, mapping: mapping.logicalId, error: String(error) });

  const polling = poll();
  return {
    idle: async () => {
      while (!signal.aborted && (running.size > 0 || options.messagesIn(queueName) > 0)) await clock.sleep(10, signal);
    },
    get stopped() {
      return Promise.all([polling, ...running]);
    },
  };
}
