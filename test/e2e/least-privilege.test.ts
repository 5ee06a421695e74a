/** Least privilege: after everything that Parley does was done once, no function was refused a call, and none may do more than it did. */
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { beforeAll, expect, it } from 'vitest';
import { subscriptionKey } from '../../shared/data/keys.ts';
import type { OwnConversation } from '../../shared/protocol/conversation.ts';
import type { WebhookDelivery } from '../../shared/protocol/webhook.ts';
import { anEvent, putsOnBus } from '../support/bus.ts';
import { letsCanaryIn } from '../support/canary.ts';
import { digestIsDue, registers } from '../support/notifications.ts';
import { insistsOn, insistsOnPosting } from '../support/persistence.ts';
import type { Person } from '../support/person.ts';
import { beats, hastens, hearsOf } from '../support/presence.ts';
import { startPushService } from '../support/push-service.ts';
import { hasRead, reads, receiptsOf, receives } from '../support/receipts.ts';
import { Receiver } from '../support/receiver.ts';
import { createsDirect, createsGroup, historyOf, posts, says } from '../support/room.ts';
import { storedIn } from '../support/stored.ts';
import { aWorld } from '../support/world.ts';

/** So that a room of some hundreds has several shards. */
const world = aWorld({
  fed: ['notify', 'webhook-dispatch', 'presence'],
  tenantLimits: { groupSize: 20_000, shardSize: 100 },
  webhooks: { firstRetrySeconds: 0.2 },
});

beforeAll(() => letsCanaryIn(world.cloud));

/** What is granted without having been used here. */
const justified = [
  // Lambda wants it of a function that it feeds from a stream; nothing shows that it uses it.
  'Stream/fanout dynamodb:ListStreams',
  'Stream/publisher dynamodb:ListStreams',
];

const silent = (n: number) => world.person(`silent-${n}`);
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

const profilesAndDocuments = async (ada: Person, service: Person) => {
  await service.does('POST', '/api/users/sync', { users: [{ id: 'ada', displayName: 'Ada' }, { id: 'zoe' }] });
  await ada.does('GET', '/api/users/ada');
  await ada.does('GET', '/api/me');
  await ada.does('PATCH', '/api/me', { preferences: {} });
  await ada.does('PATCH', '/api/me', { preferences: { readReceipts: true } });
  for (const path of ['/health', '/health/live', '/health/ready', '/api/openapi.json']) await ada.does('GET', path);
  await fetch(`${world.cloud.url}/api/docs`);
  const { ticket } = await ada.does<{ ticket: string }>('POST', '/api/ws-tickets');
  await (await ada.connects({ ticket })).closes();
};

const conversationsAndMembers = async (ada: Person, bob: Person, service: Person) => {
  const zoe = await world.person('zoe');
  await createsDirect(ada, bob);
  await createsDirect(bob, ada);
  const room = await createsGroup(ada, [bob, zoe], { settings: { open: true } });
  const path = `/api/conversations/${room.id}`;
  await (await world.person('carol')).does('POST', `${path}/join`);
  await ada.does('POST', `${path}/members`, { memberIds: ['dan', 'eve'] });
  await ada.does('PATCH', `${path}/members/bob`, { role: 'admin' });
  await ada.does('DELETE', `${path}/members/dan`);
  await (await world.person('eve')).does('DELETE', `${path}/leave`);
  await ada.does('GET', `${path}/members`);
  await ada.does('PATCH', path, { title: 'Hall' });
  await ada.does('GET', path);
  await ada.does('GET', '/api/conversations');
  // Hers alone ends with her; the one above goes on.
  await createsGroup(zoe, []);
  await createsGroup(zoe, [ada]);
  await createsDirect(zoe, ada);
  for (const user of ['ada', 'nobody']) await zoe.does('PUT', `/api/me/blocks/${user}`);
  const device = await zoe.connects();
  await service.does('DELETE', '/api/users/zoe');
  await device.isClosed();
  const ended = await createsGroup(ada, [bob]);
  await ada.does('DELETE', `/api/conversations/${ended.id}`);
};

const whatOneKeeps = async (ada: Person, bob: Person, service: Person) => {
  const room = await createsGroup(ada, [bob, await world.person('yves')]);
  const path = `/api/conversations/${room.id}`;
  await posts(ada, room, 'Hello @bob!');
  await bob.does('PATCH', `${path}/me`, { pinned: true });
  await bob.does('PUT', `${path}/unread`);
  await bob.does('DELETE', `${path}/unread`);
  await bob.does('GET', '/api/me/unread');
  await bob.does('PUT', `${path}/draft`, { content: 'Hm' });
  await bob.does('GET', `${path}/draft`);
  await bob.does('GET', '/api/me/drafts');
  await bob.does('DELETE', `${path}/draft`);
  await (await world.person('yves')).does('PUT', `${path}/draft`, { content: 'Hm' });
  await service.does('DELETE', '/api/users/yves');
};

/** One phone is dead, a browser is reached, another is gone and one is tried again; the digest is looked at too early, and sent. */
const notifications = async (ada: Person, service: Person) => {
  const nora = await world.person('nora');
  await service.does('POST', '/api/users/sync', { id: 'nora', email: 'nora@example.com' });
  const pushService = await startPushService();
  await nora.does('GET', '/api/push/vapid-key');
  await registers(nora, 'dead-phone', 'apns');
  await registers(nora, 'phone-of-nora');
  const { subscription } = pushService.browser();
  await nora.does('POST', '/api/me/devices', { platform: 'web', subscription });
  await nora.does('PUT', '/api/me/notification-preferences', {});
  await nora.does('GET', '/api/me/notification-preferences');
  const room = await createsGroup(ada, [nora]);
  const path = `/api/conversations/${room.id}/notification-preference`;
  await nora.does('PUT', path, { notifications: 'all' });
  await nora.does('GET', path);
  pushService.answers(503);
  await posts(ada, room, 'Hello!');
  await world.cloud.settled();
  await digestIsDue(world.cloud, world.tenant, 'nora', { early: true });
  await digestIsDue(world.cloud, world.tenant, 'nora');
  for (const { id } of (await nora.does<{ devices: { id: string }[] }>('GET', '/api/me/devices')).devices)
    await nora.does('DELETE', `/api/me/devices/${id}`);
  await pushService.stop();
};

const messagesOverBothWays = async (ada: Person, bob: Person) => {
  const [phone] = await Promise.all([ada.connects(), bob.connects()]);
  const room = await createsGroup(ada, [bob]);
  const [one, two] = [await posts(ada, room, 'one'), await says(phone, room, 'two')];
  await phone.does('message.edit', { messageId: two.messageId, content: 'too' }, 'message.updated');
  await phone.does('message.delete', { messageId: two.messageId }, 'message.deleted');
  await phone.isRefused('message.burn', {});
  await ada.does('GET', `/api/messages/${one.id}`);
  await ada.does('PUT', `/api/messages/${one.id}/pin`);
  await ada.does('GET', `/api/conversations/${room.id}/pins`);
  await ada.does('DELETE', `/api/messages/${one.id}/pin`);
  await ada.does('PATCH', `/api/messages/${one.id}`, { content: 'won' });
  const reactions = `/api/messages/${one.id}/reactions`;
  await phone.does('reaction.add', { messageId: one.id, emoji: '👍' }, 'reaction.added');
  await phone.does('reaction.remove', { messageId: one.id, emoji: '👍' }, 'reaction.removed');
  await ada.does('POST', reactions, { emoji: '👍' });
  await ada.does('GET', reactions);
  await ada.does('DELETE', `${reactions}/${encodeURIComponent('👍')}`);
  await ada.does('DELETE', `/api/messages/${one.id}`);
};

/** In a group that hears counts: the first of them comes through the redelivery queue, the next meets a connection whose token has ended. */
const receipts = async (ada: Person, bob: Person) => {
  const [phone, listener] = [await ada.connects(), await world.person('reader')];
  const room = await createsGroup(ada, [bob, listener, ...(await Promise.all(upTo(7).map(silent)))]);
  const message = await posts(bob, room, 'one');
  await posts(bob, room, 'two');
  const device = await listener.connects();
  await world.cloud.settled();
  const takeBack = world.cloud.faults.add({
    function: 'Queue/receipt-counts',
    action: 'execute-api:ManageConnections',
    fault: { kind: 'error' },
  });
  await receives(phone, room, 2);
  await phone.hearsEvent('receipt.count');
  takeBack();
  await storedIn(world.cloud).endTokensOf(world.tenant, listener.id);
  await reads(phone, room, 1);
  await hasRead(ada, room);
  await device.isClosed();
  await (await world.person('silent-1')).does('PUT', `/api/messages/${message.id}/read`);
  await receiptsOf(ada, message);
};

const threadsAndVersions = async (ada: Person, bob: Person) => {
  const room = await createsGroup(ada, [bob]);
  const root = await posts(ada, room, 'root');
  const reply = await posts(bob, room, 'reply', { threadId: root.id, replyTo: root.id });
  await ada.does('GET', `/api/messages/${root.id}`);
  await ada.does('GET', `/api/messages/${root.id}/replies`);
  await ada.does('PUT', `/api/messages/${root.id}/replies/read`, {});
  await bob.does('PATCH', `/api/messages/${reply.id}`, { content: 'a reply' });
  await ada.does('GET', `/api/messages/${reply.id}/history`);
  await ada.does('POST', `/api/messages/${root.id}/hide`);
  await ada.does('POST', `/api/messages/${reply.id}/hide`);
};

/** Repetitions read what was stored; readers close what never was, also when several do at once. */
const repetitionsAndHoles = async (ada: Person, bob: Person) => {
  const phone = await ada.connects();
  const room = await createsGroup(ada, [bob]);
  for (const clientMessageId of ['c1', 'c1'])
    await insistsOn(phone, { conversation: room, content: 'x', clientMessageId });
  for (const clientMessageId of ['c2', 'c2'])
    await insistsOnPosting(ada, { conversation: room, content: 'x', clientMessageId });
  const stored = storedIn(world.cloud);
  for (const _ of upTo(3)) await stored.takeNumber(world.tenant, room, 'ada', 'never stored');
  await stored.age(world.tenant, room, 7_200);
  await closeTogether('Http/messages-list', () => historyOf(bob, room));
  await missedMessagesAndHoles(ada, bob);
  // Its last activity was in another hour: it wakes up in the inboxes.
  await posts(ada, room, 'Good morning');
};

/** Four look at once, and each closes the three numbers that were never stored before any of them has. */
const closeTogether = async (name: string, looks: () => Promise<unknown>) => {
  const calls = 4 * 3;
  const over = world.cloud.faults.add({
    function: name,
    action: 'dynamodb:PutItem',
    times: calls,
    fault: { kind: 'meeting', calls, ms: 10_000 },
  });
  await Promise.all(upTo(4).map(looks));
  over();
};

/** Whoever syncs closes holes as well. */
const missedMessagesAndHoles = async (ada: Person, bob: Person) => {
  const stored = storedIn(world.cloud);
  const device = await bob.connects();
  for (const door of ['Http/sync-create', 'WebSocket/sync']) {
    const room = await createsGroup(ada, [bob]);
    const request = { conversations: [{ conversationId: room.id, seq: 0, rev: 0 }] };
    for (const _ of upTo(3)) await stored.takeNumber(world.tenant, room, 'ada', 'never stored');
    await stored.age(world.tenant, room, 7_200);
    await closeTogether(door, () =>
      door === 'Http/sync-create' ? bob.does('POST', '/api/sync', request) : device.does('sync', request, 'sync.page'),
    );
  }
  const request = { conversations: [], since: new Date().toISOString() };
  await bob.does('POST', '/api/sync', request);
  await device.does('sync', request, 'sync.page');
};

/** Whoever posts closes connections whose token has ended. */
const endedTokens = async (ada: Person) => {
  const { endTokensOf } = storedIn(world.cloud);
  const silent = upTo(10).map((n) => `silent-${n}`);
  for (const way of ['socket', 'HTTP', 'stream']) {
    const listener = await world.person(`listener to ${way}`);
    const device = await listener.connects();
    const room: OwnConversation = await ada.does('POST', '/api/conversations', {
      type: 'group',
      memberIds: [listener.id, ...(way === 'stream' ? silent : [])],
    });
    await device.hearsEvent('conversation.new');
    await world.cloud.settled();
    await endTokensOf(world.tenant, listener.id);
    if (way === 'socket') await says(await ada.connects(), room, 'Hello!');
    else await posts(ada, room, 'Hello!');
    await device.isClosed();
  }
};

/** A post that fails goes through the queue; by then its connection is gone, or its token has ended. */
const redelivery = async (ada: Person, bob: Person) => {
  const device = await bob.connects();
  const { ageConnectionsOf, connectionsOf } = storedIn(world.cloud);
  // A young one would be taken to be opening still.
  await ageConnectionsOf(world.tenant, bob.id);
  world.cloud.faults.add({ function: 'WebSocket/disconnect', times: 1, fault: { kind: 'crash-before' } });
  world.cloud.faults.add({
    function: 'Stream/fanout',
    action: 'execute-api:ManageConnections',
    fault: { kind: 'error' },
  });
  await createsGroup(ada, [bob]);
  const queue = () => world.cloud.queue('QueueredeliverqueueQueue');
  await expect.poll(() => queue().delayed.length, { timeout: 10_000 }).toBeGreaterThan(0);
  device.socket.terminate();
  await expect.poll(() => Object.values(queue()).flat().length, { timeout: 15_000 }).toBe(0);
  world.cloud.faults.clear();

  const last = await (await world.person('zora')).connects();
  const [id] = await connectionsOf(world.tenant, 'zora');
  const connection = { id, user: 'zora', connectedAt: new Date().toISOString(), expiresAt: 1 };
  const client = new SQSClient(world.cloud.clientConfig);
  await client.send(
    new SendMessageCommand({
      QueueUrl: world.cloud.functions.flatMap(({ environment }) => environment.REDELIVERY_QUEUE_URL ?? [])[0],
      MessageBody: JSON.stringify({ tenant: world.tenant, connection, frame: '{}' }),
    }),
  );
  client.destroy();
  await last.isClosed();
};

/** Who comes, is seen, types, goes and is blocked. */
const presenceAndBlocks = async (ada: Person) => {
  const dora = await world.person('dora');
  const chat = await createsDirect(ada, dora);
  const [adas, doras] = [await ada.connects(), await dora.connects()];
  await hearsOf(adas, 'dora', 'online');
  for (const status of ['online', 'away'] as const) await beats(doras, status);
  await adas.does('typing.start', { conversationId: chat.id }, 'typing.started');
  await adas.does('typing.stop', { conversationId: chat.id }, 'typing.stopped');
  await ada.does('GET', '/api/users/dora/presence');
  await ada.does('GET', `/api/conversations/${chat.id}/presence`);
  await ada.does('PATCH', '/api/me', { preferences: { presence: 'everyone' } });
  await ada.does('PUT', '/api/me/blocks/nobody');
  await ada.does('PUT', '/api/me/blocks/dora');
  await ada.does('GET', '/api/me/blocks');
  for (const user of ['dora', 'nobody']) await ada.does('DELETE', `/api/me/blocks/${user}`);
  // One whom she told of last is told no more: his token has ended.
  await world.cloud.settled();
  await storedIn(world.cloud).endTokensOf(world.tenant, 'ada');
  await doras.closes();
  await world.cloud.settled();
  await hastens(world.cloud, world.tenant, 'dora', 'look');
  await adas.isClosed();
};

/** Who is out of a large room, gone, shut out or slow to answer; and a room whose inboxes are more than one message's work. */
const largeRooms = async (ada: Person) => {
  const people = await Promise.all(['removed', 'leaving', 'gone', 'ended', 'slow'].map((name) => world.person(name)));
  const silent = upTo(500).map((n) => ({ id: `silent-${n}` }) as Person);
  const room = await createsGroup(ada, [...people, ...silent]);
  const devices = await Promise.all(people.map((one) => one.connects()));
  const data = { conversationId: room.id };
  for (const device of devices) await device.does('subscribe', data, 'subscribed');
  const [removed, leaving, gone, ended, slow] = devices;
  await removed?.does('unsubscribe', data, 'unsubscribed');
  await removed?.does('subscribe', data, 'subscribed');
  // Left to the stream.
  const fails = world.cloud.faults.add({
    function: 'Http/members-remove',
    action: 'dynamodb:DeleteItem',
    fault: { kind: 'error' },
  });
  await ada.does('DELETE', `/api/conversations/${room.id}/members/removed`);
  await world.cloud.settled();
  fails();
  await ada.does('DELETE', `/api/conversations/${room.id}/members/ended`);
  await (await world.person('leaving')).does('DELETE', `/api/conversations/${room.id}/leave`);
  await leaving?.hearsEvent('conversation.removed');

  await gone?.closes();
  const stored = storedIn(world.cloud);
  const key = subscriptionKey(world.tenant, room.id, 0, 'ended', 'c1');
  await stored.put({ ...key, user: 'ended', connectionId: 'c1', memberRev: 0, expiresAt: 1 });
  await ended?.closes();
  await posts(ada, room, 'Good evening');
  await world.cloud.settled();

  world.cloud.faults.add({
    function: 'Queue/room-fanout',
    action: 'execute-api:ManageConnections',
    fault: { kind: 'error' },
  });
  await stored.age(world.tenant, room, 7_200);
  await posts(ada, room, 'Good morning');
  await slow?.hearsEvent('message.new', ({ content }) => content === 'Good morning');
  world.cloud.faults.clear();
  await world.cloud.settled();
};

/** A webhook that is heard of, fails, is tried again and replayed, is full, changes, is disabled by either lane and goes. */
const webhooks = async (service: Person) => {
  const receiver = await Receiver.open();
  const path = '/api/webhooks';
  const { id } = await service.does<{ id: string }>('POST', path, { url: receiver.url });
  await service.does('GET', path);
  await service.does('GET', `${path}/${id}`);
  await service.does('POST', `${path}/${id}/rotate-secret`);
  await service.does('PATCH', `${path}/${id}`, { description: 'mine' });
  /** Of each event. */
  const attemptsOf = (event: string) => receiver.received.filter(({ body }) => body.id === event).length;
  receiver.replies = ({ body }) => ({ status: attemptsOf(body.id) <= 2 ? 500 : 200 });
  const test = await service.does<WebhookDelivery>('POST', `${path}/${id}/test`);
  await expect.poll(() => attemptsOf(test.eventId), { timeout: 15_000 }).toBe(3);
  await world.cloud.settled();
  await service.does('GET', `${path}/${id}/deliveries`);
  await service.does('POST', `${path}/${id}/deliveries/${test.id}/replay`);
  await expect.poll(() => attemptsOf(test.eventId), { timeout: 15_000 }).toBe(4);
  await world.cloud.settled();
  const range = { from: '2020-01-01T00:00:00.000Z', to: '2099-01-01T00:00:00.000Z', status: 'all', replayId: 'r1' };
  await service.does('POST', `${path}/${id}/replay`, range);

  // More at once than it may have under way, later than an instance remembers that there was no webhook.
  receiver.replies = () => ({ status: 200, afterMs: 500 });
  const isHeard = async () => {
    const event = anEvent(world.tenant, { type: 'user.updated' });
    await putsOnBus(world.cloud, [event]);
    await world.cloud.settled();
    return attemptsOf(event.detail.id) > 0;
  };
  await expect.poll(isHeard, { timeout: 15_000 }).toBe(true);
  await putsOnBus(
    world.cloud,
    Array.from({ length: 60 }, () => anEvent(world.tenant, { type: 'user.updated' })),
  );
  await world.cloud.settled();

  const isDisabled = async () => !(await service.does<{ enabled: boolean }>('GET', `${path}/${id}`)).enabled;
  for (const failures of [0, 1]) {
    await service.does('PATCH', `${path}/${id}`, { enabled: true });
    receiver.replies = ({ body }) => ({ status: attemptsOf(body.id) <= failures ? 500 : 410 });
    await service.does('POST', `${path}/${id}/test`);
    await expect.poll(isDisabled, { timeout: 15_000 }).toBe(true);
  }
  await service.does('DELETE', `${path}/${id}`);
  await world.cloud.settled();
  await receiver.closes();
};

it('grants every function what it does, and nothing more', async () => {
  const [ada, bob, service] = [await world.person('ada'), await world.person('bob'), await world.service()];

  await profilesAndDocuments(ada, service);
  await conversationsAndMembers(ada, bob, service);
  await whatOneKeeps(ada, bob, service);
  await notifications(ada, service);
  await messagesOverBothWays(ada, bob);
  await receipts(ada, bob);
  await threadsAndVersions(ada, bob);
  await repetitionsAndHoles(ada, bob);
  await endedTokens(ada);
  await redelivery(ada, bob);
  await presenceAndBlocks(await world.person('ada'));
  await largeRooms(await world.person('owner-of-many'));
  await webhooks(service);
  await world.cloud.invoke('Schedule/canary', {});
  await world.cloud.settled();

  const report = world.cloud.permissions();
  expect(report.flatMap((one) => one.denied.map(({ action }) => `${one.function} ${action}`))).toEqual([]);
  const unused = report.flatMap((one) => one.unused.map(({ action }) => `${one.function} ${action}`));
  expect(unused.sort()).toEqual(justified);
}, 240_000);

it('runs every function on the way', () => {
  const used = new Set(
    world.cloud
      .permissions()
      .filter(({ used: grants }) => grants.length > 0)
      .map((one) => one.function),
  );
  const touching = world.cloud
    .permissions()
    .filter(({ granted }) => granted.some(({ action }) => !/^(logs|xray):/.test(action)));
  expect(touching.filter((one) => !used.has(one.function)).map((one) => one.function)).toEqual([]);
});
