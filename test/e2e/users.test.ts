import { expect, it } from 'vitest';
import type { OwnUser } from '../../shared/protocol/user.ts';
import type { Person } from '../support/person.ts';
import { aWorld } from '../support/world.ts';

const world = aWorld();

const syncs = async (host: Person, ...users: Record<string, unknown>[]): Promise<OwnUser[]> =>
  (await host.does<{ users: OwnUser[] }>('POST', '/api/users/sync', users.length === 1 ? users[0] : { users })).users;

it('takes over a user whom the host tells of, and answers with all that is known of them', async () => {
  const host = await world.service();
  const known = {
    id: 'ada',
    displayName: 'Ada Lovelace',
    avatarUrl: 'https://example.com/ada.png',
    locale: 'en-GB',
    email: 'ada@example.com',
    metadata: { plan: 'pro', seats: 3, trial: false },
  };

  const [ada] = await syncs(host, known);

  expect(ada).toEqual({
    ...known,
    preferences: {},
    createdAt: expect.any(String),
    updatedAt: ada?.createdAt,
  });
});

it('keeps what a later sync leaves out, and removes what it sets to null', async () => {
  const host = await world.service();
  await syncs(host, {
    id: 'ada',
    displayName: 'Ada',
    avatarUrl: 'https://example.com/a.png',
    metadata: { plan: 'pro' },
  });

  const [ada] = await syncs(host, { id: 'ada', avatarUrl: null, locale: 'fr' });

  expect(ada).toMatchObject({ displayName: 'Ada', avatarUrl: null, locale: 'fr', metadata: { plan: 'pro' } });
});

it('answers a repeated sync as it answered the first, but for the time', async () => {
  const host = await world.service();
  const said = { id: 'ada', displayName: 'Ada', metadata: { plan: 'pro' } };
  const [first] = await syncs(host, said);
  const [again] = await syncs(host, said);
  expect({ ...again, updatedAt: '' }).toEqual({ ...first, updatedAt: '' });
});

it('takes up to 100 users at once, and answers in their order', async () => {
  const host = await world.service();
  const hundred = Array.from({ length: 100 }, (_, i) => ({ id: `user-${i}`, displayName: `User ${i}` }));

  expect((await syncs(host, ...hundred)).map((one) => one.id)).toEqual(hundred.map((one) => one.id));

  const problem = await host.isRefused('invalid_request', 'POST', '/api/users/sync', {
    users: [...hundred, { id: 'one-too-many' }],
  });
  expect(problem.errors?.map((one) => one.path)).toEqual(['users']);
  await host.isRefused('not_found', 'GET', '/api/users/one-too-many');
});

it('names the field that does not fit, of one user and of many', async () => {
  const host = await world.service();
  const pathsOf = async (body: unknown) =>
    (await host.isRefused('invalid_request', 'POST', '/api/users/sync', body)).errors?.map((one) => one.path);

  expect(await pathsOf({ id: 'ada', displayName: 5 })).toEqual(['displayName']);
  expect(await pathsOf({ id: 'ada', nickname: 'A' })).toEqual(['nickname']);
  expect(await pathsOf({ id: 'ada', metadata: { plan: null } })).toEqual(['metadata.plan']);
  expect(await pathsOf({ users: [{ id: 'ada' }, { id: 'bob', avatarUrl: 'http://example.com' }] })).toEqual([
    'users.1.avatarUrl',
  ]);
  expect(await pathsOf({ users: [{ id: 'ada', displayName: 5 }] })).toEqual(['users.0.displayName']);
  expect(await pathsOf({ users: [] })).toEqual(['users']);
});

it('writes none of many users when one does not fit', async () => {
  const host = await world.service();
  await host.isRefused('invalid_request', 'POST', '/api/users/sync', {
    users: [{ id: 'ada', displayName: 'Ada' }, { id: '' }],
  });
  await host.isRefused('not_found', 'GET', '/api/users/ada');
});

it('refuses to be told of the same user twice at once: which of them holds would be chance', async () => {
  const host = await world.service();
  const twice = {
    users: [
      { id: 'ada', displayName: 'Ada' },
      { id: 'ada', displayName: 'Augusta' },
    ],
  };
  await host.isRefused('invalid_request', 'POST', '/api/users/sync', twice);
});

it('keeps facts of any name', async () => {
  const host = await world.service();
  const metadata = { constructor: 'Vickers', toString: 'x', hasOwnProperty: true, 'größe in cm': 1.5, '': 'no' };
  await host.isRefused('invalid_request', 'POST', '/api/users/sync', { id: 'ada', metadata });
  const { '': _, ...named } = metadata;
  expect(await syncs(host, { id: 'ada', metadata: named })).toMatchObject([{ metadata: named }]);
});

it.each([
  ['more than a double counts exactly', '123456789012345678901234567890'],
  ['more than the table can hold', '1e200'],
  ['less than the table can hold', '1e-200'],
])('refuses a fact that is a number of %s', async (_, number) => {
  const host = await world.service();
  const body = `{"id":"ada","metadata":{"score":${number}}}`;
  const problem = await host.isRefused('invalid_request', 'POST', '/api/users/sync', body);
  expect(problem.errors?.map((one) => one.path)).toEqual(['metadata.score']);
});

it('shows other users the public part only', async () => {
  const [host, bob] = await Promise.all([world.service(), world.person('bob')]);
  await syncs(host, { id: 'ada', displayName: 'Ada', locale: 'en', metadata: { plan: 'pro' } });
  expect(await bob.does('GET', '/api/users/ada')).toEqual({ id: 'ada', displayName: 'Ada', avatarUrl: null });
});

it('knows nobody whom the host never synced, though they may already chat', async () => {
  const [ada, bob] = await Promise.all([world.person('ada'), world.person('bob')]);
  await ada.does('POST', '/api/conversations', { type: 'direct', memberIds: ['bob'] });
  await ada.isRefused('not_found', 'GET', '/api/users/bob');
  await bob.does('GET', '/api/me');
});

it('knows nobody any more whom the host deleted, and deletes them twice as once', async () => {
  const [host, bob] = await Promise.all([world.service(), world.person('bob')]);
  await syncs(host, { id: 'ada', displayName: 'Ada' });

  await host.does('DELETE', '/api/users/ada');
  await host.does('DELETE', '/api/users/ada');
  await host.does('DELETE', '/api/users/never-heard-of');

  await bob.isRefused('not_found', 'GET', '/api/users/ada');
  await host.isRefused('not_found', 'GET', '/api/users/ada');
});

it('takes a deleted user back without anything of before', async () => {
  const [host, ada] = await Promise.all([world.service(), world.person('ada')]);
  await syncs(host, { id: 'ada', displayName: 'Ada', metadata: { plan: 'pro' } });
  await ada.does('PATCH', '/api/me', { preferences: { notifications: 'none' } });
  await host.does('DELETE', '/api/users/ada');

  const [back] = await syncs(host, { id: 'ada', displayName: 'Ada' });

  expect(back).toMatchObject({ displayName: 'Ada', metadata: {}, preferences: {} });
  expect(await ada.does('GET', '/api/me')).toEqual(back);
});
