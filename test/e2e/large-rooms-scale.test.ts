/** A room of some size: 1,200 members, 100 of them watching, in 32 shards. */
import pMap from 'p-map';
import { expect, it } from 'vitest';
import type { OwnConversation } from '../../shared/protocol/conversation.ts';
import { createsGroup, posts } from '../support/room.ts';
import { storedIn } from '../support/stored.ts';
import { tableContent } from '../support/table-content.ts';
import { aWorld } from '../support/world.ts';

const world = aWorld({ tenantLimits: { groupSize: 20_000, shardSize: 50 } });

const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);
/** Each instance of a function has to start first. */
const atOnce = { concurrency: 4 };

const idsOf = (n: number, name: string) => upTo(n).map((i) => ({ id: `${name}-${i}` }) as never);

it('tells each of 100 watchers everything, and moves all 1,200 members’ inboxes', async () => {
  const ada = await world.person('ada');
  const watchers = await pMap(upTo(100), (n) => world.person(`watcher-${n}`), atOnce);
  const room = await createsGroup(ada, [...watchers, ...idsOf(850, 'silent')]);
  await pMap(
    upTo(5),
    (n) =>
      ada.does('POST', `/api/conversations/${room.id}/members`, { memberIds: upTo(49).map((i) => `late-${n}-${i}`) }),
    { concurrency: 1 },
  );
  expect(await ada.does('GET', `/api/conversations/${room.id}`)).toMatchObject({
    memberCount: 1_196,
    live: 'subscribed',
  });
  const devices = await pMap(watchers, (one) => one.connects(), atOnce);
  await pMap(devices, (device) => device.does('subscribe', { conversationId: room.id }, 'subscribed'), atOnce);
  await storedIn(world.cloud).age(world.tenant, room, 30 * 3_600);
  await world.cloud.settled();
  world.cloud.meter.reset();

  const contents = upTo(5).map((n) => `message ${n}`);
  for (const content of contents) await posts(ada, room, content);
  await world.cloud.settled();
  await Promise.all(devices.map((device) => device.catchesUp()));

  for (const device of devices) {
    expect([...new Set(device.heard('message.new').map(({ content }) => content))].sort()).toEqual(contents);
  }
  const refreshed = Object.values(await tableContent(world.cloud)).map(
    (item) => item as Partial<Record<string, string>>,
  );
  const { lastActivityAt } = await ada.does<OwnConversation>('GET', `/api/conversations/${room.id}`);
  const places = refreshed.filter(({ SK, conversationId }) => SK?.startsWith('MEMBER#') && conversationId === room.id);
  expect(places).toHaveLength(1_196);
  expect(new Set(places.map(({ GSI1SK }) => GSI1SK))).toEqual(new Set([`${lastActivityAt.slice(0, 13)}#${room.id}`]));
}, 120_000);
