import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import pRetry from 'p-retry';
import { promptly } from '../data/aws-calls.ts';
import type { DomainEvent } from '../domain/domain-events.ts';

/** PutEvents takes ten at once. */
const batchSize = 10;

class Refused extends Error {}

export const createBus = (name: string, client = new EventBridgeClient(promptly)) => {
  const putBatch = async (events: readonly DomainEvent[]): Promise<void> => {
    let left = events;
    await pRetry(
      async () => {
        const { Entries = [] } = await client.send(
          new PutEventsCommand({
            Entries: left.map(({ type, detail }) => ({
              EventBusName: name,
              Source: 'parley',
              DetailType: type,
              Detail: JSON.stringify(detail),
              Time: new Date(detail.occurredAt),
            })),
          }),
        );
        left = left.filter((_, i) => Entries[i]?.ErrorCode !== undefined);
        if (left.length > 0) throw new Refused('The bus refused some events.');
      },
      { retries: 3, minTimeout: 50, factor: 3, randomize: true, shouldRetry: ({ error }) => error instanceof Refused },
    );
  };

  return {
    /** In order; entries that the bus refuses are put again. @throws when some are refused to the last: publish them all again */
    publish: async (events: readonly DomainEvent[]): Promise<void> => {
      for (let start = 0; start < events.length; start += batchSize)
        await putBatch(events.slice(start, start + batchSize));
    },
  };
};
export type Bus = ReturnType<typeof createBus>;
