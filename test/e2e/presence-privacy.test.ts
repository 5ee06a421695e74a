import { describe, expect, it } from 'vitest';
import type { Presence } from '../../shared/protocol/presence.ts';
import { hearsOf, presenceOf } from '../support/presence.ts';
import { aPresenceScene, hidden } from '../support/presence-scene.ts';
import { createsDirect, createsGroup } from '../support/room.ts';
import { aWorld } from '../support/world.ts';

const world = aWorld({ alone: true, fed: ['presence'] });
const { settled, chooses, pausePasses, given, expectFetchAgrees } = aPresenceScene(world);

describe('privacy', () => {
  it('everyone: strangers may know as well, who are told nothing by themselves', async () => {
    const { bob, eve } = await given();
    const stranger = await eve.connects();
    await chooses(bob, 'everyone');
    await bob.connects();
    await settled();
    expect(await presenceOf(eve, 'bob')).toMatchObject({ status: 'online' });
    await stranger.catchesUp();
    expect(stranger.heard('presence.update')).toEqual([]);
  });

  it('nobody: who hides looks like somebody who never was, and comes back when they show themselves', async () => {
    const { ada, bob, phone, room } = await given();
    await bob.connects();
    await hearsOf(phone, 'bob', 'online');

    await chooses(bob, 'nobody');
    await settled();
    await pausePasses('bob');
    await hearsOf(phone, 'bob', 'offline');
    expect(await expectFetchAgrees(ada, phone, 'bob')).toEqual(hidden('bob'));
    const { presences } = await ada.does<{ presences: Presence[] }>('GET', `/api/conversations/${room.id}/presence`);
    expect(presences[1]).toEqual(hidden('bob'));
    expect(await (await world.service()).does('GET', '/api/users/bob/presence')).toEqual(hidden('bob'));

    await chooses(bob, 'contacts');
    await hearsOf(phone, 'bob', 'online');
    await expectFetchAgrees(ada, phone, 'bob');
  });

  it('contacts, unless somebody chooses: it is part of their preferences, and one of three', async () => {
    const { bob } = await given();
    expect(await bob.does('GET', '/api/me')).toMatchObject({ preferences: {} });
    await chooses(bob, 'nobody');
    await bob.does('PATCH', '/api/me', { preferences: { locale: 'de' } });
    expect(await bob.does('GET', '/api/me')).toMatchObject({ preferences: { presence: 'nobody', locale: 'de' } });
    await bob.isRefused('invalid_request', 'PATCH', '/api/me', { preferences: { presence: 'friends' } });
  });

  it('shows the host’s backend what contacts may see', async () => {
    const { bob } = await given();
    await bob.connects();
    await settled();
    expect(await (await world.service()).does('GET', '/api/users/bob/presence')).toMatchObject({ status: 'online' });
  });
});

describe('a block', () => {
  it('hides both from each other at once, and its end shows both again', async () => {
    const { ada, bob, phone } = await given();
    const bobs = await bob.connects();
    await hearsOf(phone, 'bob', 'online');

    await ada.does('PUT', '/api/me/blocks/bob');
    await hearsOf(phone, 'bob', 'offline');
    await hearsOf(bobs, 'ada', 'offline');
    expect(await expectFetchAgrees(ada, phone, 'bob')).toEqual(hidden('bob'));
    expect(await expectFetchAgrees(bob, bobs, 'ada')).toEqual(hidden('ada'));

    await ada.does('DELETE', '/api/me/blocks/bob');
    await hearsOf(phone, 'bob', 'online');
    await hearsOf(bobs, 'ada', 'online');
    await expectFetchAgrees(ada, phone, 'bob');
    await expectFetchAgrees(bob, bobs, 'ada');
  });

  it('keeps what happens meanwhile from both, and tells others as ever', async () => {
    const { ada, bob, eve, phone } = await given();
    await createsGroup(bob, [eve]);
    const eves = await eve.connects();
    await ada.does('PUT', '/api/me/blocks/bob');
    await settled();
    const before = phone.heard('presence.update').length;
    await bob.connects();
    await hearsOf(eves, 'bob', 'online');
    await settled();
    await phone.catchesUp();
    expect(phone.heard('presence.update').slice(before)).toEqual([]);
    expect(await presenceOf(ada, 'bob')).toEqual(hidden('bob'));
  });

  it('tells a stranger nothing', async () => {
    const { eve, ada, phone } = await given();
    const eves = await eve.connects();
    await eve.does('PUT', '/api/me/blocks/ada');
    await ada.does('PUT', '/api/me/blocks/eve');
    await settled();
    await Promise.all([eves, phone].map((device) => device.catchesUp()));
    expect([...eves.heard('presence.update'), ...phone.heard('presence.update')]).toEqual([]);
  });
});

describe('a deleted user', () => {
  it('is offline, without a trace of when they were there', async () => {
    const { ada, bob, phone } = await given();
    await createsDirect(ada, bob);
    await bob.connects();
    await hearsOf(phone, 'bob', 'online');
    await (await world.service()).does('DELETE', '/api/users/bob');
    await settled();
    await pausePasses('bob');
    await hearsOf(phone, 'bob', 'offline');
    expect(await presenceOf(ada, 'bob')).toEqual(hidden('bob'));
  });
});

it('keeps tenants apart', async () => {
  const { bob, phone } = await given();
  const twin = await world.person('ada', { tenant: 'elsewhere' });
  const there = await twin.connects();
  await bob.connects();
  await hearsOf(phone, 'bob', 'online');
  await settled();
  await there.catchesUp();
  expect(there.frames).toEqual([]);
  expect(await presenceOf(twin, 'bob')).toEqual(hidden('bob'));
});
