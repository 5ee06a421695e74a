import { expect, it } from 'vitest';
import type { Member, OwnConversation } from '../../shared/protocol/conversation.ts';
import type { Person } from '../support/person.ts';
import { createsGroup, inboxOf, membersOf, posts } from '../support/room.ts';
import { aWorld } from '../support/world.ts';

const world = aWorld();
const people = () => Promise.all([world.person('ada'), world.person('bob'), world.person('cem'), world.person('dag')]);

const rolesOf = async (person: Person, group: OwnConversation): Promise<string[]> =>
  (await membersOf(person, group)).map(({ userId, role }) => `${userId} ${role}`);

it('adds users with nothing unread, and tells who they are', async () => {
  const [ada, bob, cem] = await people();
  const lobby = await createsGroup(ada, [bob]);
  await posts(ada, lobby, 'before');

  const { members } = await ada.does<{ members: Member[] }>('POST', `/api/conversations/${lobby.id}/members`, {
    memberIds: ['cem'],
  });

  expect(members).toMatchObject([{ userId: 'cem', role: 'member', lastReadSeq: 1, rev: 1 }]);
  expect(await cem.does('GET', `/api/conversations/${lobby.id}`)).toMatchObject({ memberCount: 3, unreadCount: 0 });
  expect(await inboxOf(cem)).toMatchObject([{ id: lobby.id }]);
});

it('leaves those who are members already as they are, however often they are added', async () => {
  const [ada, bob] = await people();
  const lobby = await createsGroup(ada, [bob]);
  const path = `/api/conversations/${lobby.id}/members`;
  const first = await ada.does('POST', path, { memberIds: ['cem', 'cem'], role: 'admin' });

  expect(await ada.does('POST', path, { memberIds: ['cem'], role: 'member' })).toEqual(first);
  expect(await rolesOf(ada, lobby)).toEqual(['ada owner', 'bob member', 'cem admin']);
  expect(await ada.does('GET', `/api/conversations/${lobby.id}`)).toMatchObject({ memberCount: 3, rev: 1 });
});

it('adds all or none', async () => {
  const [ada, bob] = await people();
  const host = await world.service();
  const lobby = await createsGroup(ada, [bob]);
  await host.does('DELETE', '/api/users/gone');

  const problem = await ada.isRefused('invalid_request', 'POST', `/api/conversations/${lobby.id}/members`, {
    memberIds: ['cem', 'gone'],
  });

  expect(problem.errors).toEqual([{ path: 'memberIds', message: expect.stringContaining('gone') }]);
  expect(await rolesOf(ada, lobby)).toEqual(['ada owner', 'bob member']);
});

it('lets an owner give and take roles', async () => {
  const [ada, bob, cem] = await people();
  const lobby = await createsGroup(ada, [bob, cem]);
  const path = `/api/conversations/${lobby.id}/members`;

  expect(await ada.does('PATCH', `${path}/bob`, { role: 'owner' })).toMatchObject({ role: 'owner', rev: 1 });
  await bob.does('PATCH', `${path}/ada`, { role: 'admin' });
  await ada.isRefused('forbidden', 'PATCH', `${path}/cem`, { role: 'admin' });
  await bob.isRefused('not_found', 'PATCH', `${path}/nobody`, { role: 'admin' });

  expect(await rolesOf(cem, lobby)).toEqual(['ada admin', 'bob owner', 'cem member']);
});

it('lets an admin add and remove plain members only', async () => {
  const [ada, bob, cem] = await people();
  const lobby = await createsGroup(ada, [bob, cem]);
  const path = `/api/conversations/${lobby.id}/members`;
  await ada.does('PATCH', `${path}/bob`, { role: 'admin' });

  await bob.does('POST', path, { memberIds: ['dag'] });
  await bob.isRefused('forbidden', 'POST', path, { memberIds: ['eve'], role: 'admin' });
  await bob.isRefused('forbidden', 'DELETE', `${path}/ada`);
  await bob.does('DELETE', `${path}/cem`);

  expect(await rolesOf(ada, lobby)).toEqual(['ada owner', 'bob admin', 'dag member']);
});

it('shows nothing more to those who were removed or left, and takes them back', async () => {
  const [ada, bob, cem] = await people();
  const lobby = await createsGroup(ada, [bob, cem]);
  const path = `/api/conversations/${lobby.id}`;
  const message = await posts(bob, lobby, 'mine');

  await ada.does('DELETE', `${path}/members/bob`);
  await cem.does('DELETE', `${path}/leave`);

  for (const outsider of [bob, cem]) {
    await outsider.isRefused('not_found', 'GET', path);
    await outsider.isRefused('not_found', 'GET', `${path}/messages`);
    await outsider.isRefused('not_found', 'PATCH', `/api/messages/${message.id}`, { content: 'mine still' });
    await outsider.isRefused('not_found', 'DELETE', `${path}/leave`);
    expect(await inboxOf(outsider)).toEqual([]);
  }
  await ada.isRefused('not_found', 'DELETE', `${path}/members/bob`);
  expect(await ada.does('GET', path)).toMatchObject({ memberCount: 1, rev: 2 });

  await ada.does('POST', `${path}/members`, { memberIds: ['bob'] });
  await bob.does('PATCH', `/api/messages/${message.id}`, { content: 'mine still' });
});

it('takes removing oneself for leaving, whatever one’s role', async () => {
  const [ada, bob] = await people();
  const lobby = await createsGroup(ada, [bob]);
  await bob.does('DELETE', `/api/conversations/${lobby.id}/members/bob`);
  await ada.isRefused('last_owner', 'DELETE', `/api/conversations/${lobby.id}/members/ada`);
  expect(await rolesOf(ada, lobby)).toEqual(['ada owner']);
});

it('lets the last owner go only after handing over', async () => {
  const [ada, bob] = await people();
  const host = await world.service();
  const lobby = await createsGroup(ada, [bob]);
  const path = `/api/conversations/${lobby.id}`;

  await ada.isRefused('last_owner', 'DELETE', `${path}/leave`);
  await ada.isRefused('last_owner', 'PATCH', `${path}/members/ada`, { role: 'member' });
  await host.isRefused('last_owner', 'DELETE', `${path}/members/ada`);

  await ada.does('PATCH', `${path}/members/bob`, { role: 'owner' });
  await ada.does('DELETE', `${path}/leave`);
  expect(await rolesOf(bob, lobby)).toEqual(['bob owner']);
});

it('keeps one of two owners who leave at the same moment', async () => {
  const [ada, bob, cem] = await people();
  const lobby = await createsGroup(ada, [bob, cem]);
  const path = `/api/conversations/${lobby.id}`;
  await ada.does('PATCH', `${path}/members/bob`, { role: 'owner' });

  const answers = await Promise.all([ada.asks('DELETE', `${path}/leave`), bob.asks('DELETE', `${path}/leave`)]);

  expect(answers.map((one) => one.status).sort()).toEqual([204, 409]);
  const [first] = await rolesOf(cem, lobby);
  expect(first).toMatch(/owner$/);
});

it('lets anybody join an open group, again and again, and nobody a closed one', async () => {
  const [ada, bob, cem] = await people();
  const open = await createsGroup(ada, [], { settings: { open: true } });
  const closed = await createsGroup(ada, []);

  const joined = await bob.does<Member>('POST', `/api/conversations/${open.id}/join`);
  expect(joined).toMatchObject({ userId: 'bob', role: 'member', rev: 1 });
  expect(await bob.does('POST', `/api/conversations/${open.id}/join`)).toEqual(joined);
  await bob.isRefused('not_found', 'POST', `/api/conversations/${closed.id}/join`);

  await ada.does('PATCH', `/api/conversations/${open.id}`, { settings: { open: false } });
  expect(await bob.does('POST', `/api/conversations/${open.id}/join`)).toEqual(joined);
  await cem.isRefused('not_found', 'POST', `/api/conversations/${open.id}/join`);
});

it('does not show an open group to those who have not joined', async () => {
  const [ada, bob] = await people();
  const open = await createsGroup(ada, [], { settings: { open: true } });
  await bob.isRefused('not_found', 'GET', `/api/conversations/${open.id}`);
  await bob.isRefused('not_found', 'GET', `/api/conversations/${open.id}/members`);
});

it('counts exactly when many join at once, and numbers each change', async () => {
  const ada = await world.person('ada');
  const open = await createsGroup(ada, [], { settings: { open: true } });
  const newcomers = await Promise.all(Array.from({ length: 8 }, (_, i) => world.person(`user-${i}`)));

  const joined = await Promise.all(
    newcomers.map((one) => one.does<Member>('POST', `/api/conversations/${open.id}/join`)),
  );

  expect(joined.map((one) => one.rev).sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(await ada.does('GET', `/api/conversations/${open.id}`)).toMatchObject({ memberCount: 9, rev: 8 });
  expect(await membersOf(ada, open)).toHaveLength(9);
});
