import pMap from 'p-map';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ShownMessage } from '../../shared/protocol/message.ts';
import type { Reaction, ReactionChange } from '../../shared/protocol/reaction.ts';
import type { SyncPage } from '../../shared/protocol/sync.ts';
import type { Device } from '../support/device.ts';
import { expectStateEqualsFreshFetch, resumeFollowing, startFollowing } from '../support/follower.ts';
import type { Person } from '../support/person.ts';
import { createsGroup, posts } from '../support/room.ts';
import { storedIn } from '../support/stored.ts';
import { tableContent } from '../support/table-content.ts';
import { pageOf } from '../support/walk.ts';
import { aWorld } from '../support/world.ts';

const world = aWorld({ alone: true });

/** As a stage's settings would say it, before any function has read them. */
const parrots = { tenant: 'with-parrots' };
beforeAll(() => {
  for (const { environment } of world.cloud.functions) {
    if (environment.TENANT_SETTINGS === undefined) continue;
    environment.TENANT_SETTINGS = JSON.stringify({
      ...JSON.parse(environment.TENANT_SETTINGS),
      tenants: { [parrots.tenant]: { reactions: [':party_parrot:', ':+1:'] } },
    });
  }
});

const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

/** Each instance of a function has to start first. All at once: test/integration/data/reactions.test.ts. */
const atOnce = { concurrency: 6 };

/** Ada and Bob in a group, a device each that is followed, and a message of Ada's. */
const given = async (...more: Person[]) => {
  const [ada, bob] = [await world.person('ada'), await world.person('bob')];
  const room = await createsGroup(ada, [bob, ...more]);
  const message = await posts(ada, room, 'Shall we?');
  const followers = await Promise.all([ada, bob].map(async (one) => startFollowing(one, await one.connects())));
  const [phone, bobs] = followers.map(({ device }) => device) as [Device, Device];
  return {
    ada,
    bob,
    room,
    message,
    phone,
    bobs,
    path: `/api/messages/${message.id}/reactions`,
    shownTo: (person: Person) => person.does<ShownMessage>('GET', `/api/messages/${message.id}`),
    /** State plus events equals a fresh fetch, for both of them. */
    agree: async () => {
      await world.cloud.settled();
      for (const follower of followers) await expectStateEqualsFreshFetch(follower);
    },
  };
};

const reacts = (device: Device, messageId: string, emoji: string) =>
  device.does('reaction.add', { messageId, emoji }, 'reaction.added');
const takesBack = (device: Device, messageId: string, emoji: string) =>
  device.does('reaction.remove', { messageId, emoji }, 'reaction.removed');

const encoded = (path: string, emoji: string) => `${path}/${encodeURIComponent(emoji)}`;

/** What tells changes apart, however often they come. */
const versionsHeard = (device: Device) =>
  new Set([...device.heard('reaction.added'), ...device.heard('reaction.removed')].map(({ version }) => version));

/** The change log of a room, as it is stored. */
const filedIn = async (roomId: string) =>
  Object.entries(await tableContent(world.cloud))
    .filter(([key]) => key.includes(roomId) && key.includes(' CHG#'))
    .map(([, item]) => item as Record<string, unknown>)
    .sort((a, b) => Number(a.rev) - Number(b.rev));

describe('a reaction', () => {
  it('is told to all devices of all members, with everybody’s reactions to the message', async () => {
    const { ada, bob, room, message, phone, bobs, shownTo, agree } = await given();
    const laptop = await ada.connects();

    const answer = await reacts(bobs, message.id, '👍');

    expect(answer).toEqual({
      conversationId: room.id,
      messageId: message.id,
      rev: 1,
      emoji: '👍',
      userId: 'bob',
      version: 1,
      reactions: [{ emoji: '👍', count: 1, userIds: ['bob'] }],
    });
    for (const device of [phone, laptop, bobs]) expect(await device.hearsEvent('reaction.added')).toEqual(answer);
    await reacts(phone, message.id, '👍');
    await reacts(laptop, message.id, '🎉');
    expect(await shownTo(ada)).toEqual({
      ...message,
      reactions: [
        { emoji: '👍', count: 2, userIds: ['ada', 'bob'] },
        { emoji: '🎉', count: 1, userIds: ['ada'] },
      ],
      reactionsVersion: 3,
      myReactions: ['🎉', '👍'],
      thread: null,
    });
    expect((await shownTo(bob)).myReactions).toEqual(['👍']);
    await agree();
  });

  it('is taken back by whoever gave it, and by nobody else', async () => {
    const { message, phone, bobs, bob, path, shownTo, agree } = await given();
    await reacts(phone, message.id, '👍');

    expect(await takesBack(bobs, message.id, '👍')).toMatchObject({ version: 1, reactions: [{ userIds: ['ada'] }] });
    expect(await takesBack(phone, message.id, '👍')).toMatchObject({ rev: 2, version: 2, reactions: [] });

    expect(await bobs.hearsEvent('reaction.removed', ({ version }) => version === 2)).toMatchObject({ userId: 'ada' });
    expect(await shownTo(bob)).toMatchObject({ reactions: [], reactionsVersion: 2, myReactions: [] });
    expect((await pageOf<Reaction>(bob, path)).items).toEqual([]);
    await agree();
  });

  it('over HTTP is what it is over a socket, under both of the message’s addresses', async () => {
    const { ada, bob, room, message, phone, path, agree } = await given();
    const nested = `/api/conversations/${room.id}/messages/${message.id}/reactions`;

    const first = await bob.does<ReactionChange>('POST', path, { emoji: '👨‍👩‍👧‍👦' });
    expect(await phone.hearsEvent('reaction.added')).toEqual(first);
    await ada.does('POST', nested, { emoji: '#️⃣' });
    expect((await pageOf<Reaction>(bob, nested)).items).toEqual([
      { emoji: '#️⃣', userId: 'ada' },
      { emoji: '👨‍👩‍👧‍👦', userId: 'bob' },
    ]);
    expect(await bob.does('DELETE', encoded(path, '👨‍👩‍👧‍👦'))).toMatchObject({ version: 3 });
    expect(await ada.does('DELETE', encoded(nested, '#️⃣'))).toMatchObject({ version: 4, reactions: [] });
    await agree();
  });

  it('is the same one however it is spelled', async () => {
    const { ada, bob, message, phone, bobs, path, shownTo, agree } = await given();

    await reacts(phone, message.id, '❤️');
    expect(await reacts(phone, message.id, '❤')).toMatchObject({ version: 1, emoji: '❤️' });
    expect(await reacts(bobs, message.id, '❤')).toMatchObject({ reactions: [{ emoji: '❤️', count: 2 }] });
    expect((await pageOf<Reaction>(bob, path, { emoji: '❤' })).items).toHaveLength(2);
    await ada.does('DELETE', encoded(path, '❤'));
    expect((await shownTo(bob)).reactions).toEqual([{ emoji: '❤️', count: 1, userIds: ['bob'] }]);
    await agree();
  });

  it('may be a short code of the tenant', async () => {
    const [ada, bob] = [await world.person('ada', parrots), await world.person('bob', parrots)];
    const room = await createsGroup(ada, [bob]);
    const { id } = await posts(ada, room, 'Shall we?');
    const phone = await startFollowing(ada, await ada.connects());
    const path = `/api/messages/${id}/reactions`;

    await bob.does('POST', path, { emoji: ':Party_Parrot:' });
    await ada.does('POST', path, { emoji: ':+1:' });
    await bob.does('DELETE', encoded(path, ':party_parrot:'));
    await bob.isRefused('invalid_request', 'POST', path, { emoji: ':parrot:' });

    expect(await bob.does('GET', `/api/messages/${id}`)).toMatchObject({ reactions: [{ emoji: ':+1:', count: 1 }] });
    await world.cloud.settled();
    await expectStateEqualsFreshFetch(phone);
  });

  it('that is repeated is answered alike, writes nothing and tells nobody', async () => {
    const { ada, room, message, phone, bobs, path, agree } = await given();
    const first = await reacts(phone, message.id, '👍');
    const content = await tableContent(world.cloud);

    expect(await reacts(phone, message.id, '👍')).toEqual(first);
    expect(await ada.does('POST', path, { emoji: '👍' })).toEqual(first);

    expect(await tableContent(world.cloud)).toEqual(content);
    await bobs.catchesUp();
    expect(bobs.heard('reaction.added')).toHaveLength(1);
    expect(await filedIn(room.id)).toMatchObject([{ rev: 1, kind: 'reaction.added', emoji: '👍', userId: 'ada' }]);
    await agree();
  });

  it('of twenty people, each from two devices at once, is counted twenty times', async () => {
    const people = await Promise.all(upTo(20).map((n) => world.person(`user-${n}`)));
    const { room, ada, path, shownTo, agree } = await given(...people);

    const devices = people.flatMap((one) => [one, one]);
    const answers = await pMap(devices, (one) => one.does<ReactionChange>('POST', path, { emoji: '👍' }), atOnce);

    expect(new Set(answers.map(({ rev }) => rev)).size).toBeLessThanOrEqual(20);
    const [summary, ...others] = (await shownTo(ada)).reactions;
    expect(others).toEqual([]);
    expect(summary?.count).toBe(20);
    expect(summary?.userIds).toEqual(
      people
        .map(({ id }) => id)
        .sort()
        .slice(0, 10),
    );
    expect(await ada.does('GET', `/api/conversations/${room.id}`)).toMatchObject({ rev: 20 });
    const first = await pageOf<Reaction>(ada, path, { limit: 15 });
    const rest = await pageOf<Reaction>(ada, path, { limit: 15, cursor: String(first.nextCursor) });
    expect([...first.items, ...rest.items].map(({ userId }) => userId)).toEqual(people.map(({ id }) => id).sort());
    expect((await shownTo(people[4] as Person)).myReactions).toEqual(['👍']);
    await agree();
  });

  it('stays when the message is edited, and is seen no more when it is deleted', async () => {
    const { ada, bob, message, phone, bobs, path, shownTo, agree } = await given();
    await reacts(bobs, message.id, '👍');
    await phone.does('message.edit', { messageId: message.id, content: 'Shall we now?' }, 'message.updated');
    expect(await shownTo(bob)).toMatchObject({ content: 'Shall we now?', myReactions: ['👍'] });
    await agree();

    await ada.does('DELETE', `/api/messages/${message.id}`);

    expect(await shownTo(bob)).toMatchObject({ reactions: [], myReactions: [], reactionsVersion: 1 });
    expect((await pageOf<Reaction>(bob, path)).items).toEqual([]);
    expect(await bobs.isRefused('reaction.add', { messageId: message.id, emoji: '🎉' })).toMatchObject({
      code: 'message_deleted',
    });
    await bob.isRefused('message_deleted', 'DELETE', encoded(path, '👍'));
    await agree();
  });

  it('is no business of those who have left, and stays when they go', async () => {
    const { bob, room, message, bobs, phone, path, ada, shownTo } = await given();
    await reacts(bobs, message.id, '👍');
    await bob.does('DELETE', `/api/conversations/${room.id}/leave`);
    await bobs.hearsEvent('conversation.removed');

    await reacts(phone, message.id, '🎉');
    await world.cloud.settled();
    await bobs.catchesUp();

    expect(new Set(bobs.heard('reaction.added').map(({ emoji }) => emoji))).toEqual(new Set(['👍']));
    expect((await shownTo(ada)).reactions.map(({ userIds }) => userIds)).toEqual([['ada'], ['bob']]);
    await bob.isRefused('not_found', 'POST', path, { emoji: '👍' });
    await bob.isRefused('not_found', 'GET', path);
  });
});

describe('is refused', () => {
  it.each(['', 'a', '1', '👍👍', ' 👍', '❤\u{FE0E}', '🇦', ':', '::', ':no spaces:', 'thumbsup', '👍'.repeat(100)])(
    'what is neither an emoji nor a short code: %j',
    async (emoji) => {
      const { ada, message, phone, path } = await given();
      const before = await tableContent(world.cloud);
      expect(await phone.isRefused('reaction.add', { messageId: message.id, emoji })).toMatchObject({
        code: 'invalid_request',
        errors: [{ path: 'data.emoji' }],
      });
      const problem = await ada.isRefused('invalid_request', 'POST', path, { emoji });
      expect(problem.errors).toEqual([
        {
          path: 'emoji',
          message: emoji.length > 64 ? 'must hold at most 64 characters' : 'is neither an emoji nor a short code',
        },
      ]);
      if (emoji !== '') await ada.isRefused('invalid_request', 'DELETE', encoded(path, emoji));
      await ada.isRefused('invalid_request', 'GET', `${path}?emoji=${encodeURIComponent(emoji)}`);
      expect(await tableContent(world.cloud)).toEqual(before);
    },
  );

  it('what is no text, what is missing, and what is not known', async () => {
    const { ada, message, phone, path } = await given();
    for (const body of [{}, { emoji: 5 }, { emoji: null }, { emoji: ['👍'] }, { emoji: '👍', count: 3 }, []])
      await ada.isRefused('invalid_request', 'POST', path, body);
    expect(await phone.isRefused('reaction.add', { emoji: '👍' })).toMatchObject({
      errors: [{ path: 'data.messageId', message: 'is missing' }],
    });
    expect(await phone.isRefused('reaction.remove', { messageId: message.id })).toMatchObject({
      errors: [{ path: 'data.emoji', message: 'is missing' }],
    });
    await ada.isRefused('malformed_json', 'POST', path, '{"emoji":');
  });

  it('a short code that the tenant has not defined', async () => {
    const { ada, path } = await given();
    const problem = await ada.isRefused('invalid_request', 'POST', path, { emoji: ':party_parrot:' });
    expect(problem.errors).toEqual([{ path: 'emoji', message: 'is not a short code that this tenant has defined' }]);
  });

  it('a void, what was never said, and a message of another conversation', async () => {
    const { ada, room, message, path } = await given();
    const other = await createsGroup(ada, []);
    await storedIn(world.cloud).takeNumber(world.tenant, room, 'ada', 'never stored');
    await storedIn(world.cloud).age(world.tenant, room);
    await ada.does('GET', `/api/conversations/${room.id}/messages`);
    for (const seq of [2, 3])
      await ada.isRefused('not_found', 'POST', `/api/messages/${room.id}.${seq}/reactions`, { emoji: '👍' });
    const astray = `/api/conversations/${other.id}/messages/${message.id}/reactions`;
    await ada.isRefused('not_found', 'POST', astray, { emoji: '👍' });
    await ada.isRefused('not_found', 'GET', astray);
    await ada.isRefused('not_found', 'DELETE', encoded(astray, '👍'));
    await ada.isRefused('invalid_request', 'GET', `${path}?cursor=nonsense`);
  });

  it('the 51st different one', async () => {
    const { message, phone, bobs, agree } = await given();
    for (const n of upTo(50)) await reacts(phone, message.id, String.fromCodePoint(0x1f600 + n));
    expect(await bobs.isRefused('reaction.add', { messageId: message.id, emoji: '🎉' })).toMatchObject({
      code: 'too_many_reactions',
    });
    await reacts(bobs, message.id, String.fromCodePoint(0x1f601));
    await agree();
  });
});

describe('whoever was away', () => {
  /** Bob, who has reacted to the first message, loses his connection. */
  const away = async () => {
    const all = await given();
    await all.bob.does('POST', all.path, { emoji: '👍' });
    await world.cloud.settled();
    const follower = await startFollowing(all.bob, await all.bob.connects());
    await follower.device.closes();
    return { ...all, follower, returns: async () => resumeFollowing(follower, await all.bob.connects()) };
  };

  it('learns by a sync what became of the reactions to old messages, and sees those to new ones', async () => {
    const { ada, bob, room, message, path, returns } = await away();
    await ada.does('POST', path, { emoji: '🎉' });
    // From another device of his.
    await bob.does('DELETE', encoded(path, '👍'));
    await bob.does('POST', path, { emoji: '🚀' });
    const next = await posts(ada, room, 'Well?');
    await posts(ada, room, 'Nobody reacts to this.');
    for (const person of [ada, bob]) await person.does('POST', `/api/messages/${next.id}/reactions`, { emoji: '❤' });
    await world.cloud.settled();

    const page = await bob.does<SyncPage>('POST', '/api/sync', {
      conversations: [{ conversationId: room.id, seq: 1, rev: 1 }],
    });

    expect(page.conversations).toMatchObject([
      {
        changed: [
          { id: message.id, reactionsVersion: 4, myReactions: ['🚀'], reactions: [{ count: 1 }, { count: 1 }] },
        ],
        messages: [
          { seq: 2, myReactions: ['❤️'], reactions: [{ emoji: '❤️', count: 2, userIds: ['ada', 'bob'] }] },
          { seq: 3, myReactions: [], reactions: [], reactionsVersion: 0 },
        ],
        changes: [],
        position: { seq: 3, rev: 6 },
        hasMore: false,
        refetch: false,
      },
    ]);
    await expectStateEqualsFreshFetch(await returns());
  });

  it('while the change log is behind has it once it is filed', async () => {
    const { ada, path, returns } = await away();
    world.cloud.faults.add({ function: 'Stream/fanout', batch: { delay: { probability: 1, ms: 500 } } });
    for (const emoji of ['🎉', '🚀']) await ada.does('POST', path, { emoji });
    const back = await returns();
    await world.cloud.settled();
    await expectStateEqualsFreshFetch(back);
  });

  it('hears nothing of reactions to what is deleted', async () => {
    const { ada, bob, message, path, returns } = await away();
    await ada.does('POST', path, { emoji: '🎉' });
    await ada.does('DELETE', `/api/messages/${message.id}`);
    const back = await returns();
    await world.cloud.settled();
    await expectStateEqualsFreshFetch(back);
    expect(await bob.does('GET', `/api/messages/${message.id}`)).toMatchObject({ reactions: [], reactionsVersion: 2 });
  });
});

describe('whatever the stream does', () => {
  it('duplicated and delayed batches tell nothing new, and file each change once', async () => {
    const { room, message, phone, bobs, agree } = await given();
    world.cloud.faults.add({
      function: 'Stream/fanout',
      batch: { duplicate: 1, delay: { probability: 0.5, ms: 100 } },
    });

    for (const emoji of ['👍', '🎉', '🚀']) await reacts(phone, message.id, emoji);
    await takesBack(phone, message.id, '🎉');
    await reacts(bobs, message.id, '👍');
    await world.cloud.settled();
    await bobs.catchesUp();

    expect(versionsHeard(bobs)).toEqual(new Set([1, 2, 3, 4, 5]));
    expect(bobs.heard('reaction.added').length).toBeGreaterThan(4);
    expect((await filedIn(room.id)).map(({ rev, kind, emoji, userId }) => [rev, kind, emoji, userId])).toEqual([
      [1, 'reaction.added', '👍', 'ada'],
      [2, 'reaction.added', '🎉', 'ada'],
      [3, 'reaction.added', '🚀', 'ada'],
      [4, 'reaction.removed', '🎉', 'ada'],
      [5, 'reaction.added', '👍', 'bob'],
    ]);
    await agree();
  });

  it.each([
    ['dies before', 'crash-before'],
    ['dies after', 'crash-after'],
    ['is refused', 'error'],
  ] as const)('a fan-out that %s any of its calls tells and files it all the same', async (_, kind) => {
    const { room, message, phone, bobs, agree } = await given();
    for (const [i, emoji] of ['👍', '🎉', '🚀', '🌍', '🦜'].entries()) {
      const takeBack = world.cloud.faults.add({ function: 'Stream/fanout', after: i, times: 1, fault: { kind } });
      await reacts(phone, message.id, emoji);
      await bobs.hearsEvent('reaction.added', (one) => one.emoji === emoji);
      await world.cloud.settled();
      takeBack();
    }
    expect((await filedIn(room.id)).map(({ rev }) => rev)).toEqual([1, 2, 3, 4, 5]);
    await agree();
  });

  it.each([
    ['before', 'crash-before'],
    ['after', 'crash-after'],
  ] as const)(
    'a reaction whose function dies %s one of its calls is there once when it is repeated',
    async (_, kind) => {
      const { room, ada, bobs, path, shownTo, agree } = await given();
      for (const [i, emoji] of ['👍', '🎉'].entries()) {
        const takeBack = world.cloud.faults.add({
          function: 'Http/reactions-add',
          after: i,
          times: 1,
          fault: { kind },
        });
        expect((await ada.asks('POST', path, { emoji })).status).toBeGreaterThanOrEqual(500);
        takeBack();
        await ada.does('POST', path, { emoji });
        await bobs.hearsEvent('reaction.added', (one) => one.emoji === emoji);
      }
      expect(await shownTo(ada)).toMatchObject({ reactionsVersion: 2, myReactions: ['🎉', '👍'] });
      await world.cloud.settled();
      expect(await filedIn(room.id)).toMatchObject([{ rev: 1 }, { rev: 2 }]);
      await agree();
    },
  );

  it('what is heard late, and out of order, leaves everybody with the newest', async () => {
    const { message, phone, bobs, agree } = await given();
    // Some posts go through the redelivery queue, and come after what followed them.
    world.cloud.faults.add({
      function: 'Stream/fanout',
      action: 'execute-api:ManageConnections',
      fault: { kind: 'error' },
      times: 4,
    });
    for (const emoji of ['👍', '🎉', '🚀']) {
      await reacts(phone, message.id, emoji);
      await takesBack(phone, message.id, emoji);
      await reacts(bobs, message.id, emoji);
    }
    for (const device of [phone, bobs]) await device.until(() => versionsHeard(device).size === 9, 'all versions');
    await agree();
  });
});
