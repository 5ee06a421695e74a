/** The local cloud, made ready for many runs: what can be looked at past Parley, and time that does not drag. */
import { setTimeout as pause } from 'node:timers/promises';
import { ApiGatewayManagementApiClient, GetConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Cloud } from '../../infra/local/cloud.ts';
import { type Key, presenceKey } from '../../shared/data/keys.ts';
import { holeAgeMs } from '../../shared/domain/holes.ts';
import { setPresence } from '../support/presence.ts';
import { areDeadLetters, type Queue, quickQueues } from '../support/queues.ts';
import type { DeadLetter } from './aftermath.ts';
import { readTruth, type Truth } from './truth.ts';

/** So much faster do the cloud's own pauses pass: between repeated batches and events, and before a delayed batch. */
export const haste = 25;

export const quickClock = {
  now: Date.now,
  sleep: (ms: number, signal?: AbortSignal): Promise<void> =>
    pause(ms / haste, undefined, signal ? { signal } : {}).catch(() => undefined),
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
  /** As if the connections that a user is listed with had been opened a while ago. */
  age(tenant: string, user: string): Promise<void>;
  /** Resolves when nothing is on its way any more, delayed messages included. */
  rest(): Promise<void>;
  /** What was given up on since this was last asked. */
  takeDeadLetters(): Promise<DeadLetter[]>;
  /** As the gateway says. */
  isGone(connectionId: string): Promise<boolean>;
  close(): void;
}

/** @param slowTenants have no fast lane */
export const openStage = async (cloud: Cloud, slowTenants: readonly string[]): Promise<Stage> => {
  setLimits(cloud, slowTenants);
  // Nobody vanishes in a run for want of a heartbeat.
  setPresence(cloud, { lifeSeconds: 900, awayLifeSeconds: 900, pauseSeconds: 1 });
  const dynamodb = new DynamoDBClient(cloud.clientConfig);
  const client = DynamoDBDocumentClient.from(dynamodb);
  const TableName = cloud.tables[0]?.name ?? '';
  const sqs = new SQSClient(cloud.clientConfig);
  const gateway = new ApiGatewayManagementApiClient(cloud.clientConfig);
  const { queues, rest } = await quickQueues(cloud);

  const takeFrom = async ({ url, name }: Queue): Promise<DeadLetter[]> => {
    const taken: DeadLetter[] = [];
    for (;;) {
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10 }));
      if (Messages.length === 0) return taken;
      for (const { Body = '', ReceiptHandle } of Messages) {
        await sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle }));
        taken.push({ queue: name, body: Body });
      }
    }
  };

  return {
    holeAgeMs,
    truth: (tenant, room) => readTruth(client, TableName, tenant, room),
    age: (tenant, user) => ageConnections(client, TableName, presenceKey(tenant, user)),
    rest,
    takeDeadLetters: async () => (await Promise.all(queues.filter(areDeadLetters).map(takeFrom))).flat(),
    isGone: async (ConnectionId) => {
      try {
        await gateway.send(new GetConnectionCommand({ ConnectionId }));
        return false;
      } catch (error) {
        if ((error as Error).name === 'GoneException') return true;
        throw error;
      }
    },
    close: () => {
      dynamodb.destroy();
      sqs.destroy();
      gateway.destroy();
    },
  };
};

/** Longer than any connection takes to open. */
const aWhileMs = 60_000;

const ageConnections = async (client: DynamoDBDocumentClient, TableName: string, Key: Key): Promise<void> => {
  const { Item = {} } = await client.send(new GetCommand({ TableName, Key, ConsistentRead: true }));
  const connectedAt = new Date(Date.now() - aWhileMs).toISOString();
  for (const name of Object.keys(Item).filter((one) => one.startsWith('conn:'))) {
    const older = new UpdateCommand({
      TableName,
      Key,
      UpdateExpression: 'SET #connection.connectedAt = :then',
      ConditionExpression: 'attribute_exists(#connection)',
      ExpressionAttributeNames: { '#connection': name },
      ExpressionAttributeValues: { ':then': connectedAt },
    });
    await client.send(older).catch((error: Error) => {
      if (error.name !== 'ConditionalCheckFailedException') throw error;
    });
  }
};
