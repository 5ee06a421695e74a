/** How notifications are caused, hastened and found in the local cloud. */
import { ListQueuesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Cloud } from '../../infra/local/cloud.ts';
import type { OutboxEntry } from '../../infra/local/outbox.ts';
import { digestKey } from '../../shared/data/keys.ts';
import type { Conversation } from '../../shared/protocol/conversation.ts';
import type { Device } from '../../shared/protocol/device.ts';
import type { Message } from '../../shared/protocol/message.ts';
import type { Person } from './person.ts';
import { storedIn } from './stored.ts';

/**
 * Hands events of messages to the worker, as the bus does where it feeds it: when, how often and in which order is for the test to say.
 * Whatever that makes happen has happened afterwards.
 */
export const tellsOf = async (cloud: Cloud, tenant: string, ...messages: readonly Message[]): Promise<void> => {
  const client = new SQSClient(cloud.clientConfig);
  const { QueueUrls: [QueueUrl] = [] } = await client.send(
    new ListQueuesCommand({ QueueNamePrefix: 'Parley-local-Notifications-QueuenotifyqueueQueue' }),
  );
  for (const message of messages) {
    const detail = {
      id: `evt_${message.id}`,
      version: 1,
      tenantId: tenant,
      occurredAt: message.createdAt,
      actor: message.senderId,
      conversationId: message.conversationId,
      data: { message },
    };
    const MessageBody = JSON.stringify({ source: 'parley', 'detail-type': 'message.created', detail });
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody }));
  }
  client.destroy();
  await cloud.settled();
};

/** What phones were sent about a conversation, the oldest first. */
export const pushesOf = (cloud: Cloud, { id }: Pick<Conversation, 'id'>): OutboxEntry[] =>
  cloud
    .outbox()
    .filter(({ kind, details }) => kind === 'push' && String(details.payload).includes(id))
    .reverse();

/** What somebody was mailed, the oldest first. */
export const mailsTo = (cloud: Cloud, address: string): OutboxEntry[] =>
  cloud
    .outbox()
    .filter(({ kind, to }) => kind === 'e-mail' && to === address)
    .reverse();

const enqueue = async (cloud: Cloud, variable: string, body: unknown): Promise<void> => {
  const client = new SQSClient(cloud.clientConfig);
  const [QueueUrl] = cloud.functions.flatMap(({ environment }) => environment[variable] ?? []);
  await client.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(body) }));
  client.destroy();
  await cloud.settled();
};

/** As if the digest that somebody waits for were due, or as if its message came too early. @returns whether there was one */
export const digestIsDue = async (
  cloud: Cloud,
  tenant: string,
  user: string,
  { early = false } = {},
): Promise<boolean> => {
  const stored = storedIn(cloud);
  const found = await stored.get(digestKey(tenant, user));
  if (found.window === undefined) return false;
  if (!early) await stored.put({ ...found, dueAt: new Date(Date.now() - 1_000).toISOString() });
  await enqueue(cloud, 'DIGEST_QUEUE_URL', { tenant, user, window: found.window });
  return true;
};

/** What could not be pushed to somebody, and is put off. */
export const putOffFor = (cloud: Cloud, tenant: string, user: string): Record<string, unknown>[] =>
  cloud
    .queue('QueuenotifyuserqueueQueue')
    .delayed.map((body) => JSON.parse(body) as Record<string, unknown>)
    .filter((task) => task.tenant === tenant && task.user === user);

/** As if that were due. */
export const triesAgain = async (cloud: Cloud, tenant: string, user: string): Promise<void> => {
  for (const task of putOffFor(cloud, tenant, user)) await enqueue(cloud, 'USER_QUEUE_URL', task);
};

export const registers = (person: Person, token: string, platform = 'fcm'): Promise<Device> =>
  person.does('POST', '/api/me/devices', { platform, token });

export const devicesOf = async (person: Person): Promise<Device[]> =>
  (await person.does<{ devices: Device[] }>('GET', '/api/me/devices')).devices;
