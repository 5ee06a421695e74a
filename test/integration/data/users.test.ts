import { describe, expect, it } from 'vitest';
import type { UserSync } from '../../../shared/protocol/user.ts';
import { aParley, refusalOf } from './parley.ts';

const parley = aParley();

const sync = (user: UserSync) => parley.instance.users.sync(parley.given.tenant, user);
const own = (id: string) => parley.instance.users.own(parley.given.tenant, id);
const publicPart = (id: string) => parley.instance.users.publicPart(parley.given.tenant, id);
const prefers = (id: string, chosen: Parameters<typeof parley.instance.users.setPreferences>[2]) =>
  parley.instance.users.setPreferences(parley.given.tenant, id, chosen);
const deletedAt = (id: string) => parley.instance.users.deletedAt(parley.given.tenant, id);
const remove = (id: string) => parley.instance.users.remove(parley.given.tenant, id);

const ada = {
  id: 'ada',
  displayName: 'Ada',
  avatarUrl: 'https://example.com/ada.png',
  locale: 'en-GB',
  email: 'ada@example.com',
  metadata: { plan: 'pro', seats: 3, beta: true, note: '' },
};

describe('a sync', () => {
  it('makes a user known, as the host says it', async () => {
    const at = parley.given.clock.now().toISOString();
    const user = await sync(ada);
    expect(user).toEqual({ ...ada, preferences: {}, createdAt: at, updatedAt: at });
    expect(await own('ada')).toEqual(user);
  });

  it('leaves alone what it does not say, and removes what it says is null', async () => {
    await sync(ada);
    parley.given.clock.forward({ seconds: 1 });
    const at = parley.given.clock.now().toISOString();

    expect(await sync({ id: 'ada', avatarUrl: null })).toMatchObject({
      displayName: 'Ada',
      avatarUrl: null,
      locale: 'en-GB',
      metadata: ada.metadata,
      updatedAt: at,
    });
    expect((await own('ada')).createdAt).not.toBe(at);
  });

  it('replaces metadata as a whole', async () => {
    await sync(ada);
    expect((await sync({ id: 'ada', metadata: { plan: 'free' } })).metadata).toEqual({ plan: 'free' });
  });

  it('takes facts of any name', async () => {
    const metadata = { constructor: 'x', toString: 'y', 'a.b': 1, '#h': true };
    expect((await sync({ id: 'ada', metadata })).metadata).toEqual(metadata);
    expect((await own('ada')).metadata).toEqual(metadata);
  });

  it.each([0, -0, 1.5, -7, Number.MAX_SAFE_INTEGER, 1e-100])('keeps the number %d', async (number) => {
    expect((await sync({ id: 'ada', metadata: { number } })).metadata.number).toBe(number + 0);
  });

  it('keeps the preferences', async () => {
    await prefers('ada', { notifications: 'none' });
    expect((await sync(ada)).preferences).toEqual({ notifications: 'none' });
  });

  it('brings back one that was deleted, with nothing of what was known', async () => {
    await sync(ada);
    await remove('ada');
    expect(await sync({ id: 'ada', displayName: 'Ada again' })).toMatchObject({
      displayName: 'Ada again',
      avatarUrl: null,
      locale: null,
      email: null,
      metadata: {},
    });
    expect(await publicPart('ada')).toEqual({ id: 'ada', displayName: 'Ada again', avatarUrl: null });
  });
});

describe('what others see', () => {
  it('is name and picture', async () => {
    await sync(ada);
    expect(await publicPart('ada')).toEqual({
      id: 'ada',
      displayName: 'Ada',
      avatarUrl: 'https://example.com/ada.png',
    });
  });

  it('is nothing of whom the host never synced, or of another tenant', async () => {
    await sync(ada);
    expect(await refusalOf(publicPart('eve'))).toBe('not_found');
    expect(await refusalOf(parley.instance.users.publicPart('elsewhere', 'ada'))).toBe('not_found');
  });
});

describe('oneself', () => {
  it('is somebody without ever having been synced', async () => {
    expect(await own('eve')).toEqual({
      id: 'eve',
      displayName: null,
      avatarUrl: null,
      locale: null,
      email: null,
      metadata: {},
      preferences: {},
      createdAt: null,
      updatedAt: null,
    });
    expect(await parley.given.items()).toEqual([]);
  });

  it('sets two preferences from two devices at once', async () => {
    await sync(ada);
    await Promise.all([prefers('ada', { locale: 'de' }), prefers('ada', { notifications: 'mentions' })]);
    expect((await own('ada')).preferences).toEqual({ locale: 'de', notifications: 'mentions' });
    expect((await own('ada')).locale).toBe('en-GB');
  });

  it('sets one preference and keeps the others', async () => {
    await prefers('ada', { locale: 'de', notifications: 'all' });
    expect((await prefers('ada', { notifications: 'none' })).preferences).toEqual({
      locale: 'de',
      notifications: 'none',
    });
  });
});

describe('a deletion', () => {
  it('forgets everything but that there was somebody', async () => {
    await sync(ada);
    await prefers('ada', { locale: 'de', notifications: 'all', presence: 'nobody' });
    await remove('ada');

    const items = await parley.given.items();
    expect(Object.fromEntries(items.map((item) => [item.SK, Object.keys(item).toSorted()]))).toEqual({
      PROFILE: ['PK', 'SK', 'createdAt', 'deletedAt', 'updatedAt'],
      PRESENCE: ['PK', 'SK', 'changedAt', 'shutAt'],
    });
    expect(await refusalOf(publicPart('ada'))).toBe('not_found');
    expect(await refusalOf(own('ada'))).toBe('not_found');
    expect(await refusalOf(prefers('ada', { locale: 'de' }))).toBe('not_found');
  });

  it('is the same when it is repeated', async () => {
    await sync(ada);
    await remove('ada');
    const first = await deletedAt('ada');
    parley.given.clock.forward({ seconds: 1 });
    await remove('ada');
    expect(await deletedAt('ada')).toBe(first);
  });

  it('shuts out whoever comes with a token, and makes deaf what is still open', async () => {
    const { presence } = parley.instance;
    await presence.add(parley.caller('ada'), 'phone');
    await remove('ada');

    expect(await presence.connectionsOf(parley.given.tenant, ['ada'])).toEqual([]);
    expect(await presence.leftOpen(parley.given.tenant, 'ada')).toMatchObject([{ id: 'phone', user: 'ada' }]);
    expect(await refusalOf(presence.add(parley.caller('ada'), 'laptop'))).toBe('forbidden');
    expect(await presence.leftOpen(parley.given.tenant, 'ada')).toHaveLength(1);
  });

  it('is undone by the next sync, and later deletions are others', async () => {
    const { presence } = parley.instance;
    await sync(ada);
    await remove('ada');
    const first = await deletedAt('ada');
    expect(await sync(ada)).toMatchObject({ id: 'ada', displayName: 'Ada', preferences: {} });
    expect(await deletedAt('ada')).toBeUndefined();

    await presence.add(parley.caller('ada'), 'phone');
    expect(await presence.connectionsOf(parley.given.tenant, ['ada'])).toMatchObject([{ id: 'phone' }]);
    expect(await presence.leftOpen(parley.given.tenant, 'ada')).toEqual([]);

    parley.given.clock.forward({ seconds: 1 });
    await remove('ada');
    expect(await deletedAt('ada')).not.toBe(first);
  });

  it('bars somebody whom the host never synced', async () => {
    await remove('eve');
    expect(await refusalOf(own('eve'))).toBe('not_found');
    const group = await parley.aGroup(['ada']);
    expect(await refusalOf(parley.placeOf('eve', group, ['admin']))).toBe('forbidden');
  });
});
