/** Pinned messages: what everybody of a conversation finds again. */
import pMap from 'p-map';
import { expect, it } from 'vitest';
import { messageKey } from '../../shared/data/keys.ts';
import type { Message } from '../../shared/protocol/message.ts';
import type { Pin } from '../../shared/protocol/pin.ts';
import type { User } from '../../shared/protocol/user.ts';
import { expectStateEqualsFreshFetch, type Follower, resumeFollowing, startFollowing } from '../support/follower.ts';
import type { Person } from '../support/person.ts';
import { createsDirect, createsGroup, posts } from '../support/room.ts';
import { storedIn } from '../support/stored.ts';
import { aWorld } from '../support/world.ts';

const world = aWorld();

const given = async () => {
  const [owner, admin, bob] = await Promise.all(['owner', 'admin', 'bob'].map((name) => world.person(name)));
  if (!owner || !admin || !bob) throw new Error('There is nobody.');
  const group = await createsGroup(owner, [admin, bob]);
  const path = `/api/conversations/${group.id}`;
  await owner.does('PATCH', `${path}/members/admin`, { role: 'admin' });
  const [one, two, three] = [
    await posts(bob, group, 'one'),
    await posts(bob, group, 'two'),
    await posts(owner, group, 'three'),
  ];
  return { owner, admin, bob, group, path, one, two, three };
};

const pins = (person: Person, { id }: Pick<Message, 'id'>) => person.does<Pin>('PUT', `/api/messages/${id}/pin`);
const unpins = (person: Person, { id }: Pick<Message, 'id'>) => person.does('DELETE', `/api/messages/${id}/pin`);
const pinned = (person: Person, path: string) =>
  person.does<{ pins: Pin[]; users: User[]; nextCursor: null; hasMore: boolean }>('GET', `${path}/pins`);
const contentsOf = async (person: Person, path: string) =>
  (await pinned(person, path)).pins.map(({ message }) => message.content);

it('lists what admins pinned, the newest pin first, with the messages and the people in it', async () => {
  const { owner, admin, bob, path, one, three } = await given();
  expect(await pinned(bob, path)).toEqual({ pins: [], users: [], nextCursor: null, hasMore: false });

  const first = await pins(admin, three);
  expect(first).toMatchObject({ message: three, pinnedBy: 'admin', rev: 2 });
  await pins(owner, one);

  const { users, ...list } = await pinned(bob, path);
  expect(list.pins.map(({ message, pinnedBy }) => [message.content, pinnedBy])).toEqual([
    ['one', 'owner'],
    ['three', 'admin'],
  ]);
  expect(list.pins[1]).toEqual(first);
  expect(users.map(({ id }) => id).sort()).toEqual(['admin', 'bob', 'owner']);
});

it('pins once and takes a pin off once, however often it is asked', async () => {
  const { owner, admin, path, one } = await given();
  const first = await pins(owner, one);
  expect(await pins(admin, one)).toEqual(first);
  expect(await contentsOf(owner, path)).toEqual(['one']);
  for (let i = 0; i < 2; i += 1) await unpins(admin, one);
  expect(await contentsOf(owner, path)).toEqual([]);
  expect(await owner.does('GET', path), 'a revision for each change, and none for a repetition').toMatchObject({
    rev: 3,
  });
  expect(await pins(admin, one)).toMatchObject({ pinnedBy: 'admin', rev: 4 });
});

it('is told to everybody, in step with what can be fetched, whatever becomes of the messages', async () => {
  const { owner, admin, bob, group, path, one, two, three } = await given();
  const followers: Follower[] = [];
  for (const who of [owner, bob]) followers.push(await startFollowing(who, await who.connects()));
  const settles = async () => {
    await world.cloud.settled();
    for (const follower of followers) await expectStateEqualsFreshFetch(follower);
  };

  // Each batch of the stream that it dies after comes again.
  world.cloud.faults.add({ function: 'Stream/fanout', after: 2, times: 2, fault: { kind: 'crash-after' } });
  await pins(owner, one);
  await Promise.all([pins(owner, two), pins(admin, three), pins(admin, one)]);
  await settles();
  const [phone] = followers;
  const told = new Set(phone?.device.heard('message.pinned').map(({ rev }) => rev));
  expect([...told].sort(), 'once or more each').toEqual([2, 3, 4]);
  expect(phone?.device.heard('message.pinned')[0]).toMatchObject({
    conversationId: group.id,
    messageId: one.id,
    pinnedBy: 'owner',
    rev: 2,
  });

  await bob.does('PATCH', `/api/messages/${one.id}`, { content: 'one, edited' });
  await bob.does('DELETE', `/api/messages/${two.id}`);
  await settles();
  expect(await contentsOf(bob, path)).not.toContain('two');
  expect(await contentsOf(bob, path)).toContain('one, edited');

  await unpins(owner, three);
  await settles();
  expect(phone?.device.heard('message.unpinned')).toMatchObject([{ messageId: three.id }]);
  expect(await contentsOf(bob, path)).toEqual(['one, edited']);
});

it('is in a sync for whoever was away', async () => {
  const { owner, admin, bob, path, one, two, three } = await given();
  for (const message of [one, two]) await pins(owner, message);
  const before = await startFollowing(bob, await bob.connects());
  await before.device.closes();

  await unpins(admin, one);
  await pins(admin, three);
  await pins(admin, one);
  await bob.does('DELETE', `/api/messages/${two.id}`);
  await world.cloud.settled();

  const after = await resumeFollowing(before, await bob.connects());
  await expectStateEqualsFreshFetch(after);
  const synced = after.pages.flatMap(({ conversations }) => conversations);
  expect(synced.map(({ refetch }) => refetch)).toEqual([false]);
  expect(synced[0]?.changes.map(({ kind, messageId }) => [kind, messageId])).toEqual([
    ['message.unpinned', one.id],
    ['message.pinned', three.id],
    ['message.pinned', one.id],
  ]);
  expect(
    synced[0]?.changed.map(({ id }) => id),
    'what was pinned is as it was',
  ).toEqual([two.id]);
  expect(await contentsOf(bob, path)).toEqual(['one', 'three']);
});

it('refuses what is deleted, gone or never was, and leaves everything as it was', async () => {
  const { owner, bob, path, one, group } = await given();
  await bob.does('DELETE', `/api/messages/${one.id}`);
  await owner.isRefused('message_deleted', 'PUT', `/api/messages/${one.id}/pin`);
  for (const method of ['PUT', 'DELETE']) {
    await owner.isRefused('not_found', method, `/api/messages/${group.id}.99/pin`);
    await owner.isRefused('invalid_request', method, '/api/messages/nonsense/pin');
  }
  await owner.isRefused('invalid_request', 'GET', `${path}/pins?limit=7`);
  await unpins(owner, one);
  expect(await owner.does('GET', path)).toMatchObject({ rev: 2 });
});

it('lets a pin be taken off a message that was deleted since', async () => {
  const { owner, bob, path, one } = await given();
  await pins(owner, one);
  await bob.does('DELETE', `/api/messages/${one.id}`);
  await unpins(owner, one);
  expect(await contentsOf(owner, path)).toEqual([]);
});

it('lets either of two pin in a direct conversation', async () => {
  const [ada, bob] = await Promise.all([world.person('ada'), world.person('bob')]);
  const direct = await createsDirect(ada, bob);
  const message = await posts(ada, direct, 'hello');
  await pins(bob, message);
  expect(await contentsOf(ada, `/api/conversations/${direct.id}`)).toEqual(['hello']);
  await unpins(ada, message);
  expect(await contentsOf(bob, `/api/conversations/${direct.id}`)).toEqual([]);
});

it('shows newcomers no pin of what they do not see', async () => {
  const { owner, path, one } = await given();
  await pins(owner, one);
  await owner.does('PATCH', path, { settings: { historyFrom: 'join' } });
  const zoe = await world.person('zoe');
  await owner.does('POST', `${path}/members`, { memberIds: ['zoe'] });
  const hers = await startFollowing(zoe, await zoe.connects());
  expect(await pinned(zoe, path)).toMatchObject({ pins: [], users: [] });

  await unpins(owner, one);
  await pins(owner, one);
  await pins(owner, await posts(zoe, { id: one.conversationId }, 'hers'));
  await world.cloud.settled();
  await hers.device.catchesUp();
  expect(hers.device.heard('message.pinned')).toHaveLength(1);
  expect(hers.device.heard('revision.hidden')).toHaveLength(2);
  expect(await contentsOf(zoe, path)).toEqual(['hers']);
  await expectStateEqualsFreshFetch(hers);
  await zoe.isRefused('forbidden', 'PUT', `/api/messages/${one.conversationId}.4/pin`);
});

it('holds fifty; those of deleted and expired messages make room', async () => {
  const { owner, admin, path, group, one, two } = await given();
  const host = await world.service();
  const messages = [one, two];
  for (let i = 0; i < 49; i += 1) messages.push(await posts(host, group, `message ${i}`));
  const last = messages.pop() as Message;
  await pMap(messages, (message) => pins(owner, message), { concurrency: 2 });
  expect((await pinned(owner, path)).pins).toHaveLength(50);

  const problem = await admin.isRefused('too_many_pins', 'PUT', `/api/messages/${last.id}/pin`);
  expect(problem.detail).toBe('At most 50 pins.');
  expect((await pinned(owner, path)).pins).toHaveLength(50);

  await host.does('DELETE', `/api/messages/${one.id}`);
  expect((await pinned(owner, path)).pins).toHaveLength(49);
  await pins(admin, last);
  const now = (await pinned(owner, path)).pins;
  expect(now).toHaveLength(50);
  expect(now[0]?.message.id).toBe(last.id);
}, 60_000);

it('lists no pin of what somebody has deleted for themselves, but to the others, and shows quotes as they are now', async () => {
  const { owner, admin, bob, group, path, one, two } = await given();
  const answer = await posts(bob, group, 'an answer', { replyTo: two.id });
  const phone = await startFollowing(bob, await bob.connects());
  for (const message of [one, answer]) await pins(admin, message);
  await bob.does('PATCH', `/api/messages/${two.id}`, { content: 'edited' });
  await bob.does('POST', `/api/messages/${one.id}/hide`);

  expect((await pinned(bob, path)).pins).toMatchObject([{ message: { id: answer.id, quote: { content: 'edited' } } }]);
  expect(await contentsOf(owner, path)).toEqual(['an answer', 'one']);
  await world.cloud.settled();
  await expectStateEqualsFreshFetch(phone);
});

it('lists no pin of a message that has expired', async () => {
  const { owner, path, one, two, group } = await given();
  for (const message of [one, two]) await pins(owner, message);
  await storedIn(world.cloud).expire(messageKey(world.tenant, group.id, one.seq));
  expect(await contentsOf(owner, path)).toEqual(['two']);
  await owner.isRefused('not_found', 'DELETE', `/api/messages/${one.id}/pin`);
});

it('pins once for all, although it collides and its function dies at any of its calls', async () => {
  const { owner, path, one, two } = await given();
  const isPinned = async (message: Message) => {
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const { status } = await owner.asks('PUT', `/api/messages/${message.id}/pin`);
      if (status === 200) return;
    }
    throw new Error('It was never pinned.');
  };
  for (const kind of ['crash-before', 'crash-after'] as const) {
    for (let after = 0; after < 3; after += 1) {
      const takeBack = world.cloud.faults.add({ function: 'Http/pins-add', after, times: 1, fault: { kind } });
      await Promise.all([isPinned(one), isPinned(two)]);
      takeBack();
      expect((await contentsOf(owner, path)).sort(), `${kind} ${after}`).toEqual(['one', 'two']);
      await Promise.all([unpins(owner, one), unpins(owner, two)]);
    }
  }
  expect(await contentsOf(owner, path)).toEqual([]);
}, 60_000);
