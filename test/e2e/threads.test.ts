/** Replies that belong to one message: listed, counted once, read. */
import { describe, expect, it } from 'vitest';
import { messageKey } from '../../shared/data/keys.ts';
import type { Message, ShownMessage } from '../../shared/protocol/message.ts';
import type { OwnThread, ThreadWatermark } from '../../shared/protocol/thread.ts';
import { expectStateEqualsFreshFetch, resumeFollowing, startFollowing } from '../support/follower.ts';
import { insistsOn } from '../support/persistence.ts';
import type { Person } from '../support/person.ts';
import { createsGroup, historyOf, inboxOf, posts } from '../support/room.ts';
import { storedIn } from '../support/stored.ts';
import { pageOf, walkOf } from '../support/walk.ts';
import { aWorld } from '../support/world.ts';

const world = aWorld();

const given = async () => {
  const [ada, bob, cyd] = await Promise.all([world.person('ada'), world.person('bob'), world.person('cyd')]);
  const room = await createsGroup(ada, [bob, cyd]);
  const root = await posts(ada, room, 'What do you think?');
  return {
    ada,
    bob,
    cyd,
    room,
    root,
    path: `/api/conversations/${room.id}/messages`,
    replies: `/api/messages/${root.id}/replies`,
    reply: (who: Person, content: string, more: Record<string, unknown> = {}) =>
      posts(who, room, content, { threadId: root.id, ...more }),
  };
};

const threadOf = async (who: Person, root: Pick<Message, 'id'>): Promise<OwnThread> =>
  (await who.does<{ thread: OwnThread }>('GET', `/api/messages/${root.id}/replies`)).thread;
const shownThreadOf = async (who: Person, root: Pick<Message, 'id'>) =>
  (await who.does<ShownMessage>('GET', `/api/messages/${root.id}`)).thread;
const contents = (messages: readonly Pick<Message, 'content'>[]) => messages.map(({ content }) => content);

describe('a reply', () => {
  it('is a message of the conversation, numbered and unread like any other, and says whose thread it is in', async () => {
    const { ada, bob, root, reply } = await given();

    const quiet = await reply(bob, 'Fine');
    const loud = await reply(bob, 'Really', { inConversation: true });

    expect(root).toMatchObject({ threadId: null, inConversation: true });
    expect(quiet).toMatchObject({ seq: 2, threadId: root.id, inConversation: false });
    expect(loud).toMatchObject({ seq: 3, threadId: root.id, inConversation: true });
    expect(await inboxOf(ada)).toMatchObject([{ seq: 3, unreadCount: 2, lastMessage: { content: 'Really' } }]);
  });

  it('is answered to a message of this conversation that is there, and is no reply itself', async () => {
    const { ada, bob, room, path, reply } = await given();
    const elsewhere = await posts(ada, await createsGroup(ada, [bob]), 'elsewhere');
    const first = await reply(bob, 'Fine');
    const stored = storedIn(world.cloud);
    const hole = await stored.takeNumber(world.tenant, room, 'ada', 'never stored');
    await stored.age(world.tenant, room);
    await historyOf(ada, room);

    const missing = 'is not a message of this conversation';
    for (const [threadId, message] of [
      [elsewhere.id, missing],
      [`${room.id}.99`, missing],
      [`${room.id}.${hole}`, missing],
      [first.id, 'is itself a reply: name the message that its thread belongs to'],
    ]) {
      const problem = await bob.isRefused('invalid_request', 'POST', path, {
        clientMessageId: 'c',
        content: 'x',
        threadId,
      });
      expect(problem.errors).toEqual([{ path: 'threadId', message }]);
    }
    await bob.isRefused('invalid_request', 'POST', path, { clientMessageId: 'c', content: 'x', threadId: 'no id' });
  });

  it('goes on under a tombstone', async () => {
    const { ada, bob, root, reply } = await given();
    await ada.does('DELETE', `/api/messages/${root.id}`);
    await reply(bob, 'What was it?');
    expect(await shownThreadOf(ada, root)).toMatchObject({ replyCount: 1 });
  });

  it('may quote another one of its thread', async () => {
    const { ada, bob, reply } = await given();
    const first = await reply(bob, 'Fine');
    expect(await reply(ada, 'How?', { replyTo: first.id })).toMatchObject({ quote: { content: 'Fine' } });
  });
});

describe('the replies of a thread', () => {
  it('are listed oldest first, deleted ones too, the whole whatever the size of the pages', async () => {
    const { ada, bob, room, replies, reply } = await given();
    for (let i = 1; i <= 5; i += 1) {
      await reply(bob, `reply ${i}`);
      await posts(ada, room, `aside ${i}`);
    }
    await bob.does('DELETE', `/api/messages/${room.id}.4`);

    const whole = ['reply 1', null, 'reply 3', 'reply 4', 'reply 5'];
    for (const limit of [1, 2, 3, 5, 6]) {
      expect(contents((await walkOf<Message>(ada, replies, limit)).flat())).toEqual(whole);
    }
  });

  it('are none of a message that has none, and cannot be asked for of what is not there', async () => {
    const { ada, bob, room, root, replies, reply } = await given();
    expect(await ada.does('GET', replies)).toEqual({
      replies: [],
      users: [],
      nextCursor: null,
      hasMore: false,
      hidden: [],
      thread: {
        version: 0,
        replyCount: 0,
        lastReplySeq: null,
        lastReplyAt: null,
        participants: [],
        lastReadSeq: 0,
        unreadCount: 0,
      },
    });
    const first = await reply(bob, 'Fine');
    expect(await pageOf(ada, `/api/messages/${first.id}/replies`)).toMatchObject({ items: [] });
    const elsewhere = await createsGroup(ada, [bob]);
    await ada.isRefused('not_found', 'GET', `/api/messages/${room.id}.99/replies`);
    await ada.isRefused('not_found', 'GET', `/api/conversations/${elsewhere.id}/messages/${root.id}/replies`);
    await storedIn(world.cloud).expire(messageKey(world.tenant, room.id, root.seq));
    await ada.isRefused('not_found', 'GET', replies);
  });

  it('take no cursor of another thread', async () => {
    const { ada, bob, room, replies, reply } = await given();
    for (const content of ['one', 'two']) await reply(bob, content);
    const other = await posts(ada, room, 'Another question');
    const { nextCursor } = await pageOf(ada, replies, { limit: 1 });
    await ada.isRefused('invalid_request', 'GET', `/api/messages/${other.id}/replies?cursor=${nextCursor}`);
    await ada.isRefused('invalid_request', 'GET', `${replies}?limit=0`);
  });

  it('are left out of the history on request, in full pages, and shown where they belong to the conversation too', async () => {
    const { ada, bob, room, path, reply } = await given();
    for (let i = 1; i <= 4; i += 1) await reply(bob, `reply ${i}`);
    await reply(bob, 'loud', { inConversation: true });
    await posts(ada, room, 'next');
    for (let i = 5; i <= 8; i += 1) await reply(bob, `reply ${i}`);

    const main = ['next', 'loud', 'What do you think?'];
    for (const limit of [1, 2, 3, 4]) {
      const pages = await walkOf<Message>(ada, path, limit, { replies: 'exclude' });
      expect(contents(pages.flat())).toEqual(main);
      expect(pages.slice(0, -1).every((page) => page.length === limit)).toBe(true);
      const newer = await walkOf<Message>(ada, path, limit, { after: 0, replies: 'exclude' });
      expect(contents(newer.flatMap((page) => page.toReversed()))).toEqual(main.toReversed());
    }
    expect(await historyOf(ada, room)).toHaveLength(11);
    await ada.isRefused('invalid_request', 'GET', `${path}?replies=some`);
  });
});

describe('the summary of a thread', () => {
  it('is shown beside its root, and told to all: how many, the last one, and who took part', async () => {
    const { ada, bob, cyd, room, root, path, reply } = await given();
    const phone = await cyd.connects();
    expect(await shownThreadOf(ada, root)).toBeNull();
    await reply(bob, 'one');
    await reply(ada, 'two');
    const last = await reply(bob, 'three');

    const summary = {
      version: 3,
      replyCount: 3,
      lastReplySeq: last.seq,
      lastReplyAt: last.createdAt,
      participants: ['bob', 'ada'],
    };
    expect(await shownThreadOf(cyd, root)).toEqual({ ...summary, lastReadSeq: 0 });
    const history = await cyd.does<{ messages: ShownMessage[] }>('GET', path);
    expect(history.messages.toReversed().map(({ thread }) => thread?.replyCount ?? null)).toEqual([
      3,
      null,
      null,
      null,
    ]);
    const told = await phone.hearsEvent('thread.updated', ({ version }) => version === 3);
    expect(told).toEqual({ ...summary, conversationId: room.id, threadId: root.id });
  });

  it('has one less for each reply that is deleted, once, and keeps its last as it was posted', async () => {
    const { ada, bob, root, reply } = await given();
    const [one, two] = [await reply(bob, 'one'), await reply(bob, 'two')];
    await bob.does('PATCH', `/api/messages/${one.id}`, { content: 'won' });
    for (const message of [two, two]) await bob.does('DELETE', `/api/messages/${message.id}`);
    expect(await threadOf(ada, root)).toMatchObject({ version: 3, replyCount: 1, lastReplySeq: two.seq });
    await bob.does('DELETE', `/api/messages/${one.id}`);
    expect(await threadOf(ada, root)).toMatchObject({ replyCount: 0, participants: ['bob'] });
  });

  it('counts every reply of many that come and go at once', async () => {
    const { ada, bob, cyd, root, reply } = await given();
    const crowd = await Promise.all(
      Array.from({ length: 12 }, (_, i) => reply([ada, bob, cyd][i % 3] as Person, `reply ${i}`)),
    );
    await Promise.all([
      ...crowd.slice(0, 6).map((one) => ada.asks('DELETE', `/api/messages/${one.id}`)),
      ...Array.from({ length: 4 }, (_, i) => reply(bob, `later ${i}`)),
    ]);
    expect(await threadOf(ada, root)).toMatchObject({ replyCount: 10, lastReplySeq: 17, version: 22 });
  });

  const [overHttp, overSocket] = ['Http/messages-create', 'WebSocket/message-send'] as const;
  it.each([
    [overHttp, 'crash-before'],
    [overSocket, 'crash-after'],
    [overSocket, 'error'],
    [overHttp, 'throttle'],
  ] as const)(
    'counts a reply once, whatever step of %s goes wrong (%s), and however often it is repeated',
    async (door, kind) => {
      const { ada, bob, room, root } = await given();
      const phone = await bob.connects();
      const listener = await startFollowing(ada, await ada.connects());
      const steps = 8;
      for (let step = 0; step < steps; step += 1) {
        const takeBack = world.cloud.faults.add({ function: door, after: step, times: 1, fault: { kind } });
        const draft = { clientMessageId: `c${step}`, content: `reply ${step}`, threadId: root.id };
        if (door.startsWith('Http')) await postsUntilStored(bob, room.id, draft);
        else await insistsOn(phone, { conversation: room, more: { threadId: root.id }, ...draft });
        takeBack();
        await postsUntilStored(bob, room.id, draft);
      }
      await storedIn(world.cloud).age(world.tenant, room);
      const history = await historyOf(ada, room);
      expect(history.filter(({ status, threadId }) => status === 'sent' && threadId === root.id)).toHaveLength(steps);
      expect(await threadOf(ada, root)).toMatchObject({ replyCount: steps, version: steps, participants: ['bob'] });
      await world.cloud.settled();
      expect((await listener.known()).conversations[room.id]?.threads[root.seq]).toMatchObject({ replyCount: steps });
    },
    60_000,
  );

  it('counts a reply once whose number was closed before it came', async () => {
    const { ada, bob, room, root } = await given();
    const draft = { clientMessageId: 'late', content: 'late', threadId: root.id };
    // The receipt is written, the message is not.
    world.cloud.faults.add({
      function: 'Http/messages-create',
      action: 'dynamodb:PutItem',
      times: 1,
      fault: { kind: 'crash-after' },
    });
    expect((await bob.asks('POST', `/api/conversations/${room.id}/messages`, draft)).status).toBeGreaterThanOrEqual(
      500,
    );
    await storedIn(world.cloud).age(world.tenant, room);
    expect((await historyOf(ada, room)).map(({ status }) => status)).toEqual(['sent', 'void']);

    const stored = await postsUntilStored(bob, room.id, draft);
    expect(await postsUntilStored(bob, room.id, draft)).toEqual(stored);

    expect(stored).toMatchObject({ seq: 3, threadId: root.id });
    expect(await threadOf(ada, root)).toMatchObject({ replyCount: 1, lastReplySeq: 3, version: 1 });
  });
});

const postsUntilStored = async (who: Person, conversationId: string, draft: object): Promise<Message> => {
  for (let attempt = 0; attempt < 8; attempt += 1) {
    const { status, body } = await who.asks<Message>('POST', `/api/conversations/${conversationId}/messages`, draft);
    if (status === 201) return body;
  }
  throw new Error('Eight attempts were not enough.');
};

describe('what is unread of a thread', () => {
  it('is what others replied after one’s own mark, which rises and never falls, up to the last reply', async () => {
    const { ada, bob, root, room, replies, reply } = await given();
    const [one, two] = [await reply(bob, 'one'), await reply(bob, 'two')];
    await reply(ada, 'mine');
    const three = await reply(bob, 'three');
    const reads = (body: object) => ada.does<ThreadWatermark>('PUT', `${replies}/read`, body);
    const unread = async () => (await threadOf(ada, root)).unreadCount;
    expect(await unread()).toBe(3);

    expect(await reads({ seq: one.seq })).toEqual({ conversationId: room.id, threadId: root.id, lastReadSeq: one.seq });
    expect(await unread()).toBe(2);
    await bob.does('DELETE', `/api/messages/${two.id}`);
    expect(await unread()).toBe(1);
    expect(await reads({ seq: 999 })).toMatchObject({ lastReadSeq: three.seq });
    expect(await reads({ seq: one.seq })).toMatchObject({ lastReadSeq: three.seq });
    expect(await threadOf(ada, root)).toMatchObject({ lastReadSeq: three.seq, unreadCount: 0 });
    expect(await shownThreadOf(ada, root)).toMatchObject({ lastReadSeq: three.seq });
    expect(await threadOf(bob, root)).toMatchObject({ lastReadSeq: 0, unreadCount: 1 });

    const four = await reply(bob, 'four');
    expect(await reads({})).toMatchObject({ lastReadSeq: four.seq });
  });

  it('is told to one’s own devices alone', async () => {
    const { ada, bob, root, replies, reply } = await given();
    const [phone, bobs] = await Promise.all([ada.connects(), bob.connects()]);
    const one = await reply(bob, 'one');
    await ada.does('PUT', `${replies}/read`, {});
    expect(await phone.hearsEvent('thread.read')).toMatchObject({ threadId: root.id, lastReadSeq: one.seq });
    await world.cloud.settled();
    await bobs.catchesUp();
    expect(bobs.heard('thread.read')).toEqual([]);
  });

  it('is nothing where nobody has replied', async () => {
    const { ada, root, room, replies } = await given();
    expect(await ada.does('PUT', `${replies}/read`, {})).toEqual({
      conversationId: room.id,
      threadId: root.id,
      lastReadSeq: 0,
    });
    await ada.isRefused('invalid_request', 'PUT', `${replies}/read`, { seq: -1 });
    await ada.isRefused('not_found', 'PUT', `/api/messages/${room.id}.99/replies/read`, {});
  });
});

it('lets a client that follows show the same threads as one that fetches, with frames late and twice', async () => {
  const { ada, bob, cyd, room, root, replies, reply } = await given();
  world.cloud.faults.add({
    function: 'Stream/fanout',
    batch: { duplicate: 0.5, delay: { probability: 0.5, ms: 100 } },
  });
  const followers = await Promise.all([ada, bob, ada].map(async (one) => startFollowing(one, await one.connects())));

  const [one, two] = await Promise.all([reply(bob, 'one'), reply(cyd, 'two', { inConversation: true })]);
  await reply(ada, 'three', { replyTo: one.id });
  await ada.does('PUT', `${replies}/read`, { seq: two.seq });
  const other = await posts(cyd, room, 'Another question');
  await Promise.all(['x', 'y', 'z'].map((content) => posts(bob, room, content, { threadId: other.id })));
  await Promise.all([
    bob.does('DELETE', `/api/messages/${one.id}`),
    cyd.does('PATCH', `/api/messages/${two.id}`, { content: 'too' }),
    ada.does('PATCH', `/api/messages/${root.id}`, { content: 'Well?' }),
    ada.does('DELETE', `/api/messages/${other.id}`),
    ada.does('PUT', `/api/messages/${other.id}/replies/read`, {}),
  ]);

  await world.cloud.settled();
  for (const follower of followers) await expectStateEqualsFreshFetch(follower);
});

it('lets a client come back to the same threads that lost its socket between a reply and the news of its thread', async () => {
  const { ada, bob, root, reply } = await given();
  let before = await startFollowing(ada, await ada.connects());
  const late = { function: 'Stream/fanout', batch: { delay: { probability: 1, ms: 1_000 } } };
  for (const change of [
    () => reply(bob, 'one'),
    async () => bob.does('DELETE', `/api/messages/${(await reply(bob, 'two')).id}`),
  ]) {
    const takeBack = world.cloud.faults.add(late);
    await change();
    await before.device.hearsEvent('message.new', ({ threadId }) => threadId === root.id);
    await before.device.closes();
    takeBack();
    await world.cloud.settled();
    before = await resumeFollowing(before, await ada.connects());
    await expectStateEqualsFreshFetch(before);
  }
});

it('lets a client that was away come back to the same threads, read as far as on its other devices', async () => {
  const { ada, bob, cyd, room, root, replies, reply } = await given();
  const first = await reply(bob, 'one');
  const other = await posts(cyd, room, 'Another question');
  await world.cloud.settled();
  const followers = await Promise.all([ada, bob].map(async (one) => startFollowing(one, await one.connects())));
  for (const { device } of followers) await device.closes();

  await reply(cyd, 'two', { replyTo: first.id });
  await bob.does('DELETE', `/api/messages/${first.id}`);
  await posts(bob, room, 'of the other', { threadId: other.id });
  await ada.does('PUT', `${replies}/read`, {});
  await ada.does('DELETE', `/api/messages/${root.id}`);

  for (const follower of followers) {
    const back = await resumeFollowing(follower, await follower.person.connects());
    await world.cloud.settled();
    await expectStateEqualsFreshFetch(back);
  }
});

it('shows a missed message with its thread, and an older one that changed', async () => {
  const { ada, bob, room, root, reply } = await given();
  await reply(bob, 'one');
  const missed = await posts(bob, room, 'missed');
  await reply(ada, 'two', { threadId: missed.id });
  const { seq } = await posts(ada, room, 'last');
  await bob.does('POST', `/api/messages/${root.id}/reactions`, { emoji: '👍' });
  await world.cloud.settled();

  const page = (from: { seq: number; rev: number }) =>
    ada.does('POST', '/api/sync', { conversations: [{ conversationId: room.id, ...from }] });

  expect(await page({ seq: 2, rev: 0 })).toMatchObject({
    conversations: [
      {
        messages: [
          { id: missed.id, thread: { replyCount: 1 }, reactions: [] },
          { threadId: missed.id, thread: null },
          { seq, thread: null },
        ],
        changed: [{ id: root.id, thread: { replyCount: 1 }, reactions: [{ emoji: '👍', count: 1 }] }],
        threads: [{ threadId: missed.id, replyCount: 1 }],
      },
    ],
  });
});

it('tells of the threads of missed replies in one more round trip, and of what was read elsewhere for the asking', async () => {
  const { ada, bob, room, root, replies, reply } = await given();
  const since = new Date().toISOString();
  const one = await reply(bob, 'one');
  await ada.does('PUT', `${replies}/read`, {});

  const page = await ada.does('POST', '/api/sync', {
    conversations: [{ conversationId: room.id, seq: 1, rev: 0 }],
    since,
  });

  const watermark = { conversationId: room.id, threadId: root.id, lastReadSeq: one.seq };
  expect(page).toMatchObject({
    conversations: [
      { threads: [{ threadId: root.id, replyCount: 1, lastReadSeq: one.seq }], messages: [{ id: one.id }] },
    ],
    threadsRead: [watermark],
  });
  expect(world.cloud.meter.lastOf('Http/sync-create')?.roundTrips).toBe(3);
  expect(await ada.does('POST', '/api/sync', { conversations: [] })).toMatchObject({ threadsRead: [] });
  expect(await bob.does('POST', '/api/sync', { conversations: [], since })).toMatchObject({ threadsRead: [] });
});
