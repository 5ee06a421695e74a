/** What a sync may cost: docs/budgets.md. */
import pMap from 'p-map';
import { expect, it } from 'vitest';
import type { CallSummary } from '../../infra/local/aws/meter.ts';
import type { SyncPage } from '../../shared/protocol/sync.ts';
import { atATime, budgetsIn, figures, upTo } from '../support/budgets.ts';
import { createsGroup, posts } from '../support/room.ts';
import { aWorld } from '../support/world.ts';

const world = aWorld();
const { aLargeRoom, costOf } = budgetsIn(world);

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
