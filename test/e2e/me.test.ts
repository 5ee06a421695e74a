import { expect, it } from 'vitest';
import { aWorld } from '../support/world.ts';

const world = aWorld();

it('takes a valid token for enough to be somebody', async () => {
  const ada = await world.person('ada');
  expect(await ada.does('GET', '/api/me')).toEqual({
    id: 'ada',
    displayName: null,
    avatarUrl: null,
    locale: null,
    email: null,
    metadata: {},
    preferences: {},
    createdAt: null,
    updatedAt: null,
  });
});

it('shows somebody all that the host told of them', async () => {
  const [host, ada] = await Promise.all([world.service(), world.person('ada')]);
  await host.does('POST', '/api/users/sync', {
    id: 'ada',
    displayName: 'Ada',
    locale: 'en',
    metadata: { plan: 'pro' },
  });
  expect(await ada.does('GET', '/api/me')).toMatchObject({
    displayName: 'Ada',
    locale: 'en',
    metadata: { plan: 'pro' },
  });
});

it('changes the preferences that are named and leaves the others', async () => {
  const ada = await world.person('ada');
  await ada.does('PATCH', '/api/me', { preferences: { locale: 'de-AT' } });
  const changed = await ada.does('PATCH', '/api/me', { preferences: { notifications: 'mentions' } });
  expect(changed).toMatchObject({ preferences: { locale: 'de-AT', notifications: 'mentions' } });
  expect(await ada.does('GET', '/api/me')).toEqual(changed);
});

it('loses no preference when two devices set one each at once', async () => {
  const ada = await world.person('ada');
  await Promise.all([
    ada.does('PATCH', '/api/me', { preferences: { locale: 'de' } }),
    ada.does('PATCH', '/api/me', { preferences: { notifications: 'none' } }),
  ]);
  expect(await ada.does('GET', '/api/me')).toMatchObject({ preferences: { locale: 'de', notifications: 'none' } });
});

it('leaves to the host what is the host’s', async () => {
  const ada = await world.person('ada');
  const problem = await ada.isRefused('invalid_request', 'PATCH', '/api/me', {
    displayName: 'Queen',
    preferences: { locale: 'nope!', notifications: 'sometimes' },
  });
  expect(problem.errors?.map((one) => one.path).sort()).toEqual([
    'displayName',
    'preferences.locale',
    'preferences.notifications',
  ]);
  expect(await ada.does('GET', '/api/me')).toMatchObject({ displayName: null, preferences: {} });
});

it('keeps preferences through a sync by the host', async () => {
  const [host, ada] = await Promise.all([world.service(), world.person('ada')]);
  await ada.does('PATCH', '/api/me', { preferences: { notifications: 'none' } });
  await host.does('POST', '/api/users/sync', { id: 'ada', displayName: 'Ada' });
  expect(await ada.does('GET', '/api/me')).toMatchObject({
    displayName: 'Ada',
    preferences: { notifications: 'none' },
  });
});

it('is nobody any more once the host deleted them', async () => {
  const [host, ada] = await Promise.all([world.service(), world.person('ada')]);
  await host.does('DELETE', '/api/users/ada');
  await ada.isRefused('not_found', 'GET', '/api/me');
  await ada.isRefused('not_found', 'PATCH', '/api/me', { preferences: { locale: 'de' } });
});

it('refuses a query that it knows nothing of, as every route does', async () => {
  const ada = await world.person('ada');
  const problem = await ada.isRefused('invalid_request', 'GET', '/api/me?verbose=1');
  expect(problem.errors).toEqual([{ path: 'verbose', message: 'is not known here' }]);
});
