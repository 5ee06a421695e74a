import type { EventSourceModel } from '../model.ts';
import type { InvocationResult, Report } from '../ports.ts';
import { type InvokeBatch, isThrottle } from './batch-invocation.ts';
import { failedItems } from './batch-response.ts';
import type { Clock } from './clock.ts';
import type { DiscardCondition, DiscardStreamBatch } from './stream-discard.ts';
import type { StreamRecord } from './stream-record.ts';

/** Milliseconds to wait after the nth failure in a row. */
export type Backoff = (failures: number) => number;

export interface StreamDelivery {
  mapping: EventSourceModel;
  invoke: InvokeBatch;
  /** Hears every record that is dealt with, once: delivered or discarded. */
  finish: (record: StreamRecord) => void;
  discard: DiscardStreamBatch;
  backoff: Backoff;
  clock: Clock;
  report: Report;
  signal: AbortSignal;
}

/**
 * Delivers records in order, as a DynamoDB event source mapping does: nothing behind them is delivered until each was accepted or
 * discarded.
 *
 * - An error splits the batch in two where the mapping says so; that does not count as a retry. Otherwise it is tried again, after
 *   a growing pause, until the retries are used up.
 * - A partial response accepts what precedes its first failure; the rest is a new batch. Where the first record is the one that
 *   failed, it counts as a retry of the whole, and the whole is discarded in the end: bisecting does not look into it.
 * - Throttles use up no retries.
 * - Records over the maximum age are discarded before the next attempt.
 *
 * Resolves early, with the records unfinished, when the signal is aborted.
 */
export async function deliverStreamBatch(records: readonly StreamRecord[], delivery: StreamDelivery): Promise<void> {
  const { mapping, clock, signal } = delivery;
  let batch = records;
  let failures = 0;
  let throttles = 0;
  let invocations = 0;

  while (!signal.aborted) {
    const fresh = batch.filter((record) => !isTooOld(record, mapping, clock));
    if (fresh.length < batch.length) {
      const old = batch.filter((record) => !fresh.includes(record));
      await giveUp(old, 'RecordAgeExceeded', invocations, delivery);
      batch = fresh;
    }
    if (batch.length === 0) return;

    const result = await delivery.invoke({ Records: batch.map(({ lambda }) => lambda) });
    // What fails while everything is being stopped failed for that reason; what succeeds need not be done again.
    if (signal.aborted && !result.ok) return;
    invocations += 1;

    if (isThrottle(result)) {
      throttles += 1;
      await clock.sleep(delivery.backoff(throttles), signal);
      continue;
    }
    const accepted = acceptedBy(result, batch, mapping);
    for (const record of batch.slice(0, accepted)) delivery.finish(record);
    batch = batch.slice(accepted);
    if (batch.length === 0 || signal.aborted) return;

    tellOf(result, batch, delivery);
    if (!result.ok && mapping.bisectOnError && batch.length > 1) {
      const middle = Math.ceil(batch.length / 2);
      await deliverStreamBatch(batch.slice(0, middle), delivery);
      return deliverStreamBatch(batch.slice(middle), delivery);
    }
    failures = accepted > 0 ? 1 : failures + 1;
    if (mapping.maximumRetryAttempts >= 0 && failures > mapping.maximumRetryAttempts) {
      return giveUp(batch, 'RetryAttemptsExhausted', invocations, delivery);
    }
    await clock.sleep(delivery.backoff(failures), signal);
  }
}

/** How many records from the start of the batch the function took. */
function acceptedBy(result: InvocationResult, batch: readonly StreamRecord[], mapping: EventSourceModel): number {
  if (!result.ok) return 0;
  if (!mapping.partialBatchResponses) return batch.length;
  const sequence = batch.map(({ lambda }) => lambda.dynamodb.SequenceNumber);
  const failed = failedItems(result.payload, sequence);
  if (!failed) return 0;
  return failed.length === 0 ? batch.length : Math.min(...failed.map((each) => sequence.indexOf(each)));
}

const isTooOld = ({ createdAt }: StreamRecord, { maximumRecordAgeSeconds }: EventSourceModel, clock: Clock) =>
  maximumRecordAgeSeconds >= 0 && clock.now() - createdAt > maximumRecordAgeSeconds * 1000;

async function giveUp(
  batch: readonly StreamRecord[],
  condition: DiscardCondition,
  invocations: number,
  { discard, finish, signal }: StreamDelivery,
): Promise<void> {
  await discard({ batch, condition, invocations });
  if (!signal.aborted) for (const record of batch) finish(record);
}

function tellOf(result: InvocationResult, rest: readonly StreamRecord[], { mapping, report }: StreamDelivery): void {
  const error = result.ok ? 'batchItemFailures' : result.type;
  const firstSequenceNumber = rest[0]?.lambda.dynamodb.SequenceNumber;
  report({
    level: 'warn',
    message: 'stream batch failed',
    mapping: mapping.logicalId,
    error,
    records: rest.length,
    firstSequenceNumber,
  });
}
