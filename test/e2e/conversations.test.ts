import { expect, it } from 'vitest';
import type { OwnConversation } from '../../shared/protocol/conversation.ts';
import { createsDirect, createsGroup, inboxOf, membersOf, posts } from '../support/room.ts';
import { aWorld } from '../support/world.ts';

const world = aWorld();
const people = () => Promise.all([world.person('ada'), world.person('bob'), world.person('cem')]);

it('founds a group with its creator as owner, each member once', async () => {
  const [ada, bob, cem] = await people();
  const lobby = await createsGroup(ada, [bob, cem, bob, ada], { title: 'Lobby' });

  expect(lobby).toMatchObject({
    id: expect.stringMatching(/^g-[\w-]{22}$/),
    type: 'group',
    title: 'Lobby',
    settings: { open: false },
    memberCount: 3,
    seq: 0,
    rev: 0,
    lastMessage: null,
    createdBy: 'ada',
    role: 'owner',
    unreadCount: 0,
  });
  expect((await membersOf(bob, lobby)).map(({ userId, role }) => `${userId} ${role}`)).toEqual([
    'ada owner',
    'bob member',
    'cem member',
  ]);
  expect(await bob.does('GET', `/api/conversations/${lobby.id}`)).toEqual({ ...lobby, role: 'member' });
});

it('founds another group each time, even of the same people', async () => {
  const [ada, bob] = await people();
  expect((await createsGroup(ada, [bob])).id).not.toBe((await createsGroup(ada, [bob])).id);
});

it('lets a service found a group for others, without joining; the first named owns it', async () => {
  const [ada, , cem] = await people();
  const host = await world.service();
  const room = await createsGroup(host, [cem, ada]);
  expect(room).toMatchObject({ role: null, lastReadSeq: null, memberCount: 2, createdBy: 'backend' });
  expect(await membersOf(ada, room)).toMatchObject([
    { userId: 'ada', role: 'member' },
    { userId: 'cem', role: 'owner' },
  ]);
  await host.isRefused('invalid_request', 'POST', '/api/conversations', { type: 'group', memberIds: [] });
});

it('founds a group of as many as the limit says, and no more', async () => {
  const [ada] = await people();
  const memberIds = Array.from({ length: 255 }, (_, i) => `member-${i}`);
  const full = await ada.does<OwnConversation>('POST', '/api/conversations', { type: 'group', memberIds });
  expect(full.memberCount).toBe(256);
  await ada.isRefused('conversation_full', 'POST', `/api/conversations/${full.id}/members`, { memberIds: ['late'] });
  await ada.isRefused('conversation_full', 'POST', '/api/conversations', {
    type: 'group',
    memberIds: [...memberIds, 'one-too-many'],
  });
  expect(await inboxOf(ada)).toHaveLength(1);
});

it('gives the same two users the same direct conversation, whoever asks', async () => {
  const [ada, bob] = await people();
  const direct = await createsDirect(ada, bob);
  expect(direct).toMatchObject({ type: 'direct', memberIds: ['ada', 'bob'], memberCount: 2, title: null });
  expect(await createsDirect(bob, ada)).toEqual(direct);
  expect(await inboxOf(bob)).toHaveLength(1);
});

it('gives two users one direct conversation when both create it at once, many times over', async () => {
  const [ada, bob] = await people();
  const all = await Promise.all(
    Array.from({ length: 8 }, (_, i) => (i % 2 ? createsDirect(ada, bob) : createsDirect(bob, ada))),
  );
  expect(new Set(all.map((one) => one.id)).size).toBe(1);
  expect(await membersOf(ada, all[0] as OwnConversation)).toHaveLength(2);
});

it('keeps a direct conversation to exactly two, without title, roles or end', async () => {
  const [ada, bob, cem] = await people();
  const asks = (body: Record<string, unknown>) => ['POST', '/api/conversations', { type: 'direct', ...body }] as const;
  await ada.isRefused('invalid_request', ...asks({ memberIds: [] }));
  await ada.isRefused('invalid_request', ...asks({ memberIds: ['ada'] }));
  await ada.isRefused('invalid_request', ...asks({ memberIds: ['bob', 'cem'] }));
  await ada.isRefused('direct_conversation', ...asks({ memberIds: ['bob'], title: 'Us' }));
  await ada.isRefused('direct_conversation', ...asks({ memberIds: ['bob'], settings: { open: true } }));

  const path = `/api/conversations/${(await createsDirect(ada, bob)).id}`;
  await ada.isRefused('direct_conversation', 'PATCH', path, { title: 'Us' });
  await ada.isRefused('direct_conversation', 'DELETE', path);
  await ada.isRefused('direct_conversation', 'DELETE', `${path}/leave`);
  await ada.isRefused('direct_conversation', 'DELETE', `${path}/members/ada`);
  await cem.isRefused('not_found', 'POST', `${path}/join`);
  const host = await world.service();
  await host.isRefused('direct_conversation', 'PATCH', path, { title: 'Us' });
  await host.isRefused('direct_conversation', 'DELETE', path);
  await host.isRefused('direct_conversation', 'POST', `${path}/members`, { memberIds: ['cem'] });
  await host.isRefused('direct_conversation', 'PATCH', `${path}/members/bob`, { role: 'owner' });
});

it('changes what a patch names, leaves the rest, and counts the change', async () => {
  const [ada, bob] = await people();
  const lobby = await createsGroup(ada, [bob], { title: 'Lobby' });
  const path = `/api/conversations/${lobby.id}`;

  expect(await ada.does('PATCH', path, { settings: { open: true } })).toMatchObject({
    title: 'Lobby',
    settings: { open: true },
    rev: 1,
  });
  expect(await ada.does('PATCH', path, { title: null })).toMatchObject({
    title: null,
    settings: { open: true },
    rev: 2,
  });
  const again = await ada.does<OwnConversation>('PATCH', path, { title: null, settings: {} });
  expect(again.rev).toBe(2);
  expect(await ada.does('GET', path)).toEqual(again);
  await ada.isRefused('invalid_request', 'PATCH', path, {});
  await ada.isRefused('invalid_request', 'PATCH', path, { type: 'direct' });
});

it('loses no change when two managers change different things at once', async () => {
  const [ada, bob] = await people();
  const lobby = await createsGroup(ada, [bob]);
  const path = `/api/conversations/${lobby.id}`;
  await ada.does('PATCH', `${path}/members/bob`, { role: 'admin' });

  await Promise.all([
    ada.does('PATCH', path, { title: 'Renamed' }),
    bob.does('PATCH', path, { settings: { open: true } }),
  ]);

  expect(await ada.does('GET', path)).toMatchObject({ title: 'Renamed', settings: { open: true }, rev: 3 });
});

it('hides a deleted group, with its members and messages, from everybody for ever', async () => {
  const [ada, bob, cem] = await people();
  const host = await world.service();
  const lobby = await createsGroup(ada, [bob], { settings: { open: true } });
  const message = await posts(bob, lobby, 'hello');
  const path = `/api/conversations/${lobby.id}`;

  await ada.does('DELETE', path);

  for (const anybody of [ada, bob, cem, host]) {
    await anybody.isRefused('not_found', 'GET', path);
    await anybody.isRefused('not_found', 'DELETE', path);
    await anybody.isRefused('not_found', 'GET', `${path}/members`);
    await anybody.isRefused('not_found', 'GET', `${path}/messages`);
    await anybody.isRefused('not_found', 'POST', `${path}/join`);
    await anybody.isRefused('not_found', 'GET', `/api/messages/${message.id}`);
    await anybody.isRefused('not_found', 'DELETE', `/api/messages/${message.id}`);
    await anybody.isRefused('not_found', 'POST', `${path}/messages`, { clientMessageId: 'late', content: 'late' });
    expect(await inboxOf(anybody)).toEqual([]);
  }
});
