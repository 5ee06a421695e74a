/**
 * The stream's first reader, which is about latency: tells every live connection of every member what happened, and leaves large rooms
 * to a worker for each of their shards.
 * At least once, and in the stream's order for each conversation and connection, but for what has to be posted again. A batch that
 * fails is taken up again from its first failure; clients drop what they have.
 */
import type { Context, DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { followed } from '../../shared/data/stream.ts';
import { type Deps, live } from '../../shared/runtime/deps.ts';
import { happeningOf, runsOf } from '../../shared/runtime/happenings.ts';
import { describeError, logger, logTraces, setLogContext } from '../../shared/runtime/logger.ts';
import { flushMetrics } from '../../shared/runtime/metrics.ts';
import { createRedeliveryQueue, type RedeliveryQueue } from '../../shared/runtime/redelivery.ts';
import { createRoomQueue, type RoomQueue } from '../../shared/runtime/room-queue.ts';

export const fanout =
  ({ fanOut, rooms, redelivery }: Pick<Deps, 'fanOut'> & { rooms: RoomQueue; redelivery: RedeliveryQueue }) =>
  async (event: DynamoDBStreamEvent, { awsRequestId }: Context): Promise<DynamoDBBatchResponse> => {
    setLogContext({ correlationId: awsRequestId, operation: 'fanout' });
    const runs = runsOf(followed(event.Records).flatMap((record) => happeningOf(record) ?? []));
    const failures = await Promise.all(
      runs.map(async ({ firstSequenceNumber, ...run }) => {
        try {
          const undelivered = await fanOut(run, rooms);
          if (undelivered.length > 0) await redelivery.add(run.tenant, undelivered, run.traceparents);
          logTraces(run.traceparents ?? [], 'told', run);
          return [];
        } catch (error) {
          logger.error('failed', {
            tenant: run.tenant,
            conversationId: run.conversationId,
            sequenceNumber: firstSequenceNumber,
            error: describeError(error),
          });
          return [{ itemIdentifier: firstSequenceNumber }];
        }
      }),
    );
    flushMetrics();
    return { batchItemFailures: failures.flat() };
  };

export const handler = live((deps) =>
  fanout({
    fanOut: deps.fanOut,
    rooms: createRoomQueue(deps.settings.ROOM_QUEUE_URL),
    redelivery: createRedeliveryQueue(deps.settings.REDELIVERY_QUEUE_URL),
  }),
);
