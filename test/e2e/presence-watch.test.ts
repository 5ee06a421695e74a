/** The watch by the clock: nothing is hastened, the times are short instead. */
import { beforeAll, expect, it } from 'vitest';
import type { Device } from '../support/device.ts';
import { beats, hearsOf, lastHeardOf, presenceOf, putOff, setPresence } from '../support/presence.ts';
import { createsGroup } from '../support/room.ts';
import { aWorld } from '../support/world.ts';

const world = aWorld({ alone: true, fed: ['presence'] });

beforeAll(() => setPresence(world.cloud, { lifeSeconds: 2, awayLifeSeconds: 4, pauseSeconds: 1 }));

/** Ada's phone hears of Bob, who is not watched by anybody's clock but the cloud's. */
const given = async () => {
  const [ada, bob] = await Promise.all([world.person('ada'), world.person('bob')]);
  await createsGroup(ada, [bob]);
  return { ada, bob, phone: await ada.connects() };
};

/** Says so until it is heard, as a client does, however long everything takes here. */
const isHeardAs = async (device: Device, status: 'online' | 'away', phone: Device) => {
  const isHeard = async () => {
    await beats(device, status);
    return lastHeardOf(phone, 'bob')?.status;
  };
  await expect.poll(isHeard, { interval: 250, timeout: 15_000 }).toBe(status);
};

it('finds within the life time who vanished, hidden or not, and leaves no watch behind', async () => {
  const { ada, bob, phone } = await given();
  const device = await bob.connects();
  await isHeardAs(device, 'online', phone);
  await hearsOf(phone, 'bob', 'offline');
  await isHeardAs(device, 'away', phone);
  await hearsOf(phone, 'bob', 'offline');
  const { lastSeenAt, asOf } = await presenceOf(ada, 'bob');
  expect(Date.parse(asOf) - Date.parse(String(lastSeenAt))).toBeGreaterThanOrEqual(4_000);
  await expect.poll(() => putOff(world.cloud, world.tenant, 'bob'), { timeout: 10_000 }).toEqual([]);
}, 60_000);

it('believes that somebody left once they stayed away for the pause', async () => {
  const { bob, phone } = await given();
  const device = await bob.connects();
  await isHeardAs(device, 'online', phone);
  await device.closes();
  await hearsOf(phone, 'bob', 'offline');
}, 60_000);
