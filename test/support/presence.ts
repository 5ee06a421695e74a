import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SendMessageCommand, SetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Cloud } from '../../infra/local/cloud.ts';
import { heartbeatKey, presenceKey } from '../../shared/data/keys.ts';
import type { Presence } from '../../shared/protocol/presence.ts';
import type { Device } from './device.ts';
import type { Person } from './person.ts';

interface Times {
  lifeSeconds: number;
  awayLifeSeconds: number;
  pauseSeconds: number;
}

const queueName = 'QueuepresencequeueQueue';

/** As a stage's settings would say it; before anybody comes, since functions read theirs once. */
export const setPresence = ({ functions }: Cloud, times: Times): void => {
  for (const { environment } of functions) {
    if (environment.PRESENCE_SETTINGS !== undefined) environment.PRESENCE_SETTINGS = JSON.stringify(times);
  }
};

export const presenceOf = (viewer: Person, user: string): Promise<Presence> =>
  viewer.does('GET', `/api/users/${encodeURIComponent(user)}/presence`);

export const beats = (device: Device, status: 'online' | 'away') =>
  device.does('presence.heartbeat', { status }, 'presence.noted');

/** What a device heard last of somebody, by the rule that the later one holds. */
export const lastHeardOf = (device: Device, user: string): Presence | undefined =>
  device
    .heard('presence.update')
    .filter(({ userId }) => userId === user)
    .reduce<Presence | undefined>((last, one) => (last && last.asOf >= one.asOf ? last : one), undefined);

export const hearsOf = (device: Device, user: string, status: Presence['status']) =>
  device.hears(() => lastHeardOf(device, user)?.status === status, `${user} to be ${status}`);

/** What the worker has put off for a user of a tenant. */
export const putOff = (cloud: Cloud, tenant: string, user: string): Record<string, string>[] =>
  cloud
    .queue(queueName)
    .delayed.map((body) => JSON.parse(body) as Record<string, string>)
    .filter((task) => task.tenant === tenant && task.user === user);

const urlIn = (cloud: Cloud) => cloud.functions.flatMap(({ environment }) => environment.PRESENCE_QUEUE_URL ?? [])[0];

export const enqueue = async (cloud: Cloud, body: unknown): Promise<void> => {
  const client = new SQSClient(cloud.clientConfig);
  await client.send(new SendMessageCommand({ QueueUrl: urlIn(cloud), MessageBody: JSON.stringify(body) }));
  client.destroy();
  await cloud.settled();
};

/** Instead of after two minutes: what the worker did not finish comes back, once nothing is in flight that would come back too soon. */
export const retriesSoon = async (cloud: Cloud): Promise<void> => {
  await cloud.settled();
  const client = new SQSClient(cloud.clientConfig);
  const Attributes = { VisibilityTimeout: '2' };
  await client.send(new SetQueueAttributesCommand({ QueueUrl: urlIn(cloud), Attributes }));
  client.destroy();
};

/** Instead of waiting: what the worker has put off happens now. It comes once more when its time has come, as SQS may do it. */
export const hastens = async (cloud: Cloud, tenant: string, user: string, kind: 'look' | 'watch'): Promise<void> => {
  for (const task of putOff(cloud, tenant, user).filter((one) => one.kind === kind)) await enqueue(cloud, task);
};

/** As if every sign of life of a user had been given so much earlier. */
export const agesSignsOf = async (cloud: Cloud, tenant: string, user: string, seconds: number): Promise<void> => {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient(cloud.clientConfig));
  const TableName = cloud.tables[0]?.name;
  const earlier = (value: unknown): unknown =>
    typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value)
      ? new Date(Date.parse(value) - seconds * 1000).toISOString()
      : value;
  for (const Key of [presenceKey(tenant, user), heartbeatKey(tenant, user)]) {
    const { Item } = await client.send(new GetCommand({ TableName, Key, ConsistentRead: true }));
    if (!Item) continue;
    const aged = Object.entries(Item).map(([name, value]) => {
      if (/^(conn|seen):/.test(name))
        return [name, Object.fromEntries(Object.entries(value).map(([key, one]) => [key, earlier(one)]))];
      return ['cameAt', 'leftAt', 'changedAt', 'shownAt'].includes(name) ? [name, earlier(value)] : [name, value];
    });
    await client.send(new PutCommand({ TableName, Item: Object.fromEntries(aged) }));
  }
};
