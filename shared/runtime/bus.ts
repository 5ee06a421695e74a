import { EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import pRetry from 'p-retry';
import { promptly } from '../data/aws-calls.ts';
import { type DomainEvent, fitting } from '../domain/domain-events.ts';
import { forWebhooks, sourceOf } from '../protocol/event-sources.ts';
import { batchesOf } from './bus-batches.ts';

/** Entries that the bus took the request for, and refused themselves. */
class Refused extends Error {}

/** The bus has every event before this one, and perhaps some after it. */
export class NotPublished extends Error {
  override readonly name = 'NotPublished';
  /** Counted from 0 in what was to be published. */
  readonly first: number;

  constructor(first: number, cause: unknown) {
    super('The bus did not take every event.', { cause });
    this.first = first;
  }
}

/** An event, and whether a webhook of its tenant asks for it. */
export interface Told {
  event: DomainEvent;
  byWebhooks: boolean;
}

export const createBus = (name: string, client = new EventBridgeClient(promptly)) => {
  const entryOf = ({ event, byWebhooks }: Told): PutEventsRequestEntry => {
    const { type, detail } = fitting(event);
    return {
      EventBusName: name,
      Source: sourceOf(type),
      DetailType: type,
      Detail: JSON.stringify(detail),
      Time: new Date(detail.occurredAt),
      ...(byWebhooks && { Resources: [forWebhooks] }),
    };
  };

  /** @throws NotPublished, counted from the batch's own first */
  const putBatch = async (batch: readonly PutEventsRequestEntry[]): Promise<void> => {
    let left = [...batch.entries()];
    try {
      await pRetry(
        async () => {
          const { Entries = [] } = await client.send(new PutEventsCommand({ Entries: left.map(([, entry]) => entry) }));
          const codes = new Set(Entries.flatMap(({ ErrorCode }) => ErrorCode ?? []));
          left = left.filter((_, i) => Entries[i]?.EventId === undefined);
          if (left.length > 0) throw new Refused(`The bus refused ${left.length} events: ${[...codes].join(', ')}.`);
        },
        {
          retries: 3,
          minTimeout: 50,
          factor: 3,
          randomize: true,
          shouldRetry: ({ error }) => error instanceof Refused,
        },
      );
    } catch (error) {
      throw new NotPublished(left[0]?.[0] ?? 0, error);
    }
  };

  return {
    /**
     * One batch after the other, in order; entries that the bus refuses are put again, and come after the others of their batch then.
     * @throws NotPublished when some are refused to the last: publish all from the first of them again
     */
    publish: async (events: readonly Told[]): Promise<void> => {
      let done = 0;
      for (const batch of batchesOf(events.map(entryOf))) {
        try {
          await putBatch(batch);
        } catch (error) {
          throw error instanceof NotPublished ? new NotPublished(done + error.first, error.cause) : error;
        }
        done += batch.length;
      }
    },
  };
};
export type Bus = ReturnType<typeof createBus>;
