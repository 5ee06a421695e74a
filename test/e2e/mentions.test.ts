/** Whom a message mentions, and how many unread messages mention somebody. */
import { describe, expect, it } from 'vitest';
import type { OwnConversation } from '../../shared/protocol/conversation.ts';
import type { Message } from '../../shared/protocol/message.ts';
import { asSaid } from '../support/as-said.ts';
import { expectStateEqualsFreshFetch, startFollowing } from '../support/follower.ts';
import type { Person } from '../support/person.ts';
import { quickQueues } from '../support/queues.ts';
import { createsDirect, createsGroup, posts, says } from '../support/room.ts';
import { aWorld } from '../support/world.ts';

/** It makes queues quick, and waits for all of them. */
const world = aWorld({ alone: true });

const given = async () => {
  const [ada, bob, cem] = await Promise.all([world.person('ada'), world.person('bob'), world.person('cem')]);
  return { ada, bob, cem, room: await createsGroup(ada, [bob, cem]) };
};

const countOf = async (person: Person, { id }: Pick<OwnConversation, 'id'>): Promise<number> => {
  await world.cloud.settled();
  return (await person.does<OwnConversation>('GET', `/api/conversations/${id}`)).mentionCount;
};

const edits = (person: Person, { id }: Pick<Message, 'id'>, content: string): Promise<Message> =>
  person.does('PATCH', `/api/messages/${id}`, { content });

describe('a message', () => {
  it('mentions the members whom its content names, over HTTP and sockets, for everybody who sees it', async () => {
    const { ada, bob, room } = await given();
    const [phone, bobs] = [await ada.connects(), await bob.connects()];
    const sent = await posts(ada, room, 'Hello @cem, @bob and @nobody!');
    expect(sent.mentions).toEqual(['bob', 'cem']);
    expect(await bobs.hearsEvent('message.new')).toEqual(sent);
    expect(asSaid(await bob.does('GET', `/api/messages/${sent.id}`))).toEqual(sent);

    const { messageId } = await says(phone, room, '@bob?');
    expect(await bobs.hearsEvent('message.new', ({ id }) => id === messageId)).toMatchObject({ mentions: ['bob'] });
    expect((await posts(ada, room, 'Hello!')).mentions).toEqual([]);
  });

  it('mentions any id that it writes in angle brackets', async () => {
    const [ada, odd] = [await world.person('ada'), await world.person('auth0|5 #é')];
    const room = await createsDirect(ada, odd);
    expect((await posts(ada, room, 'Hello <@auth0|5 #é>!')).mentions).toEqual(['auth0|5 #é']);
    expect(await countOf(odd, room)).toBe(1);
  });

  it('mentions nobody in the code of its Markdown', async () => {
    const { ada, room } = await given();
    const content = '`@bob` and\n```\n@bob\n```\nbut @cem';
    expect((await posts(ada, room, content, { contentType: 'text/markdown' })).mentions).toEqual(['cem']);
    expect((await posts(ada, room, content)).mentions).toEqual(['bob', 'cem']);
  });

  it('mentions whom its edits name, and nobody once it is deleted', async () => {
    const { ada, bob, room } = await given();
    const bobs = await bob.connects();
    const sent = await posts(ada, room, 'Hello @bob!');
    expect(await edits(ada, sent, 'Hello @cem!')).toMatchObject({ mentions: ['cem'] });
    expect(await bobs.hearsEvent('message.updated')).toMatchObject({ mentions: ['cem'] });
    expect(await ada.does('DELETE', `/api/messages/${sent.id}`)).toMatchObject({ mentions: [] });
  });

  it('mentions nobody who is a member somewhere else only', async () => {
    const { ada, room } = await given();
    await createsGroup(ada, [await world.person('dan')]);
    expect((await posts(ada, room, 'Hello @dan!')).mentions).toEqual([]);
  });

  it('that is sent again mentions whom it mentioned first', async () => {
    const { ada, room } = await given();
    const more = { clientMessageId: 'c1' };
    const first = await posts(ada, room, 'Hello @bob!', more);
    await ada.does('DELETE', `/api/conversations/${room.id}/members/bob`);
    expect(await posts(ada, room, 'Hello @bob!', more)).toEqual(first);
  });
});

describe('unread mentions', () => {
  it('are counted apart, and not those of one’s own messages', async () => {
    const { ada, bob, room } = await given();
    for (const content of ['Hello @bob!', 'Hello!', '@bob and @ada', 'Hello @cem!']) await posts(ada, room, content);
    expect(await countOf(bob, room)).toBe(2);
    expect(await countOf(ada, room)).toBe(0);
    expect(await bob.does('GET', '/api/conversations')).toMatchObject({
      conversations: [{ unreadCount: 4, mentionCount: 2 }],
    });
  });

  it('follow edits and deletions', async () => {
    const { ada, bob, cem, room } = await given();
    const [one, two] = [await posts(ada, room, 'Hello @bob!'), await posts(ada, room, '@bob')];
    expect(await countOf(bob, room)).toBe(2);
    await edits(ada, one, 'Hello @cem!');
    expect([await countOf(bob, room), await countOf(cem, room)]).toEqual([1, 1]);
    await ada.does('DELETE', `/api/messages/${two.id}`);
    expect(await countOf(bob, room)).toBe(0);
    await edits(ada, one, 'Hello @bob!');
    expect([await countOf(bob, room), await countOf(cem, room)]).toEqual([1, 0]);
  });

  it('go when their member posts', async () => {
    const { ada, bob, room } = await given();
    const bobs = await bob.connects();
    await posts(ada, room, '@bob');
    expect(await countOf(bob, room)).toBe(1);
    await posts(bob, room, 'Yes?');
    expect(await countOf(bob, room)).toBe(0);
    await bobs.hearsEvent('membership.updated', ({ mentionCount }) => mentionCount === 1);
    await bobs.hearsEvent(
      'membership.updated',
      ({ mentionCount, lastReadSeq }) => mentionCount === 0 && lastReadSeq === 2,
    );
  });

  it('are forgotten with the membership', async () => {
    const { ada, bob, room } = await given();
    await posts(ada, room, '@bob');
    expect(await countOf(bob, room)).toBe(1);
    await bob.does('DELETE', `/api/conversations/${room.id}/leave`);
    await ada.does('POST', `/api/conversations/${room.id}/members`, { memberIds: ['bob'] });
    expect(await countOf(bob, room)).toBe(0);
  });

  it('are right on every device while events come twice, late and out of order, and workers crash', async () => {
    const { ada, bob, cem, room } = await given();
    const followers = [
      await startFollowing(bob, await bob.connects()),
      await startFollowing(bob, await bob.connects()),
      await startFollowing(cem, await cem.connects()),
    ];
    const { rest } = await quickQueues(world.cloud);
    const { faults } = world.cloud;
    for (const name of ['Stream/fanout', 'Stream/publisher']) {
      faults.add({ function: name, batch: { duplicate: 0.5, delay: { probability: 0.5, ms: 60 } } });
    }
    const worker = { function: 'Queue/mention-count' };
    faults.add({ ...worker, probability: 0.2, times: 4, fault: { kind: 'crash-after' } });
    faults.add({ ...worker, probability: 0.2, times: 4, fault: { kind: 'crash-before' } });
    faults.add({ ...worker, action: 'dynamodb:UpdateItem', probability: 0.3, fault: { kind: 'delay', ms: 80 } });

    const sent = await Promise.all(
      ['@bob', '@bob @cem', 'nobody', '@cem', '@bob'].map((content) => posts(ada, room, content)),
    );
    await Promise.all(sent.map((message, i) => edits(ada, message, i % 2 ? 'Hello @bob!' : 'Hello @cem!')));
    await posts(cem, room, '@bob');
    await Promise.all(
      sent.map((message, i) =>
        i < 2 ? edits(ada, message, 'both @bob @cem') : ada.does('DELETE', `/api/messages/${message.id}`),
      ),
    );

    await rest();
    faults.clear();
    expect(await countOf(bob, room)).toBe(3);
    expect(await countOf(cem, room)).toBe(0);
    for (const follower of followers) await expectStateEqualsFreshFetch(follower);
  }, 60_000);
});
