import { randomUUID } from 'node:crypto';
import type { EventSourceModel } from '../model.ts';
import type { Report } from '../ports.ts';
import { ServiceError } from './aws-json.ts';
import type { Clock } from './clock.ts';
import type { Queues } from './queues.ts';
import type { StreamRecord } from './stream-record.ts';

export type DiscardCondition = 'RetryAttemptsExhausted' | 'RecordAgeExceeded';

export interface DiscardedBatch {
  batch: readonly StreamRecord[];
  condition: DiscardCondition;
  invocations: number;
}

export type DiscardStreamBatch = (discarded: DiscardedBatch) => Promise<void>;

export interface DiscardDeps {
  mapping: EventSourceModel;
  shardId: string;
  queues: Queues;
  clock: Clock;
  report: Report;
  signal: AbortSignal;
}

/**
 * Drops records that a function will not take. The mapping's on-failure queue gets the document that Lambda sends there: where the
 * records are in the stream, not the records. A batch is not dropped before that was stored, unless the queue itself refuses it.
 */
export function streamDiscard({ mapping, shardId, queues, clock, report, signal }: DiscardDeps): DiscardStreamBatch {
  return async (discarded) => {
    const { onFailureArn } = mapping;
    report({
      level: 'error',
      message: 'stream records discarded',
      mapping: mapping.logicalId,
      condition: discarded.condition,
      records: discarded.batch.length,
      deadLetterQueue: onFailureArn ?? 'none',
    });
    if (onFailureArn === undefined) return;
    const document = JSON.stringify(failureDocument(discarded, mapping, shardId, clock));
    while (!signal.aborted) {
      try {
        return await queues.send(onFailureArn, { body: document });
      } catch (error) {
        const refused = error instanceof ServiceError;
        report({
          level: 'error',
          message: refused ? 'on-failure destination does not take the document' : 'on-failure queue cannot be reached',
          destination: onFailureArn,
          error: String(error),
        });
        if (refused) return;
        await clock.sleep(1000, signal);
      }
    }
  };
}

function failureDocument(
  { batch, condition, invocations }: DiscardedBatch,
  { functionArn, sourceArn }: EventSourceModel,
  shardId: string,
  clock: Clock,
) {
  const first = batch[0];
  const last = batch.at(-1);
  return {
    requestContext: { requestId: randomUUID(), functionArn, condition, approximateInvokeCount: invocations },
    ...(invocations > 0 && {
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    }),
    version: '1.0',
    timestamp: new Date(clock.now()).toISOString(),
    DDBStreamBatchInfo: {
      shardId,
      startSequenceNumber: first?.lambda.dynamodb.SequenceNumber,
      endSequenceNumber: last?.lambda.dynamodb.SequenceNumber,
      approximateArrivalOfFirstRecord: arrival(first),
      approximateArrivalOfLastRecord: arrival(last),
      batchSize: batch.length,
      streamArn: sourceArn,
    },
  };
}

/** In whole seconds, as DynamoDB has them. */
const arrival = (record: StreamRecord | undefined) =>
  record && new Date(record.createdAt).toISOString().replace(/\.\d+Z$/, 'Z');
