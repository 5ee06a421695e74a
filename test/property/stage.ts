/** The local cloud, made ready for many runs: what can be looked at past Parley, and time that does not drag. */
import { setTimeout as pause } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ListQueuesCommand, SetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Cloud } from '../../infra/local/cloud.ts';
import { holeAgeMs } from '../../shared/domain/holes.ts';
import { readTruth, type Truth } from './truth.ts';

/** Pauses between repeated batches and events are a matter of the cloud, not of Parley: here they pass quickly. */
export const quickClock = {
  now: Date.now,
  sleep: (ms: number, signal?: AbortSignal): Promise<void> =>
    pause(ms / 25, undefined, signal ? { signal } : {}).catch(() => undefined),
};

/**
 * As a stage's settings would say it: nobody is told to wait, and the tenants of some runs have no fast lane, so that the stream
 * tells them of everything.
 */
const setLimits = ({ functions }: Cloud, slowTenants: readonly string[]): void => {
  for (const { environment } of functions) {
    if (environment.TENANT_SETTINGS === undefined) continue;
    const { default: limits } = JSON.parse(environment.TENANT_SETTINGS) as { default: object };
    environment.TENANT_SETTINGS = JSON.stringify({
      default: { ...limits, messagesPerMinute: 6_000 },
      tenants: Object.fromEntries(slowTenants.map((tenant) => [tenant, { fastLaneConnections: 0 }])),
    });
  }
};

export interface Stage {
  holeAgeMs: number;
  truth(tenant: string, room: string): Promise<Truth | undefined>;
  /** Resolves when nothing is on its way any more, delayed messages included. */
  rest(): Promise<void>;
  /** What was given up on, as far as dead-letter queues tell. */
  discarded(): string[];
  close(): void;
}

/** @param slowTenants have no fast lane */
export const openStage = async (cloud: Cloud, slowTenants: readonly string[]): Promise<Stage> => {
  setLimits(cloud, slowTenants);
  const dynamodb = new DynamoDBClient(cloud.clientConfig);
  const client = DynamoDBDocumentClient.from(dynamodb);
  const sqs = new SQSClient(cloud.clientConfig);
  const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({}));
  const names = QueueUrls.map((url) => url.split('/').at(-1) ?? '');
  const isDeadLetters = (name: string) => /dead-?letters/i.test(name);
  // A message whose worker dies would come back after minutes.
  for (const QueueUrl of QueueUrls)
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { VisibilityTimeout: '1' } }));

  const isWaiting = (name: string) => {
    const { ready, delayed, inFlight } = cloud.queue(name);
    return ready.length + delayed.length + inFlight.length > 0;
  };

  return {
    holeAgeMs,
    truth: (tenant, room) => readTruth(client, cloud.tables[0]?.name ?? '', tenant, room),
    rest: async () => {
      await cloud.settled();
      while (names.some((name) => !isDeadLetters(name) && isWaiting(name))) {
        await pause(50);
        await cloud.settled();
      }
    },
    discarded: () =>
      names.filter((name) => isDeadLetters(name) && isWaiting(name)).map((name) => `dead letters in ${name}`),
    close: () => {
      dynamodb.destroy();
      sqs.destroy();
    },
  };
};
