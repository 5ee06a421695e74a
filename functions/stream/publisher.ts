/**
 * The stream's second reader: puts what happened on the bus, where everything that reacts has a queue of its own.
 * At least once; an event's `id` is the same each time. What the bus has taken is not told again for what it refuses later in the same
 * batch; a record that it never takes ends as a dead letter, alone.
 */
import type { Context, DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { followed } from '../../shared/data/stream.ts';
import type { DomainEvent } from '../../shared/domain/domain-events.ts';
import { type Bus, createBus, NotPublished } from '../../shared/runtime/bus.ts';
import { describeError, logger, logTraces, setLogContext } from '../../shared/runtime/logger.ts';
import { domainEventsOf } from '../../shared/runtime/publishing.ts';
import { settingsFrom } from '../../shared/runtime/settings.ts';

const logTrace = ({ detail }: DomainEvent): void => {
  if (!('traceparent' in detail) || detail.traceparent === undefined) return;
  logTraces([detail.traceparent], 'told', { tenant: detail.tenantId, conversationId: detail.conversationId });
};

export const publisher =
  (bus: Bus) =>
  async ({ Records }: DynamoDBStreamEvent, { awsRequestId }: Context): Promise<DynamoDBBatchResponse> => {
    setLogContext({ correlationId: awsRequestId, operation: 'publisher' });
    const told: { event: DomainEvent; sequenceNumber: string }[] = [];
    try {
      for (const record of followed(Records)) {
        const { sequenceNumber } = record;
        told.push(...domainEventsOf(record).map((event) => ({ event, sequenceNumber })));
      }
      await bus.publish(told.map(({ event }) => event));
      for (const { event } of told) logTrace(event);
      return { batchItemFailures: [] };
    } catch (error) {
      const [failed, cause] =
        error instanceof NotPublished ? [told[error.first]?.sequenceNumber, error.cause] : [undefined, error];
      logger.error('failed', { sequenceNumber: failed, error: describeError(cause) });
      // Taken up again from its first record, a batch would be given up as a whole; one that throws is halved until that stands alone.
      if (failed === undefined || failed === Records[0]?.dynamodb?.SequenceNumber) throw error;
      return { batchItemFailures: [{ itemIdentifier: failed }] };
    }
  };

export const handler = publisher(createBus(settingsFrom(process.env).BUS_NAME));
