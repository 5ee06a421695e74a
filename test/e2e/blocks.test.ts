import pMap from 'p-map';
import { describe, expect, it } from 'vitest';
import { summarise } from '../../infra/local/aws/meter.ts';
import { conversationKey, presenceKey } from '../../shared/data/keys.ts';
import type { OwnConversation } from '../../shared/protocol/conversation.ts';
import { expectStateEqualsFreshFetch, startFollowing } from '../support/follower.ts';
import type { Person } from '../support/person.ts';
import { contentsOf, createsDirect, createsGroup, historyOf, inboxOf, posts, says } from '../support/room.ts';
import { storedIn } from '../support/stored.ts';
import { tableContent } from '../support/table-content.ts';
import { pageOf, walkOf } from '../support/walk.ts';
import { aWorld } from '../support/world.ts';

const world = aWorld({ alone: true });

const people = () => Promise.all([world.person('ada'), world.person('bob'), world.person('cem')]);
const pathOf = (user: string) => `/api/me/blocks/${encodeURIComponent(user)}`;
const blocks = (one: Person, other: Person) => one.does('PUT', pathOf(other.id));
const unblocks = (one: Person, other: Person) => one.does('DELETE', pathOf(other.id));
const blockedBy = async (person: Person) =>
  (await pageOf<{ userId: string }>(person, '/api/me/blocks', { limit: 100 })).items.map(({ userId }) => userId);

const draft = { clientMessageId: 'c1', content: 'Hello!' };
const messagesOf = ({ id }: Pick<OwnConversation, 'id'>) => `/api/conversations/${id}/messages`;
const direct = (other: Person) => ({ type: 'direct', memberIds: [other.id] });

/** The same whoever blocked whom. */
const refusal = { code: 'forbidden', detail: 'No messages pass between these two.' };

describe('a block', () => {
  it('lets neither of the two send to the other, and says not who blocked whom', async () => {
    const [ada, bob] = await people();
    const chat = await createsDirect(ada, bob);
    await posts(ada, chat, 'before');

    await blocks(ada, bob);

    for (const person of [ada, bob]) {
      expect(await person.isRefused('forbidden', 'POST', messagesOf(chat), draft)).toMatchObject(refusal);
      const device = await person.connects();
      expect(await device.isRefused('message.send', { conversationId: chat.id, ...draft })).toEqual({
        code: refusal.code,
        message: refusal.detail,
      });
      expect(await contentsOf(person, chat)).toEqual(['before']);
      expect(await inboxOf(person)).toMatchObject([{ id: chat.id, seq: 1, lastMessage: { content: 'before' } }]);
    }
  });

  it('lets neither of the two begin a direct conversation, but answers with the one that they have', async () => {
    const [ada, bob, cem] = await people();
    const chat = await createsDirect(ada, bob);
    await blocks(ada, bob);
    await blocks(ada, cem);

    expect(await ada.isRefused('forbidden', 'POST', '/api/conversations', direct(cem))).toMatchObject(refusal);
    expect(await cem.isRefused('forbidden', 'POST', '/api/conversations', direct(ada))).toMatchObject(refusal);
    expect(await createsDirect(bob, ada)).toMatchObject({ id: chat.id });
    expect(await inboxOf(cem)).toEqual([]);
    await createsDirect(bob, cem);
  });

  it('lets neither of the two change what was said, but take it back', async () => {
    const [ada, bob] = await people();
    const chat = await createsDirect(ada, bob);
    const [mine, theirs] = [await posts(ada, chat, 'mine'), await posts(bob, chat, 'theirs')];
    await blocks(ada, bob);
    expect(
      await bob.isRefused('forbidden', 'PATCH', `/api/messages/${theirs.id}`, { content: 'listen!' }),
    ).toMatchObject(refusal);
    await ada.isRefused('forbidden', 'PATCH', `/api/messages/${mine.id}`, { content: 'go away' });
    expect(await bob.does('DELETE', `/api/messages/${theirs.id}`)).toMatchObject({ status: 'deleted' });
    expect(await contentsOf(ada, chat)).toEqual(['mine', null]);
  });

  it('holds for the host’s backend too, which begins conversations for others', async () => {
    const [ada, bob] = await people();
    await blocks(ada, bob);
    const host = await world.service();
    const request = { type: 'direct', memberIds: [ada.id, bob.id] };
    await host.isRefused('forbidden', 'POST', '/api/conversations', request);
  });

  it('does nothing to groups', async () => {
    const [ada, bob] = await people();
    await blocks(ada, bob);
    const group = await createsGroup(bob, [ada]);
    await posts(ada, group, 'from ada');
    await posts(bob, group, 'from bob');
    expect(await contentsOf(ada, group)).toEqual(['from ada', 'from bob']);
  });

  it('ends when whoever made it takes it back, unless the other has made one too', async () => {
    const [ada, bob] = await people();
    const chat = await createsDirect(ada, bob);
    await blocks(ada, bob);
    await blocks(bob, ada);

    await unblocks(ada, bob);
    await ada.isRefused('forbidden', 'POST', messagesOf(chat), draft);
    await unblocks(bob, ada);

    await posts(ada, chat, 'again');
    expect(await storedIn(world.cloud).get(conversationKey(world.tenant, chat.id))).not.toHaveProperty('blockedBy');
  });

  it('is safe to repeat, and so is its end, of what never was as well', async () => {
    const [ada, bob, cem] = await people();
    for (const _ of [1, 2]) await blocks(ada, bob);
    expect(await blockedBy(ada)).toEqual(['bob']);
    const before = await tableContent(world.cloud);
    await blocks(ada, bob);
    await unblocks(ada, cem);
    expect(await tableContent(world.cloud)).toEqual(before);
    for (const _ of [1, 2]) await unblocks(ada, bob);
    expect(await blockedBy(ada)).toEqual([]);
  });

  it('meets a repeated send with the message that was stored before', async () => {
    const [ada, bob] = await people();
    const chat = await createsDirect(ada, bob);
    const first = await posts(ada, chat, 'Hello!', { clientMessageId: 'c1' });
    await blocks(bob, ada);
    expect(await posts(ada, chat, 'Hello!', { clientMessageId: 'c1' })).toEqual(first);
  });

  it('costs a send nothing', async () => {
    const [ada, bob] = await people();
    const chat = await createsDirect(ada, bob);
    const phone = await ada.connects();
    await says(phone, chat, 'warm');
    await blocks(bob, ada);
    world.cloud.meter.reset();
    await phone.isRefused('message.send', { conversationId: chat.id, ...draft });
    const { roundTrips, calls } = world.cloud.meter.lastOf('WebSocket/message-send') ?? summarise([]);
    const own = calls.filter(({ action }) => action !== 'dynamodb:Query');
    expect(own.filter(({ action }) => action === 'dynamodb:UpdateItem')).toHaveLength(2);
    expect(roundTrips).toBeLessThanOrEqual(3);
  });

  it('changes nothing that either of them follows', async () => {
    const [ada, bob] = await people();
    const chat = await createsDirect(ada, bob);
    const followers = [
      await startFollowing(ada, await ada.connects()),
      await startFollowing(bob, await bob.connects()),
    ];
    await posts(ada, chat, 'one');
    await blocks(bob, ada);
    await ada.isRefused('forbidden', 'POST', messagesOf(chat), draft);
    await unblocks(bob, ada);
    await posts(bob, chat, 'two');
    await world.cloud.settled();
    for (const follower of followers) await expectStateEqualsFreshFetch(follower);
  });
});

describe('at the same moment', () => {
  it('a block and the beginning of a conversation do not slip past each other', async () => {
    const pairs = await pMap(
      Array.from({ length: 12 }, (_, i) => i),
      async (i) => {
        const [one, other] = await Promise.all([world.person(`one-${i}`), world.person(`other-${i}`)]);
        const [, begun] = await Promise.all([
          blocks(one, other),
          other.asks<OwnConversation>('POST', '/api/conversations', direct(one)),
        ]);
        return { one, other, begun };
      },
      { concurrency: 6 },
    );

    for (const { one, other, begun } of pairs) {
      if (begun.status === 201) await other.isRefused('forbidden', 'POST', messagesOf(begun.body), draft);
      else expect(begun.body).toMatchObject(refusal);
      await one.isRefused(
        'forbidden',
        'POST',
        begun.status === 201 ? messagesOf(begun.body) : '/api/conversations',
        begun.status === 201 ? draft : direct(other),
      );
    }
  });

  it('sends and blocks leave no message behind the block', async () => {
    const [ada, bob] = await people();
    const chat = await createsDirect(ada, bob);
    const host = Array.from({ length: 12 }, (_, i) => i);
    const [answers] = await Promise.all([
      Promise.all(host.map((i) => ada.asks('POST', messagesOf(chat), { clientMessageId: `c${i}`, content: 'x' }))),
      blocks(bob, ada),
    ]);
    const sent = answers.filter(({ status }) => status === 201).length;
    expect(answers.filter(({ status }) => status !== 201).every(({ status }) => status === 403)).toBe(true);
    expect(await historyOf(bob, chat)).toHaveLength(sent);
    await ada.isRefused('forbidden', 'POST', messagesOf(chat), { ...draft, clientMessageId: 'after' });
  });

  it('two devices block and unblock others without losing any', async () => {
    const [ada] = await people();
    const others = Array.from({ length: 12 }, (_, i) => `other-${i}`);
    await Promise.all(others.map((user) => ada.does('PUT', pathOf(user))));
    await Promise.all(others.slice(0, 6).map((user) => ada.does('DELETE', pathOf(user))));
    expect((await blockedBy(ada)).sort()).toEqual(others.slice(6).sort());
  });
});

describe('the list of those whom one has blocked', () => {
  it('is one’s own, by user id, page by page', async () => {
    const [ada, bob] = await people();
    for (const user of ['d', 'a', 'c', 'e', 'b']) await ada.does('PUT', pathOf(user));
    const pages = await walkOf<{ userId: string }>(ada, '/api/me/blocks', 2);
    expect(pages.map((page) => page.map(({ userId }) => userId))).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
    expect(await blockedBy(bob)).toEqual([]);
    const { nextCursor } = await pageOf(ada, '/api/me/blocks', { limit: 2 });
    await bob.isRefused('invalid_request', 'GET', `/api/me/blocks?cursor=${encodeURIComponent(String(nextCursor))}`);
  });

  it('holds ids of any kind', async () => {
    const [ada] = await people();
    for (const user of ['https://id.example.com/users/1', '100%', 'a#b', '阿达']) await ada.does('PUT', pathOf(user));
    expect((await blockedBy(ada)).sort()).toEqual(['100%', 'a#b', 'https://id.example.com/users/1', '阿达'].sort());
    await ada.does('DELETE', pathOf('https://id.example.com/users/1'));
    expect(await blockedBy(ada)).not.toContain('https://id.example.com/users/1');
  });

  it('has room for 500', async () => {
    const [ada, bob] = await people();
    const blocked = new Set(Array.from({ length: 499 }, (_, i) => `user-${i}`));
    await storedIn(world.cloud).put({ ...presenceKey(world.tenant, 'ada'), blocked });
    await blocks(ada, bob);
    await blocks(ada, bob);
    const problem = await ada.isRefused('too_many_blocks', 'PUT', pathOf('cem'));
    expect(problem).toMatchObject({ status: 409, detail: 'At most 500.' });
    await unblocks(ada, bob);
    await ada.does('PUT', pathOf('cem'));
  });
});

describe('refused with a typed error, nothing written:', () => {
  it('to block oneself', async () => {
    const [ada] = await people();
    const before = await tableContent(world.cloud);
    const problem = await ada.isRefused('invalid_request', 'PUT', pathOf('ada'));
    expect(problem.errors).toEqual([{ path: 'userId', message: 'must be somebody else' }]);
    expect(await tableContent(world.cloud)).toEqual(before);
  });

  it.each(['x'.repeat(129), 'a\nb', '\u0000'])('to block %j, which is nobody', async (user) => {
    const [ada] = await people();
    await ada.isRefused('invalid_request', 'PUT', pathOf(user));
    await ada.isRefused('invalid_request', 'DELETE', pathOf(user));
  });

  it('unknown queries', async () => {
    const [ada] = await people();
    await ada.isRefused('invalid_request', 'GET', '/api/me/blocks?limit=0');
    await ada.isRefused('invalid_request', 'GET', '/api/me/blocks?of=bob');
    await ada.isRefused('invalid_request', 'PUT', `${pathOf('bob')}?why=x`);
  });

  it('anything of a deleted user', async () => {
    const [ada, bob] = await people();
    await (await world.service()).does('DELETE', '/api/users/ada');
    await ada.isRefused('forbidden', 'PUT', pathOf(bob.id));
    await ada.isRefused('forbidden', 'GET', '/api/me/blocks');
  });
});

it('forgets whom a deleted user had blocked, so that both agree when they come back', async () => {
  const [ada, bob] = await people();
  const chat = await createsDirect(ada, bob);
  await blocks(ada, bob);
  const host = await world.service();
  await host.does('DELETE', '/api/users/ada');
  await world.cloud.settled();
  await host.does('POST', '/api/users/sync', { id: 'ada' });
  expect(await blockedBy(ada)).toEqual([]);
  await posts(bob, chat, 'welcome back');
});

it('keeps tenants apart', async () => {
  const [ada, bob] = await people();
  const [twin, other] = await Promise.all([
    world.person('ada', { tenant: 'elsewhere' }),
    world.person('bob', { tenant: 'elsewhere' }),
  ]);
  await blocks(ada, bob);
  expect(await blockedBy(twin)).toEqual([]);
  await posts(twin, await createsDirect(other, twin), 'here all is well');
});
