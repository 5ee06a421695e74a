import { expect, it } from 'vitest';
import { profileKey } from '../../shared/data/keys.ts';
import { createsDirect, createsGroup, historyOf, inboxOf, membersOf, posts } from '../support/room.ts';
import { storedIn } from '../support/stored.ts';
import { aWorld } from '../support/world.ts';

const world = aWorld({ alone: true });
const people = () => Promise.all([world.person('ada'), world.person('bob'), world.person('cem'), world.service()]);

it('takes a deleted user out of every group; a last owner hands over to an admin before older members', async () => {
  const [ada, bob, cem, host] = await people();
  const lobby = await createsGroup(ada, [bob]);
  await ada.does('POST', `/api/conversations/${lobby.id}/members`, { memberIds: ['cem'], role: 'admin' });

  await host.does('DELETE', '/api/users/ada');
  await world.cloud.settled();

  expect((await membersOf(bob, lobby)).map(({ userId, role }) => `${userId} ${role}`)).toEqual([
    'bob member',
    'cem owner',
  ]);
  expect(await cem.does('GET', `/api/conversations/${lobby.id}`)).toMatchObject({ memberCount: 2, role: 'owner' });
});

it('tells the group of the new owner and of who left', async () => {
  const [ada, bob, , host] = await people();
  const lobby = await createsGroup(ada, [bob]);
  const bobs = await bob.connects();

  await host.does('DELETE', '/api/users/ada');

  await bobs.hearsEvent('member.updated', ({ userId, role }) => userId === 'bob' && role === 'owner');
  await bobs.hearsEvent(
    'member.removed',
    ({ userId, conversationId }) => userId === 'ada' && conversationId === lobby.id,
  );
});

it('ends a group of nobody else', async () => {
  const [ada, , , host] = await people();
  const alone = await createsGroup(ada, []);
  await host.does('DELETE', '/api/users/ada');
  await world.cloud.settled();
  await host.isRefused('not_found', 'GET', `/api/conversations/${alone.id}`);
});

it('keeps another owner as they are', async () => {
  const [ada, bob, cem, host] = await people();
  const lobby = await createsGroup(ada, [bob, cem]);
  await ada.does('PATCH', `/api/conversations/${lobby.id}/members/cem`, { role: 'owner' });
  await host.does('DELETE', '/api/users/ada');
  await world.cloud.settled();
  expect((await membersOf(bob, lobby)).map(({ userId, role }) => `${userId} ${role}`)).toEqual([
    'bob member',
    'cem owner',
  ]);
});

it('leaves direct conversations and all messages to the others', async () => {
  const [ada, bob, , host] = await people();
  const direct = await createsDirect(ada, bob);
  const lobby = await createsGroup(bob, [ada]);
  await posts(ada, direct, 'between us');
  await posts(ada, lobby, 'to all');

  await host.does('DELETE', '/api/users/ada');
  await world.cloud.settled();

  expect(await historyOf(bob, direct)).toMatchObject([{ senderId: 'ada', content: 'between us' }]);
  expect(await historyOf(bob, lobby)).toMatchObject([{ senderId: 'ada', content: 'to all' }]);
  expect((await inboxOf(bob)).map((one) => one.id).sort()).toEqual([direct.id, lobby.id].sort());
  await bob.isRefused('not_found', 'GET', '/api/users/ada');
});

it('lets the token of a deleted user do nothing any more, from that moment on', async () => {
  const [ada, bob, , host] = await people();
  const direct = await createsDirect(ada, bob);
  const open = await createsGroup(bob, [], { settings: { open: true } });
  const message = await posts(ada, direct, 'before');

  await host.does('DELETE', '/api/users/ada');

  const path = `/api/conversations/${direct.id}`;
  const draft = { clientMessageId: 'after', content: 'after' };
  await ada.isRefused('forbidden', 'POST', `${path}/messages`, draft);
  await ada.isRefused('forbidden', 'PATCH', `/api/messages/${message.id}`, { content: 'after' });
  await ada.isRefused('forbidden', 'DELETE', `/api/messages/${message.id}`);
  await ada.isRefused('forbidden', 'GET', `${path}/messages`);
  await ada.isRefused('forbidden', 'GET', path);
  await ada.isRefused('forbidden', 'GET', '/api/conversations');
  await ada.isRefused('forbidden', 'POST', '/api/conversations', { type: 'group', memberIds: ['bob'] });
  await ada.isRefused('forbidden', 'POST', '/api/conversations', { type: 'direct', memberIds: ['bob'] });
  await ada.isRefused('forbidden', 'POST', `/api/conversations/${open.id}/join`);
  await ada.isRefused('not_found', 'GET', '/api/me');

  expect(await historyOf(bob, direct)).toMatchObject([{ content: 'before', version: 1 }]);
});

it('lets nobody start anything with a deleted user', async () => {
  const [, bob, , host] = await people();
  await host.does('DELETE', '/api/users/ada');
  for (const type of ['direct', 'group']) {
    const problem = await bob.isRefused('invalid_request', 'POST', '/api/conversations', { type, memberIds: ['ada'] });
    expect(problem.errors).toEqual([{ path: 'memberIds', message: '"ada" has been deleted' }]);
  }
  expect(await inboxOf(bob)).toEqual([]);
});

it('brings a user back who is synced again, into what stayed theirs', async () => {
  const [ada, bob, , host] = await people();
  const direct = await createsDirect(ada, bob);
  const lobby = await createsGroup(bob, [ada]);
  await host.does('DELETE', '/api/users/ada');
  await world.cloud.settled();

  await host.does('POST', '/api/users/sync', { id: 'ada', displayName: 'Ada' });

  await posts(ada, direct, 'back again');
  await ada.isRefused('not_found', 'GET', `/api/conversations/${lobby.id}`);
  await bob.does('POST', `/api/conversations/${lobby.id}/members`, { memberIds: ['ada'] });
  await posts(ada, lobby, 'hello again');
});

it('closes the connections of a deleted user, lets them open no other, and tells them nothing more', async () => {
  const [ada, bob, , host] = await people();
  const direct = await createsDirect(ada, bob);
  const phone = await ada.connects();
  const { ticket } = await ada.does<{ ticket: string }>('POST', '/api/ws-tickets');

  await host.does('DELETE', '/api/users/ada');
  await posts(bob, direct, 'are you there?');

  await phone.isClosed();
  expect(phone.heard('message.new')).toEqual([]);
  await expect(ada.connects()).rejects.toThrow('refused 403');
  await expect(ada.connects({ ticket })).rejects.toThrow('refused 403');

  await host.does('POST', '/api/users/sync', { id: 'ada' });
  const laptop = await ada.connects();
  await posts(bob, direct, 'welcome back');
  await laptop.hearsEvent('message.new', ({ content }) => content === 'welcome back');
});

it('takes nobody out of their groups for a deletion that was undone', async () => {
  const [ada, bob, , host] = await people();
  const { tenant } = world;
  await host.does('DELETE', '/api/users/ada');
  await world.cloud.settled();
  const { deletedAt } = await storedIn(world.cloud).get(profileKey(tenant, 'ada'));
  await host.does('POST', '/api/users/sync', { id: 'ada' });
  const lobby = await createsGroup(bob, [ada]);

  const late = {
    'detail-type': 'user.deleted',
    detail: { tenantId: tenant, occurredAt: deletedAt, data: { userId: 'ada' } },
  };
  await world.cloud.invoke('Queue/user-removal', { Records: [{ messageId: 'late', body: JSON.stringify(late) }] });

  expect(await ada.does('GET', `/api/conversations/${lobby.id}`)).toMatchObject({ memberCount: 2 });
});
