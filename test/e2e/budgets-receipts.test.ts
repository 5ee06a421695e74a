/** What receipts may cost: docs/budgets.md. */

import { expect, it } from 'vitest';
import { summarise } from '../../infra/local/aws/meter.ts';
import { budgetsIn, isPost } from '../support/budgets.ts';
import { hasRead, reads, receiptsOf, receives } from '../support/receipts.ts';
import { posts } from '../support/room.ts';
import { aWorld } from '../support/world.ts';

const world = aWorld();
const { aLargeRoom, costOf } = budgetsIn(world);

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
