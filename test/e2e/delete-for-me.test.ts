/** A message that somebody has deleted for themselves alone: gone for them, as it was for all others. */
import { describe, expect, it } from 'vitest';
import { hideKey, messageKey } from '../../shared/data/keys.ts';
import type { Message } from '../../shared/protocol/message.ts';
import type { Device } from '../support/device.ts';
import { expectStateEqualsFreshFetch, resumeFollowing, startFollowing } from '../support/follower.ts';
import type { Person } from '../support/person.ts';
import { contentsOf, createsGroup, inboxOf, posts } from '../support/room.ts';
import { storedIn } from '../support/stored.ts';
import { walkOf } from '../support/walk.ts';
import { aWorld } from '../support/world.ts';

const world = aWorld();

const given = async (said: readonly string[] = ['one', 'two', 'three']) => {
  const [ada, bob, host] = await Promise.all([world.person('ada'), world.person('bob'), world.service()]);
  const room = await createsGroup(ada, [bob]);
  const messages: Message[] = [];
  for (const content of said) messages.push(await posts(host, room, content));
  return {
    ada,
    bob,
    room,
    path: `/api/conversations/${room.id}/messages`,
    id: (seq: number) => `${room.id}.${seq}`,
    hides: (who: Person, seq: number) => who.does<undefined>('POST', `/api/messages/${room.id}.${seq}/hide`),
  };
};

const seqsOf = (messages: readonly Message[]) => messages.map(({ seq }) => seq);

it('vanishes from their reads, and stays in those of others', async () => {
  const { ada, bob, room, id, path, hides } = await given();
  for (const _ of ['once', 'and again']) await hides(ada, 2);

  await ada.isRefused('not_found', 'GET', `/api/messages/${id(2)}`);
  expect(await ada.does('GET', path)).toMatchObject({
    messages: [{ seq: 3 }, { seq: 1 }],
    hidden: [2],
    hasMore: false,
  });
  expect(await contentsOf(bob, room)).toEqual(['one', 'two', 'three']);
  expect(await bob.does('GET', path)).toMatchObject({ hidden: [] });
  expect(await bob.does('GET', `/api/messages/${id(2)}`)).toMatchObject({ content: 'two' });
});

it('is not shown to them through its reactions or receipts either, nor reacted to', async () => {
  const { ada, bob, id, hides } = await given();
  for (const who of [ada, bob]) await who.does('POST', `/api/messages/${id(2)}/reactions`, { emoji: '👍' });
  await hides(ada, 2);

  for (const what of ['reactions', 'receipts'])
    await ada.isRefused('not_found', 'GET', `/api/messages/${id(2)}/${what}`);
  await ada.isRefused('not_found', 'POST', `/api/messages/${id(2)}/reactions`, { emoji: '❤️' });
  await ada.isRefused('not_found', 'DELETE', `/api/messages/${id(2)}/reactions/${encodeURIComponent('👍')}`);
  expect(await bob.does('GET', `/api/messages/${id(2)}`)).toMatchObject({ reactions: [{ emoji: '👍', count: 2 }] });
  expect(await bob.does('GET', `/api/messages/${id(2)}/receipts`)).toMatchObject({ readBy: [] });
});

it('is told to their own devices alone', async () => {
  const { ada, bob, room, id, hides } = await given();
  const [phone, laptop, bobs]: Device[] = [await ada.connects(), await ada.connects(), await bob.connects()];
  await hides(ada, 2);
  for (const device of [phone, laptop])
    expect(await device?.hearsEvent('message.hidden')).toEqual({ conversationId: room.id, messageId: id(2), seq: 2 });
  await world.cloud.settled();
  await bobs?.catchesUp();
  expect(bobs?.heard('message.hidden')).toEqual([]);
});

it('leaves pages as full as they were, whichever way and however large they are', async () => {
  const { ada, path, hides } = await given(Array.from({ length: 12 }, (_, i) => `message ${i + 1}`));
  for (const seq of [1, 2, 5, 6, 7, 12]) await hides(ada, seq);

  const left = [11, 10, 9, 8, 4, 3];
  for (const limit of [1, 2, 3, 4, 6, 7, 100]) {
    const older = await walkOf<Message>(ada, path, limit);
    expect(seqsOf(older.flat())).toEqual(left);
    expect(older.slice(0, -1).every((page) => page.length === limit)).toBe(true);
    const newer = await walkOf<Message>(ada, path, limit, { after: 0 });
    expect(newer.flatMap((page) => seqsOf(page).toReversed())).toEqual(left.toReversed());
  }
});

it('names each number that is missing once, on the page where it is missing', async () => {
  const { ada, path, hides } = await given(Array.from({ length: 9 }, (_, i) => `message ${i + 1}`));
  for (const seq of [1, 4, 5, 9]) await hides(ada, seq);
  for (const limit of [1, 2, 3, 100]) {
    for (const start of ['', 'after=0&']) {
      const hidden: number[] = [];
      let query: string | undefined = `${start}limit=${limit}`;
      while (query) {
        const page: { hidden: number[]; nextCursor: string | null } = await ada.does('GET', `${path}?${query}`);
        hidden.push(...page.hidden);
        query = page.nextCursor === null ? undefined : `limit=${limit}&cursor=${page.nextCursor}`;
      }
      expect(hidden.toSorted()).toEqual([1, 4, 5, 9]);
    }
  }
});

describe('the inbox', () => {
  it('shows no preview to who has deleted the newest for themselves, until something newer is said', async () => {
    const { ada, bob, room, hides } = await given();
    await hides(ada, 3);
    expect(await inboxOf(ada)).toMatchObject([{ lastMessage: null, seq: 3, unreadCount: 3 }]);
    expect(await ada.does('GET', `/api/conversations/${room.id}`)).toMatchObject({ lastMessage: null });
    expect(await inboxOf(bob)).toMatchObject([{ lastMessage: { content: 'three' } }]);
    await posts(bob, room, 'four');
    expect(await inboxOf(ada)).toMatchObject([{ lastMessage: { content: 'four' } }]);
  });

  it('goes on showing the newest where an older one was deleted, and none where both were', async () => {
    const { ada, hides } = await given();
    await hides(ada, 2);
    expect(await inboxOf(ada)).toMatchObject([{ lastMessage: { content: 'three' } }]);
    await hides(ada, 3);
    await hides(ada, 1);
    expect(await inboxOf(ada)).toMatchObject([{ lastMessage: null }]);
  });
});

it('can still be edited and deleted for all, and its quotes and its thread stay', async () => {
  const { ada, bob, room } = await given([]);
  const mine = await posts(ada, room, 'mine');
  const answer = await posts(bob, room, 'to yours', { replyTo: mine.id });
  const reply = await posts(bob, room, 'in its thread', { threadId: mine.id });
  await ada.does('POST', `/api/messages/${mine.id}/hide`);

  expect(await ada.does('GET', `/api/messages/${answer.id}`)).toMatchObject({ quote: { content: 'mine' } });
  expect(await ada.does('PATCH', `/api/messages/${mine.id}`, { content: 'my own' })).toMatchObject({ version: 2 });
  expect(await ada.does('DELETE', `/api/messages/${mine.id}`)).toMatchObject({ status: 'deleted' });
  expect(await bob.does('GET', `/api/messages/${mine.id}`)).toMatchObject({ status: 'deleted' });
  const replies = `/api/messages/${mine.id}/replies`;
  expect(await ada.does('GET', replies)).toMatchObject({ replies: [{ id: reply.id }], thread: { replyCount: 1 } });

  await ada.does('POST', `/api/messages/${reply.id}/hide`);
  expect(await ada.does('GET', replies)).toMatchObject({ replies: [], hidden: [reply.seq], thread: { replyCount: 1 } });
  expect(await bob.does('GET', replies)).toMatchObject({ replies: [{ id: reply.id }], hidden: [] });
});

it('is a message of this conversation that is there', async () => {
  const { ada, bob, room, id } = await given();
  const elsewhere = await createsGroup(ada, [bob]);
  const stored = storedIn(world.cloud);
  const hole = await stored.takeNumber(world.tenant, room, 'ada', 'never stored');
  await stored.age(world.tenant, room);
  await contentsOf(ada, room);
  await stored.expire(messageKey(world.tenant, room.id, 1));
  for (const gone of [id(99), id(hole), id(1)]) await ada.isRefused('not_found', 'POST', `/api/messages/${gone}/hide`);
  await ada.isRefused('not_found', 'POST', `/api/conversations/${elsewhere.id}/messages/${id(2)}/hide`);
  await ada.isRefused('invalid_request', 'POST', '/api/messages/nonsense/hide');
  expect(await ada.does('GET', `/api/conversations/${room.id}/messages`)).toMatchObject({ hidden: [] });
});

it.each(['crash-before', 'crash-after', 'error', 'throttle'] as const)(
  'is either deleted for oneself altogether or not at all, whatever step goes wrong (%s)',
  async (kind) => {
    const { ada, path } = await given(Array.from({ length: 4 }, (_, i) => `message ${i + 1}`));
    for (let step = 0; step < 4; step += 1) {
      const takeBack = world.cloud.faults.add({
        function: 'Http/messages-hide',
        after: step,
        times: 1,
        fault: { kind },
      });
      const target = `${path}/${path.split('/')[3]}.${4 - step}/hide`;
      for (let attempt = 0; (await ada.asks('POST', target)).status !== 204 && attempt < 8; attempt += 1);
      takeBack();
      const [own] = await inboxOf(ada);
      expect(own?.lastMessage).toBeNull();
    }
    expect(await ada.does('GET', path)).toMatchObject({ messages: [], hidden: [4, 3, 2, 1] });
  },
);

it('lets a client that follows show the same as one that fetches, with frames late and twice', async () => {
  const { ada, bob, room, hides } = await given();
  world.cloud.faults.add({
    function: 'Stream/fanout',
    batch: { duplicate: 0.5, delay: { probability: 0.5, ms: 100 } },
  });
  await hides(ada, 1);
  const followers = await Promise.all([ada, ada, bob].map(async (one) => startFollowing(one, await one.connects())));

  const mine = await posts(ada, room, 'mine');
  const answer = await posts(bob, room, 'answer', { replyTo: mine.id });
  await Promise.all([hides(ada, mine.seq), hides(bob, answer.seq)]);
  await ada.does('PATCH', `/api/messages/${mine.id}`, { content: 'my own' });
  const last = await posts(bob, room, 'last');
  await hides(ada, last.seq);
  await bob.does('PATCH', `/api/messages/${last.id}`, { content: 'the last' });

  await world.cloud.settled();
  for (const follower of followers) await expectStateEqualsFreshFetch(follower);
});

it('still counts as unread, and as a mention, until they have read on: on a device that comes later too', async () => {
  const { ada, bob, room, path, hides } = await given();
  await ada.does('PUT', `/api/conversations/${room.id}/read`, {});
  const phone = await startFollowing(ada, await ada.connects());
  const { seq } = await posts(bob, room, 'look, @ada');
  await world.cloud.settled();
  await hides(ada, seq);
  await world.cloud.settled();
  const laptop = await startFollowing(ada, await ada.connects());

  expect(await inboxOf(ada)).toMatchObject([{ unreadCount: 1, mentionCount: 1 }]);
  for (const device of [phone, laptop]) await expectStateEqualsFreshFetch(device);

  await ada.does('PUT', `/api/conversations/${room.id}/read`, {});
  await world.cloud.settled();
  expect(await inboxOf(ada)).toMatchObject([{ unreadCount: 0, mentionCount: 0 }]);
  for (const device of [phone, laptop]) await expectStateEqualsFreshFetch(device);
  expect(await ada.does('GET', path)).toMatchObject({ hidden: [seq] });
});

it('is told to a device of theirs that was away, and to nobody else', async () => {
  const { ada, bob, room, id, hides } = await given();
  await world.cloud.settled();
  const followers = await Promise.all([ada, bob].map(async (one) => startFollowing(one, await one.connects())));
  for (const { device } of followers) await device.closes();

  await hides(ada, 1);
  await posts(bob, room, 'four');
  await hides(ada, 4);

  const [adas, bobs] = await Promise.all(
    followers.map(async (follower) => resumeFollowing(follower, await follower.person.connects())),
  );
  await world.cloud.settled();
  for (const back of [adas, bobs]) if (back) await expectStateEqualsFreshFetch(back);
  const told = (seq: number) => ({ conversationId: room.id, messageId: id(seq), seq });
  expect(adas?.pages[0]?.hidden).toEqual([told(1), told(4)]);
  expect(bobs?.pages[0]?.hidden).toEqual([]);
});

it('makes a client fetch anew what it holds, where it missed more of these than a page can tell', async () => {
  const { ada, room, hides } = await given(['one']);
  await hides(ada, 1);
  const stored = storedIn(world.cloud);
  const news = { GSI1PK: `${world.tenant}#USER#ada#OWN`, GSI1SK: new Date().toISOString().slice(0, 13) };
  for (let i = 1; i <= 201; i += 1) {
    const key = hideKey(world.tenant, ada.id, room.id, 1_000 + i);
    await stored.put({ ...key, ...news, conversationId: room.id, seq: 1_000 + i });
  }
  const request = { conversations: [{ conversationId: room.id, seq: 1, rev: 0 }], since: new Date().toISOString() };
  expect(await ada.does('POST', '/api/sync', request)).toMatchObject({
    conversations: [{ refetch: true }],
    hidden: [],
  });
});
