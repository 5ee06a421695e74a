/** What a request may cost is part of its contract, docs/budgets.md, and is held by counting calls. */
import pMap from 'p-map';
import { expect, it } from 'vitest';
import { type CallSummary, summarise } from '../../infra/local/aws/meter.ts';
import type { MeteredCall } from '../../infra/local/ports.ts';
import type { ShownMessage } from '../../shared/protocol/message.ts';
import type { SyncPage } from '../../shared/protocol/sync.ts';
import type { Person } from '../support/person.ts';
import { hasRead, reads, receiptsOf, receives } from '../support/receipts.ts';
import { createsDirect, createsGroup, posts, says } from '../support/room.ts';
import { storedIn } from '../support/stored.ts';
import { aWorld } from '../support/world.ts';

const world = aWorld({ tenantLimits: { groupSize: 20_000 } });

const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);
const people = (n: number, name: string): Promise<Person[]> =>
  Promise.all(upTo(n).map((i) => world.person(`${name}-${i}`)));

/** Each instance of a function has to start first. */
const atATime = { concurrency: 4 };

const isPost = ({ action }: MeteredCall) => action === 'execute-api:ManageConnections';

/** What the last run of a function cost, in a function that is warm and knows nothing of these callers. */
const costOf = (name: string): CallSummary => {
  const cost = world.cloud.meter.lastOf(name);
  if (!cost) throw new Error(`${name} made no call.`);
  return cost;
};

const figures = ({ roundTrips, readUnits, writeUnits }: CallSummary) => ({ roundTrips, readUnits, writeUnits });

/** A room whose senders leave delivery to the stream: there is no fast lane to tell apart. */
const aLargeRoom = async () => {
  const [ada, bob] = [await world.person('ada'), await world.person('bob')];
  const room = await createsGroup(ada, [bob, ...(await people(9, 'silent'))]);
  return { ada, bob, room };
};

it('$connect and $disconnect: one write each, and a token costs nothing to verify', async () => {
  const ada = await world.person('ada');
  world.cloud.meter.reset();

  const phone = await ada.connects();
  await phone.closes();
  await world.cloud.settled();

  expect(figures(costOf('WebSocket/connect'))).toEqual({ roundTrips: 1, readUnits: 0, writeUnits: 1 });
  expect(figures(costOf('WebSocket/disconnect'))).toEqual({ roundTrips: 1, readUnits: 0, writeUnits: 1 });
  expect(world.cloud.meter.calls({ function: 'WebSocket/authorizer' })).toEqual([]);
});

it('$connect with a ticket: one write more, which takes it out of circulation', async () => {
  const ada = await world.person('ada');
  const { ticket } = await ada.does<{ ticket: string }>('POST', '/api/ws-tickets');
  expect(figures(costOf('Http/ws-tickets-create'))).toEqual({ roundTrips: 1, readUnits: 0, writeUnits: 1 });

  await ada.connects({ ticket });

  expect(figures(costOf('WebSocket/authorizer'))).toEqual({ roundTrips: 1, readUnits: 0, writeUnits: 1 });
  expect(figures(costOf('WebSocket/connect'))).toEqual({ roundTrips: 1, readUnits: 0, writeUnits: 1 });
});

it('any frame and any request: who sent it costs nothing', async () => {
  const ada = await world.person('ada');
  const phone = await ada.connects();
  await world.cloud.settled();
  world.cloud.meter.reset();

  await phone.isRefused('message.burn', {});
  await phone.isRefused('message.delete', {});
  await phone.isRefused('message.send', {});
  expect((await ada.asks('POST', '/api/conversations', {})).status).toBe(400);

  expect(world.cloud.meter.calls()).toEqual([]);
});

it.each(['WebSocket/message-send', 'Http/messages-create'])(
  'a send (%s): four round trips, at most 5 write and 2 read units',
  async (name) => {
    const { ada, bob, room } = await aLargeRoom();
    const [phone, bobs] = [await ada.connects(), await bob.connects()];
    const send = (who: Person, device: typeof phone) =>
      name.startsWith('Http') ? posts(who, room, 'Hello!') : says(device, room, 'Hello!');
    await send(ada, phone);

    // The first of a user whom the instance has not seen, and one of whom it has.
    for (const [who, device] of [
      [bob, bobs],
      [bob, bobs],
      [ada, phone],
    ] as const) {
      await send(who, device);
      const cost = costOf(name);
      expect(cost.roundTrips).toBe(4);
      expect(cost.writeUnits).toBeLessThanOrEqual(5);
      expect(cost.readUnits).toBeLessThanOrEqual(2);
    }
  },
);

it('a send with a fast lane: who listens is looked up beside it, and posts and mark come after it', async () => {
  const [ada, bob] = [await world.person('ada'), await world.person('bob')];
  const [phone] = [await ada.connects(), await ada.connects(), await bob.connects()];
  const room = await createsGroup(ada, [bob]);
  await says(phone, room, 'first');

  await says(phone, room, 'second');

  const { calls } = costOf('WebSocket/message-send');
  const lookUps = calls.filter(
    ({ action, depth }) => action === 'dynamodb:Query' || (action === 'dynamodb:BatchGetItem' && depth > 1),
  );
  expect(lookUps.map(({ action }) => action)).toEqual(['dynamodb:Query', 'dynamodb:BatchGetItem']);
  expect(lookUps[0]?.depth, 'as soon as it is known that she may send').toBe(2);
  const others = calls.filter((call) => !lookUps.includes(call));
  const stored = others.findLast(({ action }) => action === 'dynamodb:PutItem');
  const isAfter = ({ depth }: MeteredCall) => depth > (stored?.depth ?? 0);
  expect(summarise(others.filter(isAfter)).actions).toEqual({
    'execute-api:ManageConnections': 2,
    'dynamodb:UpdateItem': 1,
  });
  const send = others.filter((call) => !isAfter(call));
  // A look-up that was answered quickly makes what follows look deeper; each step of the send is one call, but for the first.
  expect(new Set(send.map(({ depth }) => depth)).size).toBe(4);
  expect(summarise(send).writeUnits).toBeLessThanOrEqual(5);
  expect(summarise(send).readUnits).toBeLessThanOrEqual(2);
});

it('a quote: half a read unit more', async () => {
  const { ada, room } = await aLargeRoom();
  const first = await posts(ada, room, 'Lunch?');
  const plain = costOf('Http/messages-create');

  await posts(ada, room, 'Yes', { replyTo: first.id });

  const { roundTrips, readUnits, writeUnits } = costOf('Http/messages-create');
  expect({ roundTrips, readUnits, writeUnits }).toEqual({ ...figures(plain), readUnits: plain.readUnits + 0.5 });
});

it('a reply in a thread: four round trips, at most 8 write units, the index included, and 3 read units', async () => {
  const { ada, bob, room } = await aLargeRoom();
  const root = await posts(ada, room, 'What do you think?');
  for (const who of [bob, ada, bob]) {
    await posts(who, room, 'Fine', { threadId: root.id });
    const { roundTrips, readUnits, writeUnits } = costOf('Http/messages-create');
    expect(roundTrips).toBe(4);
    expect(writeUnits).toBeLessThanOrEqual(8);
    expect(readUnits).toBeLessThanOrEqual(3);
  }
});

it('the replies of a thread, its summary and what is unread of it: two round trips', async () => {
  const { ada, bob, room } = await aLargeRoom();
  const root = await posts(ada, room, 'What do you think?');
  for (let i = 0; i < 5; i += 1) await posts(bob, room, `reply ${i}`, { threadId: root.id });

  const page = await ada.does('GET', `/api/messages/${root.id}/replies`);

  expect(page).toMatchObject({ thread: { replyCount: 5, unreadCount: 5 } });
  expect(costOf('Http/threads-replies')).toMatchObject({ roundTrips: 2, writeUnits: 0 });
});

it('reading a thread: two write units, and one more for the first time in an hour', async () => {
  const { ada, bob, room } = await aLargeRoom();
  const root = await posts(ada, room, 'What do you think?');
  await posts(bob, room, 'Fine', { threadId: root.id });

  for (const [roundTrips, writeUnits] of [
    [3, 3],
    [1, 0],
    [2, 2],
  ]) {
    if (writeUnits === 2) await posts(bob, room, 'Really', { threadId: root.id });
    await ada.does('PUT', `/api/messages/${root.id}/replies/read`, {});
    expect(costOf('Http/threads-read')).toMatchObject({ roundTrips, writeUnits });
  }
});

it('deleting a message for oneself: what the item costs, and the inbox’s note of the newest', async () => {
  const { ada, room } = await aLargeRoom();
  const [older, newer] = [await posts(ada, room, 'older'), await posts(ada, room, 'newer')];

  for (const [message, writeUnits] of [
    [newer, 6],
    [older, 3],
    [older, 0],
  ] as const) {
    await ada.does('POST', `/api/messages/${message.id}/hide`);
    expect(costOf('Http/messages-hide').writeUnits).toBe(writeUnits);
  }
});

it('an edit, with what the message was before: three round trips, at most 9 write units', async () => {
  const { ada, room } = await aLargeRoom();
  const message = await posts(ada, room, 'helo');

  await ada.does('PATCH', `/api/messages/${message.id}`, { content: 'hello' });

  const { roundTrips, writeUnits } = costOf('Http/messages-update');
  expect(roundTrips).toBe(3);
  expect(writeUnits).toBeLessThanOrEqual(9);
});

it('a send in slow mode: one write more, and no round trip where it is known to be slow', async () => {
  const [ada, bob, cyd] = await people(3, 'slow');
  if (!ada || !bob || !cyd) throw new Error('There is nobody.');
  const others = [bob, cyd, ...(await people(9, 'silent'))];
  const room = await createsGroup(ada, others, { settings: { slowModeSeconds: 60 } });
  await posts(bob, room, 'Hello!');

  await posts(cyd, room, 'Hello!');
  const cost = costOf('Http/messages-create');
  expect(cost.roundTrips).toBe(4);
  expect(cost.writeUnits).toBeLessThanOrEqual(5);
  expect(cost.readUnits).toBeLessThanOrEqual(2);

  await bob.isRefused('rate_limited', 'POST', `/api/conversations/${room.id}/messages`, {
    clientMessageId: 'too-soon',
    content: 'Hello!',
  });
  expect(costOf('Http/messages-create')).toMatchObject({ roundTrips: 1 });
});

it('a repeated send: fewer', async () => {
  const { ada, room } = await aLargeRoom();
  await posts(ada, room, 'Hello!', { clientMessageId: 'c1' });
  await posts(ada, room, 'Hello!', { clientMessageId: 'c1' });
  expect(costOf('Http/messages-create').roundTrips).toBeLessThanOrEqual(3);
});

it('a history page of 50 with the people in it: two round trips, as DynamoDB charges the bytes', async () => {
  const { ada, room } = await aLargeRoom();
  const service = await world.service();
  await pMap(upTo(60), () => posts(service, room, 'Hello!'), atATime);

  const page = await ada.does<{ messages: unknown[] }>('GET', `/api/conversations/${room.id}/messages?limit=50`);

  expect(page.messages).toHaveLength(50);
  const { roundTrips, readUnits, writeUnits, calls } = costOf('Http/messages-list');
  expect({ roundTrips, writeUnits, calls: calls.length }).toEqual({ roundTrips: 2, writeUnits: 0, calls: 6 });
  // 50 messages of some 700 bytes, 3 items around them, what she has deleted for herself, and threads and how far she has read them;
  // half a unit for the sender. Nobody has reacted.
  expect(readUnits).toBeLessThanOrEqual(12.5);
});

it('a history page of 50 to which many have reacted: still two round trips, and no call for each message', async () => {
  const { ada, bob, room } = await aLargeRoom();
  const service = await world.service();
  const messages = await pMap(upTo(50), () => posts(service, room, 'Hello!'), atATime);
  const reactions = messages.flatMap(({ id }) => [ada, bob].map((who) => ({ who, id })));
  await pMap(reactions, ({ who, id }) => who.does('POST', `/api/messages/${id}/reactions`, { emoji: '👍' }), atATime);

  const page = await ada.does<{ messages: ShownMessage[] }>('GET', `/api/conversations/${room.id}/messages?limit=50`);

  expect(page.messages.map(({ myReactions }) => myReactions)).toEqual(messages.map(() => ['👍']));
  const { roundTrips, readUnits, writeUnits, calls } = costOf('Http/messages-list');
  expect({ roundTrips, writeUnits, calls: calls.length }).toEqual({ roundTrips: 3, writeUnits: 0, calls: 8 });
  // 50 more items of some 150 bytes, by consistent reads, and the profiles of the sender and of those whom they name.
  expect(readUnits).toBeLessThanOrEqual(17.5);
});

it('one message with its reactions and its thread: one round trip, and another for what it quotes', async () => {
  const { ada, bob, room } = await aLargeRoom();
  const { id } = await posts(ada, room, 'Hello!');
  await bob.does('POST', `/api/messages/${id}/reactions`, { emoji: '👍' });

  expect(await bob.does('GET', `/api/messages/${id}`)).toMatchObject({ myReactions: ['👍'] });

  const cost = costOf('Http/messages-get');
  expect(cost).toMatchObject({ roundTrips: 1, writeUnits: 0, actions: { 'dynamodb:BatchGetItem': 1 } });
  expect(cost.readUnits).toBeLessThanOrEqual(8);

  const answer = await posts(bob, room, 'Hello you!', { replyTo: id });
  await ada.does('GET', `/api/messages/${answer.id}`);
  expect(costOf('Http/messages-get')).toMatchObject({ roundTrips: 2, writeUnits: 0 });
});

it.each(['WebSocket/reaction', 'Http/reactions'])(
  'a reaction (%s-add and -remove): two round trips, at most 4 write units; repeated, none',
  async (door) => {
    const { ada, bob, room } = await aLargeRoom();
    const { id: messageId } = await posts(ada, room, 'Hello!');
    await bob.does('POST', `/api/messages/${messageId}/reactions`, { emoji: '👍' });
    const phone = await ada.connects();
    const path = `/api/messages/${messageId}/reactions`;
    const [add, remove] = door.startsWith('Http')
      ? [() => ada.does('POST', path, { emoji: '❤️' }), () => ada.does('DELETE', `${path}/${encodeURIComponent('❤️')}`)]
      : [
          () => phone.does('reaction.add', { messageId, emoji: '❤️' }, 'reaction.added'),
          () => phone.does('reaction.remove', { messageId, emoji: '❤️' }, 'reaction.removed'),
        ];

    for (const [act, name] of [
      [add, `${door}-add`],
      [remove, `${door}-remove`],
    ] as const) {
      await act();
      const cost = costOf(name);
      expect({ roundTrips: cost.roundTrips, writeUnits: cost.writeUnits }).toEqual({ roundTrips: 2, writeUnits: 4 });
      expect(cost.readUnits).toBeLessThanOrEqual(6);
      await act();
      expect(costOf(name)).toMatchObject({ roundTrips: 1, writeUnits: 0 });
    }
  },
);

it('fan-out of a reaction: filed with one write unit, beside who is a member', async () => {
  const { ada, bob, room } = await aLargeRoom();
  const { id: messageId } = await posts(ada, room, 'Hello!');
  const bobs = await bob.connects();
  await world.cloud.settled();
  world.cloud.meter.reset();

  await ada.does('POST', `/api/messages/${messageId}/reactions`, { emoji: '👍' });
  await bobs.hearsEvent('reaction.added');
  await world.cloud.settled();

  const runs = world.cloud.meter.calls({ function: 'Stream/fanout' });
  const { roundTrips, writeUnits } = summarise(runs.filter((call) => !isPost(call)));
  expect({ roundTrips, writeUnits }).toEqual({ roundTrips: 2, writeUnits: 1 });
});

it('an inbox page of 50, unread counts and people included: three round trips', async () => {
  const [ada, bob] = [await world.person('ada'), await world.person('bob')];
  const partners = await people(25, 'partner');
  await pMap(upTo(25), () => createsGroup(bob, [ada]), atATime);
  await pMap(partners, (one) => createsDirect(one, ada), atATime);

  const page = await ada.does<{ conversations: unknown[]; users: unknown[] }>('GET', '/api/conversations?limit=50');

  expect({ conversations: page.conversations.length, users: page.users.length }).toEqual({
    conversations: 50,
    users: 26,
  });
  const { roundTrips, readUnits, writeUnits } = costOf('Http/conversations-list');
  expect({ roundTrips, writeUnits }).toEqual({ roundTrips: 3, writeUnits: 0 });
  // Half a unit for each conversation and each user, however small: DynamoDB rounds every item of a batch up. The index costs the rest.
  expect(readUnits).toBeLessThanOrEqual(50 / 2 + 26 / 2 + 5);
});

it('a page of members with their profiles: three round trips', async () => {
  const { ada, room } = await aLargeRoom();

  const page = await ada.does<{ users: unknown[] }>('GET', `/api/conversations/${room.id}/members`);

  expect(page.users).toHaveLength(11);
  const { roundTrips, readUnits, writeUnits } = costOf('Http/members-list');
  expect({ roundTrips, writeUnits }).toEqual({ roundTrips: 3, writeUnits: 0 });
  // Three items and the members by consistent reads, half a unit for each profile.
  expect(readUnits).toBeLessThanOrEqual(3 + 1 + 11 / 2);
});

it('one conversation, its unread count included: one round trip', async () => {
  const { bob, ada, room } = await aLargeRoom();
  await posts(ada, room, 'Hello!');

  expect(await bob.does('GET', `/api/conversations/${room.id}`)).toMatchObject({ unreadCount: 1 });

  const cost = costOf('Http/conversations-get');
  expect(cost).toMatchObject({ roundTrips: 1, writeUnits: 0, actions: { 'dynamodb:BatchGetItem': 1 } });
  expect(cost.readUnits).toBeLessThanOrEqual(3);
});

it.each(['WebSocket/sync', 'Http/sync-create'])(
  'a sync (%s) of 10 missed messages in 3 conversations: two round trips, at most 10 read units',
  async (name) => {
    const [ada, bob] = [await world.person('ada'), await world.person('bob')];
    const device = await ada.connects();
    const rooms = await pMap(upTo(3), () => createsGroup(bob, [ada]), atATime);
    for (const n of upTo(10)) await posts(bob, rooms[n % 3] as (typeof rooms)[number], 'Hello! '.repeat(10));
    const conversations = rooms.map(({ id }) => ({ conversationId: id, seq: 0, rev: 0 }));
    const request = { conversations, since: new Date().toISOString() };

    const page: SyncPage = name.startsWith('Http')
      ? await ada.does('POST', '/api/sync', request)
      : await device.does('sync', request, 'sync.page');

    expect(page.conversations.flatMap(({ messages }) => messages)).toHaveLength(10);
    const { roundTrips, readUnits, writeUnits } = costOf(name);
    expect({ roundTrips, writeUnits }).toEqual({ roundTrips: 2, writeUnits: 0 });
    expect(readUnits).toBeLessThanOrEqual(10);
  },
);

it('a sync of 20 quiet conversations: one look at each and at one’s membership, and another at the receipts of small groups', async () => {
  const [ada, service] = [await world.person('ada'), await world.service()];
  const rooms = await pMap(upTo(20), () => createsGroup(service, [ada]), atATime);
  const conversations = rooms.map(({ id }) => ({ conversationId: id, seq: 0, rev: 0 }));

  await ada.does('POST', '/api/sync', { conversations });

  const { roundTrips, readUnits, writeUnits } = costOf('Http/sync-create');
  expect({ roundTrips, writeUnits }).toEqual({ roundTrips: 2, writeUnits: 0 });
  expect(readUnits).toBe(20 + 20 / 2 + 0.5 + 20 / 2);
});

it('a sync costs what was missed, not what there is: the same after 5 messages as after 35', async () => {
  const { ada, room } = await aLargeRoom();
  const service = await world.service();
  const costs: CallSummary[] = [];
  for (const [seq, more] of [
    [0, 5],
    [30, 30],
  ] as const) {
    await pMap(upTo(more), () => posts(service, room, 'Hello!'), atATime);
    await ada.does('POST', '/api/sync', { conversations: [{ conversationId: room.id, seq, rev: 0 }] });
    costs.push(costOf('Http/sync-create'));
  }
  const [few, many] = costs.map(figures);
  expect(many).toEqual(few);
});

it('a sync in which older messages changed: one round trip more', async () => {
  const { ada, room } = await aLargeRoom();
  const { id } = await posts(ada, room, 'Hello!');
  await ada.does('PATCH', `/api/messages/${id}`, { content: 'Hello?' });
  await ada.does('POST', '/api/sync', { conversations: [{ conversationId: room.id, seq: 1, rev: 0 }] });
  expect(figures(costOf('Http/sync-create'))).toEqual({ roundTrips: 3, readUnits: 7, writeUnits: 0 });
});

it('fan-out of one message to 100 members, 40 of them online: two round trips and the posts, at most 60 read units', async () => {
  const [ada, ...others] = await people(100, 'user');
  if (!ada) throw new Error('There is nobody.');
  const room = await createsGroup(ada, others);
  const devices = await pMap(others.slice(0, 40), (one) => one.connects(), atATime);
  await world.cloud.settled();
  world.cloud.meter.reset();

  await posts(ada, room, 'Hello!');

  await Promise.all(devices.map((device) => device.hearsEvent('message.new')));
  await world.cloud.settled();
  const { calls } = costOf('Stream/fanout');
  expect(calls.filter(isPost)).toHaveLength(40);
  expect(new Set(calls.filter(isPost).map(({ depth }) => depth))).toEqual(new Set([3]));
  const { roundTrips, readUnits, writeUnits } = summarise(calls.filter((call) => !isPost(call)));
  expect(roundTrips).toBe(2);
  expect(readUnits).toBeLessThanOrEqual(60);
  // The sender has read what came before.
  expect(writeUnits).toBeLessThanOrEqual(2);
});

const aRoomToRead = async () => {
  const { ada, bob, room } = await aLargeRoom();
  for (const content of ['one', 'two', 'three']) await posts(ada, room, content);
  return { ada, bob, room, phone: await bob.connects() };
};

it('what somebody has read: two round trips and two write units, and one of each where it is said again', async () => {
  const { bob, room, phone } = await aRoomToRead();
  await reads(phone, room, 1);

  for (const [name, read] of [
    ['WebSocket/receipt-read', () => reads(phone, room, 2)],
    ['Http/conversations-read', () => hasRead(bob, room, 3)],
  ] as const) {
    await read();
    // The membership, and its place in the inbox, which counts what is unread.
    expect(costOf(name), name).toMatchObject({ roundTrips: 2, writeUnits: 2, actions: { 'dynamodb:UpdateItem': 1 } });
    expect(costOf(name).readUnits).toBeLessThanOrEqual(3);
    await read();
    expect(costOf(name), name).toMatchObject({ roundTrips: 1, writeUnits: 0 });
  }
});

it('what somebody has received: two round trips and one write unit', async () => {
  const { room, phone } = await aRoomToRead();
  await receives(phone, room, 2);
  expect(costOf('WebSocket/receipt-delivered')).toMatchObject({ roundTrips: 2, writeUnits: 1 });
  await receives(phone, room, 2);
  expect(costOf('WebSocket/receipt-delivered')).toMatchObject({ roundTrips: 1, writeUnits: 0 });
});

it('telling one’s own devices of it: one round trip and the posts, however many members there are', async () => {
  const { bob, room, phone } = await aRoomToRead();
  const tablet = await bob.connects();
  await world.cloud.settled();
  await reads(phone, room, 3);
  await tablet.hearsEvent('receipt.updated');
  await world.cloud.settled();

  const { calls } = costOf('Stream/fanout');
  expect(calls.filter(isPost)).toHaveLength(2);
  const { roundTrips, readUnits, writeUnits } = summarise(calls.filter((call) => !isPost(call)));
  expect({ roundTrips, writeUnits }).toEqual({ roundTrips: 1, writeUnits: 0 });
  expect(readUnits).toBeLessThanOrEqual(1);
});

it('counting who has read what: two round trips and the posts, once for all that was read meanwhile', async () => {
  const { ada, room, phone } = await aRoomToRead();
  const adas = await ada.connects();
  await reads(phone, room, 3);
  await adas.hearsEvent('receipt.count');
  await world.cloud.settled();

  const { calls } = costOf('Queue/receipt-counts');
  const { roundTrips, readUnits, writeUnits } = summarise(calls.filter((call) => !isPost(call)));
  expect({ roundTrips, writeUnits }).toEqual({ roundTrips: 2, writeUnits: 0 });
  // Eleven members by one consistent read, and half a unit for the connections of each.
  expect(readUnits).toBeLessThanOrEqual(2 + 11 / 2);
});

it('the receipts of a message: three round trips, the second for the members, the third for their profiles', async () => {
  const { ada, room } = await aRoomToRead();
  const { users } = await receiptsOf(ada, { conversationId: room.id, seq: 3 });
  const cost = costOf('Http/messages-receipts');
  expect(cost).toMatchObject({ roundTrips: users.length > 0 ? 3 : 2, writeUnits: 0 });
  expect(cost.readUnits).toBeLessThanOrEqual(6 + users.length / 2);
});

/** Of its 300 members, Ada and Bob listen. */
const aRoomOfMany = async () => {
  const [ada, bob] = [await world.person('ada'), await world.person('bob')];
  const silent = upTo(298).map((i) => ({ id: `silent-${i}` }) as Person);
  const room = await createsGroup(ada, [bob, ...silent]);
  const [phone, bobs] = [await ada.connects(), await bob.connects()];
  const subscribe = (device: typeof phone) => device.does('subscribe', { conversationId: room.id }, 'subscribed');
  await subscribe(phone);
  await subscribe(bobs);
  // Each instance knows it for a large room afterwards.
  await posts(ada, room, 'first');
  await world.cloud.settled();
  return { ada, bob, room, phone, bobs, subscribe };
};

it('subscribe and unsubscribe: three and two round trips, one item', async () => {
  const { phone, room, subscribe } = await aRoomOfMany();

  await subscribe(phone);
  expect(figures(costOf('WebSocket/subscribe'))).toEqual({ roundTrips: 3, readUnits: 4, writeUnits: 4 });

  await phone.does('unsubscribe', { conversationId: room.id }, 'unsubscribed');
  expect(figures(costOf('WebSocket/unsubscribe'))).toEqual({ roundTrips: 2, readUnits: 3, writeUnits: 1 });
});

it('a message to a large room: no member is read but its sender, neither by the sender nor by fan-out', async () => {
  const { bobs, phone, room } = await aRoomOfMany();
  world.cloud.meter.reset();

  await says(bobs, room, 'second');
  await phone.hearsEvent('message.new', ({ content }) => content === 'second');
  await world.cloud.settled();

  const send = costOf('WebSocket/message-send');
  expect(send.roundTrips).toBe(4);
  expect(send.writeUnits).toBeLessThanOrEqual(5);
  expect(send.readUnits).toBeLessThanOrEqual(2);
  const fanOut = costOf('Stream/fanout');
  expect(fanOut.roundTrips).toBeLessThanOrEqual(2);
  expect(fanOut.actions).toEqual({
    // The conversation, the sender’s membership, and whom the sender told.
    'dynamodb:BatchGetItem': 3,
    'dynamodb:UpdateItem': 1,
    'sqs:SendMessageBatch': 1,
  });
  expect(fanOut.readUnits).toBeLessThanOrEqual(3);
  const shard = costOf('Queue/room-fanout');
  expect(shard.actions).toEqual({ 'dynamodb:Query': 1, 'execute-api:ManageConnections': 1 });
  expect(shard.readUnits).toBeLessThanOrEqual(1);
});

it('a message costs its members nothing: only the sender’s watermark is written', async () => {
  const { ada, bob, room } = await aLargeRoom();
  await world.cloud.settled();
  const before = await storedIn(world.cloud).get({ PK: `${world.tenant}#CONV#${room.id}`, SK: `MEMBER#${bob.id}` });

  await posts(ada, room, 'Hello!');
  await world.cloud.settled();

  expect(await storedIn(world.cloud).get({ PK: `${world.tenant}#CONV#${room.id}`, SK: `MEMBER#${bob.id}` })).toEqual(
    before,
  );
  expect(costOf('Stream/fanout').actions['dynamodb:UpdateItem']).toBe(1);
});

it('a message that mentions somebody: a send, and half a unit for each name; a plain one wakes nobody who counts', async () => {
  const { ada, bob, room } = await aLargeRoom();
  await posts(ada, room, 'Hello!');
  const plain = costOf('Http/messages-create');
  await world.cloud.settled();
  expect(world.cloud.meter.calls({ function: 'Queue/mention-count' })).toEqual([]);

  await posts(ada, room, 'Hello @bob, @nobody!');
  const { roundTrips, readUnits, writeUnits } = costOf('Http/messages-create');
  expect({ roundTrips, readUnits, writeUnits }).toEqual({ ...figures(plain), readUnits: plain.readUnits + 1 });
  await world.cloud.settled();
  // Looked at, noted, looked at again.
  expect(figures(costOf('Queue/mention-count'))).toEqual({ roundTrips: 3, readUnits: 2, writeUnits: 2 });
  expect(await bob.does('GET', `/api/conversations/${room.id}`)).toMatchObject({ mentionCount: 1 });
});

it('mute, pin, archive, mark as unread: a read and a write', async () => {
  const { bob, room } = await aLargeRoom();
  for (const [patch, writeUnits] of [
    [{ muted: true }, 2],
    [{ pinned: true }, 3],
    [{ archived: true }, 3],
    [{ archived: true }, 0],
  ] as const) {
    await bob.does('PATCH', `/api/conversations/${room.id}/me`, patch);
    expect(figures(costOf('Http/own-state-update')), JSON.stringify(patch)).toEqual({
      roundTrips: writeUnits > 0 ? 2 : 1,
      readUnits: 3,
      writeUnits,
    });
  }
  await bob.does('PUT', `/api/conversations/${room.id}/unread`);
  expect(costOf('Http/own-state-mark-unread')).toMatchObject({ roundTrips: 2, writeUnits: 2 });
});

it('what is unread in 50 conversations: two round trips, half a unit for each and the index', async () => {
  const [ada, bob] = [await world.person('ada'), await world.person('bob')];
  await pMap(upTo(50), () => createsGroup(bob, [ada]), atATime);

  await ada.does('GET', '/api/me/unread');

  const { roundTrips, readUnits, writeUnits } = costOf('Http/me-unread');
  expect({ roundTrips, writeUnits }).toEqual({ roundTrips: 2, writeUnits: 0 });
  expect(readUnits).toBeLessThanOrEqual(50 / 2 + 5);
});
