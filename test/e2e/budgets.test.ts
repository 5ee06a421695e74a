/** What a request may cost is part of its contract, docs/budgets.md, and is held by counting calls. Those of each kind have files of their own. */
import pMap from 'p-map';
import { expect, it } from 'vitest';
import { summarise } from '../../infra/local/aws/meter.ts';
import { atATime, budgetsIn, figures, isPost, upTo } from '../support/budgets.ts';
import type { Person } from '../support/person.ts';
import { createsDirect, createsGroup, posts, says } from '../support/room.ts';
import { storedIn } from '../support/stored.ts';
import { aWorld } from '../support/world.ts';

const world = aWorld({ tenantLimits: { groupSize: 20_000 } });
const { aLargeRoom, costOf, people } = budgetsIn(world);

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
    'dynamodb:BatchGetItem': 1,
    'dynamodb:UpdateItem': 1,
    'sqs:SendMessageBatch': 1,
  });
  expect(fanOut.readUnits).toBeLessThanOrEqual(3);
  const shard = costOf('Queue/room-fanout');
  expect(shard.actions).toEqual({ 'dynamodb:Query': 1, 'execute-api:ManageConnections': 1 });
  expect(shard.readUnits).toBeLessThanOrEqual(1);
});

it('a message writes nothing on memberships, but on that of a sender who had not said that they have read what came before', async () => {
  const { ada, bob, room } = await aLargeRoom();
  await world.cloud.settled();
  const membershipOf = ({ id }: Person) =>
    storedIn(world.cloud).get({ PK: `${world.tenant}#CONV#${room.id}`, SK: `MEMBER#${id}` });
  const before = await Promise.all([ada, bob].map(membershipOf));

  for (const content of ['one', 'two']) await posts(ada, room, content);
  await world.cloud.settled();

  expect(await Promise.all([ada, bob].map(membershipOf))).toEqual(before);
  expect(costOf('Stream/fanout')).toMatchObject({ writeUnits: 0 });

  await posts(bob, room, 'three');
  await world.cloud.settled();
  expect(await membershipOf(bob)).toMatchObject({ lastReadSeq: 3 });
  expect(costOf('Stream/fanout')).toMatchObject({ writeUnits: 2 });
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
