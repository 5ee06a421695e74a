/** What threads may cost: docs/budgets.md. */
import { expect, it } from 'vitest';
import { budgetsIn } from '../support/budgets.ts';
import { posts } from '../support/room.ts';
import { aWorld } from '../support/world.ts';

const world = aWorld();
const { aLargeRoom, costOf } = budgetsIn(world);

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
