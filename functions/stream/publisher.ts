/**
 * The stream's second reader: puts what happened on the bus, where everything that reacts has a queue of its own.
 * At least once; an event's `id` is the same each time.
 */
import type { Context, DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { followed } from '../../shared/data/stream.ts';
import { type Bus, createBus } from '../../shared/runtime/bus.ts';
import { describeError, logger, setLogContext } from '../../shared/runtime/logger.ts';
import { domainEventsOf } from '../../shared/runtime/publishing.ts';
import { settingsFrom } from '../../shared/runtime/settings.ts';

export const publisher =
  (bus: Bus) =>
  async (event: DynamoDBStreamEvent, { awsRequestId }: Context): Promise<DynamoDBBatchResponse> => {
    setLogContext({ correlationId: awsRequestId, operation: 'publisher' });
    try {
      await bus.publish(followed(event.Records).flatMap(domainEventsOf));
    } catch (error) {
      logger.error('failed', { error: describeError(error) });
      throw error;
    }
    return { batchItemFailures: [] };
  };

export const handler = publisher(createBus(settingsFrom(process.env).BUS_NAME));
