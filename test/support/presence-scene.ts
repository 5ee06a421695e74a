/** Somebody who is watched as they come and go, and what a test of presence does to them. */
import { expect } from 'vitest';
import type { Device } from './device.ts';
import type { Person } from './person.ts';
import { agesSignsOf, hastens, lastHeardOf, presenceOf } from './presence.ts';
import { createsGroup } from './room.ts';
import type { World } from './world.ts';

/** What is seen of somebody who shows nothing, or never was. */
export const hidden = (userId: string) => ({ userId, status: 'offline', lastSeenAt: null, asOf: expect.any(String) });

/** @param world with the presence worker fed */
export const aPresenceScene = (world: World) => {
  const settled = () => world.cloud.settled();
  const chooses = (person: Person, presence: string) => person.does('PATCH', '/api/me', { preferences: { presence } });

  /** What had become worse is looked at once more, as after the pause. */
  const pausePasses = (user: string) => hastens(world.cloud, world.tenant, user, 'look');
  const watchComes = (user: string) => hastens(world.cloud, world.tenant, user, 'watch');
  const ages = (user: string, seconds: number) => agesSignsOf(world.cloud, world.tenant, user, seconds);

  /** Ada, who watches from her phone, and Bob, who shares a group with her. */
  const given = async () => {
    const [ada, bob, eve] = await Promise.all([world.person('ada'), world.person('bob'), world.person('eve')]);
    const room = await createsGroup(ada, [bob]);
    const phone = await ada.connects();
    await settled();
    return { ada, bob, eve, room, phone };
  };

  /** What somebody heard is what they would fetch. */
  const expectFetchAgrees = async (viewer: Person, device: Device, user: string) => {
    await settled();
    await device.catchesUp();
    const heard = lastHeardOf(device, user);
    expect(heard).toBeDefined();
    const fetched = await presenceOf(viewer, user);
    expect({ ...fetched, asOf: '' }).toEqual({ ...heard, asOf: '' });
    return fetched;
  };

  return { settled, chooses, pausePasses, watchComes, ages, given, expectFetchAgrees };
};
