import { afterEach, expect, it } from 'vitest';
import { Receiver } from '../support/receiver.ts';
import { createsDirect, createsGroup, says } from '../support/room.ts';
import { aWorld } from '../support/world.ts';

const world = aWorld({ fed: ['notify', 'webhook-dispatch'], tenantLimits: { groupSize: 2_000, shardSize: 400 } });

interface Line {
  message: string;
  operation: string;
  correlationId: string;
  [field: string]: unknown;
}

const lines = async (): Promise<Line[]> => {
  await world.cloud.settled();
  return world.logs.map((text) => JSON.parse(text) as Line);
};

const metricLines = async () => (await lines()).filter((line) => '_aws' in line);

/** Values of a metric in all lines of the running test. */
const valuesOf = async (metric: string): Promise<number[]> =>
  (await metricLines()).flatMap((line) => (line[metric] as number | number[] | undefined) ?? []);

const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
const traceparent = `00-${trace}-00f067aa0ba902b7-01`;

const receivers: Receiver[] = [];
afterEach(async () => {
  await Promise.all(receivers.splice(0).map((one) => one.closes()));
});
const aReceiver = async (): Promise<Receiver> => {
  const receiver = await Receiver.open();
  receivers.push(receiver);
  return receiver;
};

/** What the query of docs/observability.md finds. */
const operationsOf = async (traceId: string): Promise<string[]> =>
  [...new Set((await lines()).filter((one) => one.correlationId === traceId).map((one) => one.operation))].sort();

it('follows a message by its trace id from the sender’s socket to each reader, the bus, the workers and a webhook', async () => {
  const [ada, bob, host] = await Promise.all([world.person('ada'), world.person('bob'), world.service()]);
  const receiver = await aReceiver();
  await host.does('POST', '/api/webhooks', { url: receiver.url, eventTypes: ['message.created'] });
  const chat = await createsDirect(ada, bob);
  const [phone, laptop] = await Promise.all([ada.connects(), bob.connects()]);
  const data = { conversationId: chat.id, clientMessageId: 'c-1', content: '@bob Hello!' };
  await phone.asks('message.send', data, { traceparent });
  await laptop.hearsEvent('message.new');
  const [heard] = await receiver.hears(1);

  expect(await operationsOf(trace)).toEqual([
    'fanout',
    'mention-count',
    'message.send',
    'notify',
    'publisher',
    'webhook-delivery',
    'webhook-dispatch',
  ]);
  const told = (await lines()).filter(({ correlationId, message }) => correlationId === trace && message === 'told');
  expect(told).toMatchObject(told.map(() => ({ tenant: world.tenant, conversationId: chat.id })));
  expect(told.map(({ operation }) => operation).sort()).toEqual(['fanout', 'message.send', 'publisher', 'publisher']);
  expect(heard?.headers.traceparent).toBe(traceparent);
  expect(
    world.events.filter(({ detail }) => detail.traceparent === traceparent).map((one) => one['detail-type']),
  ).toEqual(expect.arrayContaining(['message.created', 'message.mentions']));
});

it('follows an edit over HTTP by its own trace, and no longer by that of the send', async () => {
  const [ada, bob] = await Promise.all([world.person('ada'), world.person('bob')]);
  const chat = await createsDirect(ada, bob);
  const draft = { clientMessageId: 'c-1', content: 'Hello!' };
  const sent = await ada.asks('POST', `/api/conversations/${chat.id}/messages`, draft, { traceparent });
  const { id } = sent.body as { id: string };
  await world.cloud.settled();
  const other = 'a3ce929d0e0e47364bf92f3577b34da6';
  await ada.asks(
    'PATCH',
    `/api/messages/${id}`,
    { content: 'Bye!' },
    { traceparent: `00-${other}-00f067aa0ba902b7-01` },
  );

  expect(await operationsOf(other)).toEqual(['fanout', 'messages/update', 'publisher']);
  expect(await operationsOf(trace)).toEqual(['fanout', 'messages/create', 'notify', 'notify-user', 'publisher']);
});

it('follows a message through the shards of a large room', async () => {
  const ada = await world.person('ada');
  const silent = Array.from({ length: 400 }, (_, i) => ({ id: `silent-${i}` }));
  const room = await createsGroup(ada, silent);
  const [phone, laptop] = await Promise.all([ada.connects(), ada.connects()]);
  await laptop.does('subscribe', { conversationId: room.id }, 'subscribed');
  const data = { conversationId: room.id, clientMessageId: 'c-1', content: 'Hello!' };
  await phone.asks('message.send', data, { traceparent });
  await laptop.hearsEvent('message.new');

  expect(await operationsOf(trace)).toContain('room-fanout');
  expect(await valuesOf('RoomFanOuts')).toContain(1);
  expect((await valuesOf('DeliveryLatency')).length).toBe(1);
});

it('stores and tells nothing of a trace where nobody named one', async () => {
  const [ada, bob] = await Promise.all([world.person('ada'), world.person('bob')]);
  const chat = await createsDirect(ada, bob);
  await says(await ada.connects(), chat, 'Hello!');
  await world.cloud.settled();

  expect(world.events.filter(({ detail }) => 'traceparent' in detail)).toEqual([]);
  expect((await lines()).filter(({ message }) => message === 'told')).toEqual([]);
});

it('counts what is sent, posted, opened and refused, by the stage alone', async () => {
  const [ada, bob] = await Promise.all([world.person('ada'), world.person('bob')]);
  const chat = await createsDirect(ada, bob);
  const [phone, laptop] = await Promise.all([ada.connects(), bob.connects()]);
  await says(phone, chat, 'Hello!');
  await laptop.hearsEvent('message.new');
  await phone.isRefused('message.send', { conversationId: chat.id });
  await phone.closes();
  await expect.poll(() => valuesOf('ConnectionsClosed')).toContain(1);

  expect(await valuesOf('MessagesSent')).toEqual([1]);
  expect((await valuesOf('DeliveryLatency')).every((ms) => ms >= 0 && ms < 60_000)).toBe(true);
  expect((await valuesOf('DeliveryLatency')).length).toBeGreaterThan(0);
  expect((await valuesOf('DeliveriesPosted')).length).toBeGreaterThan(0);
  expect(await valuesOf('ConnectionsOpened')).toEqual([1, 1]);
  expect(await valuesOf('RequestsRefused')).toEqual([1]);
  for (const { _aws, stage } of await metricLines()) {
    const [metrics] = (_aws as { CloudWatchMetrics: { Dimensions: string[][]; Namespace: string }[] })
      .CloudWatchMetrics;
    expect([stage, metrics?.Namespace, metrics?.Dimensions]).toEqual(['local', 'Parley', [['stage']]]);
  }
});

it('counts a send that Parley failed, and the request', async () => {
  const ada = await world.person('ada');
  const room = await createsGroup(ada, []);
  const phone = await ada.connects();
  world.cloud.faults.add({
    function: 'WebSocket/message-send',
    action: 'dynamodb:UpdateItem',
    fault: { kind: 'error' },
  });
  await phone.asks('message.send', { conversationId: room.id, clientMessageId: 'c-1', content: 'x' });

  expect(await valuesOf('SendsFailed')).toEqual([1]);
  expect(await valuesOf('RequestsFailed')).toEqual([1]);
  expect(await valuesOf('MessagesSent')).toEqual([]);
});
