/**
 * The stream's second reader: puts what happened on the bus, where everything that reacts has a queue of its own. What nobody hears it
 * leaves out: docs/decisions/0027-what-nobody-hears-is-not-told.md
 * At least once; an event's `id` is the same each time. What the bus has taken is not told again for what it refuses later in the same
 * batch; a record that it never takes ends as a dead letter, alone.
 */
import type { Context, DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { followed } from '../../shared/data/stream.ts';
import { openTable } from '../../shared/data/table.ts';
import { createWebhookList } from '../../shared/data/webhook-list.ts';
import { systemClock } from '../../shared/domain/clock.ts';
import type { DomainEvent } from '../../shared/domain/domain-events.ts';
import { type Bus, createBus, NotPublished, type Told } from '../../shared/runtime/bus.ts';
import { type BusAudience, createBusAudience, heardIn } from '../../shared/runtime/bus-audience.ts';
import { describeError, logger, logTraces, setLogContext } from '../../shared/runtime/logger.ts';
import { domainEventsOf } from '../../shared/runtime/publishing.ts';
import { rememberedWebhooks } from '../../shared/runtime/remembered-webhooks.ts';
import { settingsFrom } from '../../shared/runtime/settings.ts';

const logTrace = ({ detail }: DomainEvent): void => {
  if (!('traceparent' in detail) || detail.traceparent === undefined) return;
  logTraces([detail.traceparent], 'told', { tenant: detail.tenantId, conversationId: detail.conversationId });
};

export const publisher =
  ({ bus, audienceOf }: { bus: Bus; audienceOf: BusAudience }) =>
  async ({ Records }: DynamoDBStreamEvent, { awsRequestId }: Context): Promise<DynamoDBBatchResponse> => {
    setLogContext({ correlationId: awsRequestId, operation: 'publisher' });
    const told: (Told & { sequenceNumber: string })[] = [];
    try {
      for (const record of followed(Records)) {
        const { sequenceNumber } = record;
        for (const event of domainEventsOf(record)) {
          const { isHeard, byWebhooks } = await audienceOf(event);
          if (isHeard) told.push({ event, byWebhooks, sequenceNumber });
        }
      }
      await bus.publish(told);
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

const { BUS_NAME, HEARD_EVENTS, TABLE_NAME } = settingsFrom(process.env);
const clock = systemClock;

export const handler = publisher({
  bus: createBus(BUS_NAME),
  audienceOf: createBusAudience({
    heard: heardIn(HEARD_EVENTS),
    webhooksOf: rememberedWebhooks({ webhooks: createWebhookList(openTable(TABLE_NAME)), clock }),
  }),
});
