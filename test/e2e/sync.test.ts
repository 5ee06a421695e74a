/** A client that was away asks page after page, and ends with what a fresh fetch gives. */
import pMap from 'p-map';
import { describe, expect, it } from 'vitest';
import type { OwnConversation } from '../../shared/protocol/conversation.ts';
import { type SyncPage, syncPage } from '../../shared/protocol/sync.ts';
import type { SyncRequest } from '../../shared/protocol/sync-request.ts';
import { expectStateEqualsFreshFetch, type Follower, resumeFollowing, startFollowing } from '../support/follower.ts';
import type { Person } from '../support/person.ts';
import { createsDirect, createsGroup, historyOf, posts, says } from '../support/room.ts';
import { storedIn } from '../support/stored.ts';
import { aWorld } from '../support/world.ts';

const world = aWorld();

const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);
const syncs = (person: Person, request: Partial<SyncRequest>): Promise<SyncPage> =>
  person.does('POST', '/api/sync', { conversations: [], ...request });
const from = ({ id }: Pick<OwnConversation, 'id'>, seq = 0, rev = 0) => ({ conversationId: id, seq, rev });
const contentsIn = (page: SyncPage) => page.conversations.map(({ messages }) => messages.map(({ content }) => content));
const pathOf = ({ id }: Pick<OwnConversation, 'id'>) => `/api/conversations/${id}`;

/** Bob follows a room of Ada's, and loses his connection. */
const given = async () => {
  const [ada, bob] = [await world.person('ada'), await world.person('bob')];
  const room = await createsGroup(ada, [bob]);
  const before = await posts(ada, room, 'before');
  await world.cloud.settled();
  const follower = await startFollowing(bob, await bob.connects());
  await follower.device.closes();
  return { ada, bob, room, before, follower };
};

const returns = async (follower: Follower): Promise<Follower> =>
  resumeFollowing(follower, await follower.person.connects());

const expectCaughtUp = async (follower: Follower): Promise<void> => {
  await world.cloud.settled();
  await expectStateEqualsFreshFetch(follower);
};

describe('a client that was away', () => {
  it('gets new messages, edits, deletions, members and settings, and then stands where a fresh fetch stands', async () => {
    const { ada, bob, room, before, follower } = await given();
    await posts(ada, room, 'two');
    await ada.does('PATCH', `/api/messages/${before.id}`, { content: 'before, edited' });
    await ada.does('DELETE', `/api/messages/${(await posts(ada, room, 'three')).id}`);
    await ada.does('POST', `${pathOf(room)}/members`, { memberIds: ['cyd', 'dan'] });
    await ada.does('PATCH', `${pathOf(room)}/members/bob`, { role: 'admin' });
    await ada.does('DELETE', `${pathOf(room)}/members/dan`);
    await ada.does('PATCH', pathOf(room), { title: 'Hall' });

    const page = await syncs(bob, { conversations: [from(room, 1, 0)] });

    expect(page).toMatchObject({
      conversations: [
        {
          conversation: { title: 'Hall', role: 'admin', unreadCount: 3, seq: 3, rev: 7 },
          messages: [
            { seq: 2, content: 'two' },
            { seq: 3, status: 'deleted' },
          ],
          changed: [{ seq: 1, content: 'before, edited', rev: 1 }],
          changes: [
            { rev: 3, kind: 'member.added', by: 'ada', member: { userId: 'cyd' } },
            { rev: 4, kind: 'member.added', by: 'ada', member: { userId: 'dan' } },
            { rev: 5, kind: 'member.updated', by: 'ada', member: { userId: 'bob', role: 'admin' } },
            { rev: 6, kind: 'member.removed', by: 'ada', member: { userId: 'dan' } },
            { rev: 7, kind: 'conversation.updated', by: 'ada', member: null, messageId: null },
          ],
          position: { seq: 3, rev: 7 },
          hasMore: false,
          refetch: false,
        },
      ],
      joined: [],
      removed: [],
      nextCursor: null,
      hasMore: false,
    });
    await expectCaughtUp(await returns(follower));
  });

  it('that missed nothing gets its own state, how far everybody is, and nothing else', async () => {
    const { bob, room } = await given();
    const { conversations, hasMore } = await syncs(bob, { conversations: [from(room, 1, 0)] });
    expect(hasMore).toBe(false);
    expect(conversations).toEqual([
      {
        conversation: await bob.does('GET', pathOf(room)),
        messages: [],
        changed: [],
        threads: [],
        changes: [],
        receipts: [
          { conversationId: room.id, userId: 'bob', lastReadSeq: 0, lastDeliveredSeq: 0 },
          { conversationId: room.id, userId: 'ada', lastReadSeq: 1, lastDeliveredSeq: 1 },
        ],
        position: { seq: 1, rev: 0 },
        hasMore: false,
        refetch: false,
      },
    ]);
  });

  it('is answered over its socket with what HTTP answers', async () => {
    const { ada, bob, room } = await given();
    await posts(ada, room, 'two');
    // The sender's watermark rises behind the message.
    await world.cloud.settled();
    const request = { conversations: [from(room)] };
    const device = await bob.connects();
    const { syncedAt: _, ...overSocket } = await device.does('sync', request, 'sync.page');
    const { syncedAt: __, ...overHttp } = await syncs(bob, request);
    expect(overSocket).toEqual(overHttp);
  });

  it('finds what it joined, and loses what it left, was removed from, or was deleted', async () => {
    const { ada, bob, room, follower } = await given();
    const [left, deleted, other] = await pMap(upTo(3), () => createsGroup(ada, [bob]), { concurrency: 1 });
    if (!left || !deleted || !other) throw new Error('There are three.');
    const device = await bob.connects();
    const second = await startFollowing(bob, device);
    await device.closes();
    await bob.does('DELETE', `${pathOf(left)}/leave`);
    await ada.does('DELETE', `${pathOf(room)}/members/bob`);
    await ada.does('DELETE', pathOf(deleted));
    const joined = await createsGroup(ada, [bob], { title: 'New' });
    const direct = await createsDirect(ada, bob);
    await world.cloud.settled();

    const { syncedAt } = second.memory();
    const page = await syncs(bob, {
      conversations: [room, left, deleted, other].map((one) => from(one)),
      since: syncedAt,
    });

    const reasons = new Map(page.removed.map(({ conversationId, ...why }) => [conversationId, why]));
    expect(reasons).toEqual(
      new Map([
        [room.id, { rev: 1, reason: 'removed' }],
        [left.id, { rev: 1, reason: 'left' }],
        [deleted.id, { rev: 1, reason: 'deleted' }],
      ]),
    );
    expect(page.joined.map(({ id }) => id).sort()).toEqual([joined.id, direct.id].sort());
    expect(page.conversations.map(({ conversation }) => conversation.id)).toEqual([other.id]);
    await expectCaughtUp(await returns(second));
    await expectCaughtUp(await returns(follower));
  });

  it('that was out of a conversation and is back knows everything that was said meanwhile', async () => {
    const { ada, room, follower } = await given();
    await ada.does('DELETE', `${pathOf(room)}/members/bob`);
    await posts(ada, room, 'without him');
    await ada.does('PATCH', pathOf(room), { title: 'Hall' });
    await ada.does('POST', `${pathOf(room)}/members`, { memberIds: ['bob'] });
    await posts(ada, room, 'with him');
    await expectCaughtUp(await returns(follower));
  });

  it('is told the same whether it syncs or hears while others go on', async () => {
    const { ada, room, follower } = await given();
    const phone = await ada.connects();
    let now = follower;
    for (const round of upTo(3)) {
      const busy = Promise.all([
        pMap(upTo(6), (n) => says(phone, room, `${round}.${n}`), { concurrency: 2 }),
        ada.does('PATCH', pathOf(room), { title: `Hall ${round}` }),
        ada.does('POST', `${pathOf(room)}/members`, { memberIds: [`somebody-${round}`] }),
      ]);
      now = await returns(now);
      await busy;
      await now.device.closes();
    }
    await expectCaughtUp(await returns(now));
  });

  it('catches up while functions die and fail, and batches of the stream come twice and late', async () => {
    const { ada, room, follower } = await given();
    const { faults } = world.cloud;
    faults.add({ function: 'Stream/fanout', batch: { duplicate: 0.5, delay: { probability: 0.5, ms: 100 } } });
    for (const n of upTo(4)) await posts(ada, room, `${n}`);
    faults.add({ function: /sync/, times: 1, fault: { kind: 'crash-after' } });
    faults.add({ function: /sync/, after: 3, times: 2, fault: { kind: 'throttle' } });
    faults.add({ function: /sync/, after: 6, times: 1, fault: { kind: 'crash-before' } });
    const busy = posts(ada, room, 'five').then(() => ada.does('PATCH', pathOf(room), { title: 'Hall' }));
    const resumed = await returns(follower);
    await busy;
    await expectCaughtUp(resumed);
  });
});

describe('pages', () => {
  it('fit a frame, however much there is to tell', async () => {
    const { ada, bob, room, before, follower } = await given();
    const long = '🦜'.repeat(4_000);
    await pMap(upTo(9), () => posts(ada, room, long), { concurrency: 3 });
    await ada.does('PATCH', `/api/messages/${before.id}`, { content: long });
    const device = await bob.connects();
    const sizes: number[] = [];
    device.socket.on('message', (data) => sizes.push(Buffer.byteLength(String(data))));

    const page = await device.does('sync', { conversations: [from(room, 1)] }, 'sync.page');

    expect(page.conversations[0]?.messages.length).toBe(6);
    expect(page).toMatchObject({ hasMore: true, conversations: [{ position: { seq: 7, rev: 1 }, hasMore: true }] });
    expect(Math.max(...sizes)).toBeLessThan(128 * 1024);
    await expectCaughtUp(await returns(follower));
  });
});

describe('numbers that hold nothing', () => {
  it('end a page while they may still be filled, and are closed once they are old', async () => {
    const { ada, bob, room, follower } = await given();
    const stored = storedIn(world.cloud);
    await posts(ada, room, 'two');
    await stored.takeNumber(world.tenant, room, 'ada', 'never stored');
    await posts(ada, room, 'four');
    await stored.takeNumber(world.tenant, room, 'ada', 'never stored');

    const young = await syncs(bob, { conversations: [from(room, 1)] });
    expect(contentsIn(young)).toEqual([['two']]);
    expect(young).toMatchObject({ hasMore: true, conversations: [{ position: { seq: 2 }, hasMore: true }] });
    const behind = await returns(follower);

    const later = () => syncs(bob, { conversations: [from(room, 2)] });
    await expect.poll(async () => (await later()).hasMore, { timeout: 15_000, interval: 500 }).toBe(false);
    const old = await later();
    expect(old.conversations[0]?.messages.map(({ seq, status }) => [seq, status])).toEqual([
      [3, 'void'],
      [4, 'sent'],
      [5, 'void'],
    ]);
    await expectCaughtUp(behind);
    expect((await bob.does<OwnConversation>('GET', pathOf(room))).lastMessage).toMatchObject({ content: 'four' });
  });
});

describe('what is no longer kept', () => {
  /** As retention leaves it. */
  const forgets = async (room: OwnConversation, what: 'MSG' | 'CHG', number: number) => {
    const PK = `${world.tenant}#CONV#${room.id}`;
    await storedIn(world.cloud).expire({ PK, SK: `${what}#${String(number).padStart(12, '0')}` });
  };
  const refetch = { messages: [], changed: [], changes: [], hasMore: false, refetch: true };

  it('is fetched anew: messages', async () => {
    const { ada, bob, room } = await given();
    for (const n of upTo(3)) await posts(ada, room, `${n}`);
    await forgets(room, 'MSG', 2);

    const page = await syncs(bob, { conversations: [from(room, 1)] });
    expect(page).toMatchObject({ hasMore: false, conversations: [{ ...refetch, position: { seq: 4, rev: 0 } }] });
    expect(contentsIn(await syncs(bob, { conversations: [from(room, 2)] }))).toEqual([['2', '3']]);
  });

  it('is fetched anew: changes', async () => {
    const { ada, bob, room, follower } = await given();
    for (const title of ['one', 'two', 'three']) await ada.does('PATCH', pathOf(room), { title });
    await forgets(room, 'CHG', 1);

    const page = await syncs(bob, { conversations: [from(room, 1)] });
    expect(page).toMatchObject({ hasMore: false, conversations: [{ ...refetch, position: { seq: 1, rev: 3 } }] });
    const resumed = await returns(follower);
    expect(resumed.pages[0]?.conversations[0]?.refetch).toBe(true);
    await expectCaughtUp(resumed);
  });

  it('is also what a position of another life points at', async () => {
    const { bob, room } = await given();
    for (const [seq, rev] of [
      [2, 0],
      [1, 1],
      [999_999_999_999, 999_999_999_999],
    ]) {
      const page = await syncs(bob, { conversations: [from(room, seq, rev)] });
      expect(page).toMatchObject({ hasMore: false, conversations: [{ ...refetch, position: { seq: 1, rev: 0 } }] });
    }
  });
});

describe('whoever is no member', () => {
  it('is told nothing, and not whether it exists', async () => {
    const { ada, room } = await given();
    await ada.does('PATCH', pathOf(room), { title: 'Secret' });
    const nowhere = { id: 'g-AAAAAAAAAAAAAAAAAAAAAA' };
    const strangers = [
      await world.person('mallory'),
      await world.person('bob', { tenant: 'another' }),
      await world.person('mo', { roles: ['moderator'] }),
      await world.service(),
      await world.service('another'),
    ];
    for (const stranger of strangers) {
      const page = await syncs(stranger, { conversations: [from(room, 3, 2), from(nowhere, 3, 2)] });
      expect({ ...page, syncedAt: '' }).toEqual({
        conversations: [],
        joined: [],
        removed: [room, nowhere].map(({ id }) => ({ conversationId: id, rev: 2, reason: 'removed' })),
        hidden: [],
        threadsRead: [],
        syncedAt: '',
        nextCursor: null,
        hasMore: false,
      });
    }
  });

  it('any more learns neither how it went on, nor that it was deleted', async () => {
    const { ada, bob, room } = await given();
    await ada.does('DELETE', `${pathOf(room)}/members/bob`);
    await ada.does('PATCH', pathOf(room), { title: 'Secret' });
    await ada.does('DELETE', pathOf(room));
    const { conversations, removed } = await syncs(bob, { conversations: [from(room, 1)] });
    expect({ conversations, removed }).toEqual({
      conversations: [],
      removed: [{ conversationId: room.id, rev: 1, reason: 'removed' }],
    });
  });

  it('because the host has deleted them is refused', async () => {
    const { bob, room } = await given();
    await (await world.service()).does('DELETE', '/api/users/bob');
    for (const conversations of [[], [from(room)]])
      await bob.isRefused('forbidden', 'POST', '/api/sync', { conversations });
  });
});

describe('a request', () => {
  const id = 'g-AAAAAAAAAAAAAAAAAAAAAA';
  it.each([
    ['conversations that are no list', { conversations: {} }, 'conversations'],
    ['no conversations', { conversations: undefined }, 'conversations'],
    [
      '101 conversations',
      { conversations: upTo(101).map((n) => ({ conversationId: `g-${String(n).padStart(22, '0')}`, seq: 0, rev: 0 })) },
      'conversations',
    ],
    ['a conversation twice', { conversations: [from({ id }), from({ id }, 1)] }, 'conversations'],
    ['an id that is none', { conversations: [from({ id: 'lobby' })] }, 'conversations.0.conversationId'],
    ['a negative number', { conversations: [from({ id }, -1)] }, 'conversations.0.seq'],
    ['half a number', { conversations: [from({ id }, 0, 0.5)] }, 'conversations.0.rev'],
    ['a number in words', { conversations: [{ conversationId: id, seq: '1', rev: 0 }] }, 'conversations.0.seq'],
    ['a number beyond all', { conversations: [from({ id }, 1_000_000_000_000)] }, 'conversations.0.seq'],
    ['no rev', { conversations: [{ conversationId: id, seq: 1 }] }, 'conversations.0.rev'],
    ['an unknown field', { conversations: [], tenant: 'another' }, 'tenant'],
    ['an unknown field of a position', { conversations: [{ ...from({ id }), user: 'x' }] }, 'conversations.0.user'],
    ['a moment that is none', { conversations: [], since: 'yesterday' }, 'since'],
    ['a moment without a zone', { conversations: [], since: '2026-11-21T12:00:00' }, 'since'],
    ['both since and cursor', { conversations: [], since: '2026-11-21T12:00:00Z', cursor: 'x' }, ''],
    ['an empty cursor', { conversations: [], cursor: '' }, 'cursor'],
  ])('with %s is refused by name, over both doors', async (_, wrong, path) => {
    const ada = await world.person('ada');
    const body: unknown = Object.assign({ conversations: [] }, wrong);
    const problem = await ada.isRefused('invalid_request', 'POST', '/api/sync', body);
    expect(problem.errors?.map((one) => one.path)).toEqual([path]);
    const error = await (await ada.connects()).isRefused('sync', body);
    expect(error).toMatchObject({ code: 'invalid_request' });
    expect(error.errors?.map((one) => one.path)).toEqual([path === '' ? 'data' : `data.${path}`]);
  });

  it('may name a hundred conversations', async () => {
    const ada = await world.person('ada');
    const conversations = upTo(100).map((n) => from({ id: `g-${String(n).padStart(22, '0')}` }));
    expect(syncPage.parse(await syncs(ada, { conversations })).removed).toHaveLength(100);
  });

  it.each(['1970-01-01T00:00:00Z', '0000-01-01T00:00:00Z', '9999-12-31T23:59:59.999Z'])(
    'may have been away since %s',
    async (since) => {
      const { bob, room } = await given();
      const { joined } = await syncs(bob, { since });
      expect(joined.map(({ id }) => id)).toEqual([room.id]);
      expect(await historyOf(bob, room)).toHaveLength(1);
    },
  );
});
