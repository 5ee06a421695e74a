import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { messageKey, reactionsKey } from '../../../shared/data/keys.ts';
import type { Call } from '../../support/table.ts';
import { aParley, numbers, refusalOf } from './parley.ts';

const parley = aParley({ reactions: [':party_parrot:'] });
const { given, caller } = parley;

/** A group with one message. */
const aMessage = async (...members: string[]) => {
  const conversationId = await parley.aGroup(['ada', ...members]);
  const { id: messageId } = await parley.says('ada', conversationId, 'Hello!');
  return { conversationId, messageId };
};

const reacts = (user: string, messageId: string, emoji = '👍') =>
  parley.instance.reactions.add(caller(user), { messageId }, emoji);
const takesBack = (user: string, messageId: string, emoji = '👍') =>
  parley.instance.reactions.remove(caller(user), { messageId }, emoji);

const stored = async () => (await given.items()).filter(({ SK }) => String(SK).startsWith('REACT#'));

/** What an instance wrote, as names of calls. */
const writesOf = (write: (instance: typeof parley.instance) => Promise<unknown>) => {
  const calls: Call[] = [];
  const instance = parley.through((call, pass) => {
    calls.push(call);
    return pass();
  });
  return write(instance).then(() =>
    calls.map(({ name }) => name).filter((name) => /Write|Put|Update|Delete/.test(name)),
  );
};

describe('a reaction', () => {
  it('is one item beside the message, which goes when the message does', async () => {
    const { conversationId, messageId } = await aMessage('bob');

    const first = await reacts('bob', messageId);
    const second = await reacts('ada', messageId, '❤️');

    expect(first).toEqual({
      conversationId,
      messageId,
      rev: 1,
      emoji: '👍',
      userId: 'bob',
      version: 1,
      reactions: [{ emoji: '👍', count: 1, userIds: ['bob'] }],
    });
    expect(second).toMatchObject({ rev: 2, version: 2, userId: 'ada', emoji: '❤️' });
    const message = (await given.items()).find(({ SK }) => SK === messageKey('', '', 1).SK);
    expect(await stored()).toEqual([
      {
        ...reactionsKey(given.tenant, conversationId, 1),
        rev: 2,
        version: 2,
        at: given.clock.now().toISOString(),
        expiresAt: message?.expiresAt,
        '+👍': new Set(['bob']),
        '+❤️': new Set(['ada']),
      },
    ]);
    expect((await parley.stateOf(conversationId)).rev).toBe(2);
  });

  it('that is there already is answered alike, and nothing is written', async () => {
    const { messageId } = await aMessage();
    const first = await reacts('ada', messageId);

    expect(await writesOf(({ reactions }) => reactions.add(caller('ada'), { messageId }, '👍'))).toEqual([]);
    expect(await reacts('ada', messageId)).toEqual(first);
  });

  it('that is not there is taken back without a write', async () => {
    const { messageId } = await aMessage();
    expect(await writesOf(({ reactions }) => reactions.remove(caller('ada'), { messageId }, '👍'))).toEqual([]);
    expect(await takesBack('ada', messageId)).toMatchObject({ rev: 0, version: 0, reactions: [] });

    await reacts('ada', messageId);
    const gone = await takesBack('ada', messageId);
    expect(gone).toMatchObject({ rev: 2, version: 2, reactions: [] });
    expect(await takesBack('ada', messageId)).toEqual(gone);
    expect(Object.keys((await stored())[0] ?? {})).not.toContain('+👍');
  });

  it('of the same person, asked for by many devices at once, is one', async () => {
    const { conversationId, messageId } = await aMessage();

    const answers = await Promise.all(numbers(8).map(() => reacts('ada', messageId)));

    expect(new Set(answers.map((one) => JSON.stringify(one))).size).toBe(1);
    expect((await parley.stateOf(conversationId)).rev).toBe(1);
  });

  it('of twenty people at once is counted twenty times, each under a number of its own', async () => {
    const people = numbers(20).map((n) => `user-${n}`);
    const { conversationId, messageId } = await aMessage(...people);

    const answers = await Promise.all(people.map((user) => reacts(user, messageId)));

    expect(answers.map(({ rev }) => rev).sort((a, b) => a - b)).toEqual(numbers(20));
    expect(answers.map(({ version }) => version).sort((a, b) => a - b)).toEqual(numbers(20));
    for (const { version, reactions } of answers) expect(reactions[0]?.count).toBe(version);
    const shown = await parley.instance.messages.get(caller('user-7'), messageId);
    expect(shown).toMatchObject({ reactionsVersion: 20, reactions: [{ emoji: '👍', count: 20 }], myReactions: ['👍'] });
    expect((await parley.stateOf(conversationId)).rev).toBe(20);
  });

  it('and edits, sends and other reactions at once disturb none of each other', async () => {
    const people = numbers(6).map((n) => `user-${n}`);
    const { conversationId, messageId } = await aMessage(...people);

    await Promise.all([
      ...people.map((user) => reacts(user, messageId)),
      ...people.map((user) => parley.says(user, conversationId, 'Hi!')),
      parley.instance.messages.edit(caller('ada'), messageId, { content: 'Hello, all!' }),
    ]);

    const shown = await parley.instance.messages.get(caller('ada'), messageId);
    expect(shown).toMatchObject({ content: 'Hello, all!', reactions: [{ count: 6 }] });
    expect(await parley.stateOf(conversationId)).toMatchObject({ rev: 7, seq: 7 });
  });

  it('that somebody else got in front of is decided anew on what is there then', async () => {
    const { conversationId, messageId } = await aMessage('bob');
    let others = 2;
    const slow = parley.through(async ({ name }, pass) => {
      if (name === 'TransactWriteItems' && others-- > 0) await reacts('bob', messageId, others ? '👍' : '🎉');
      return pass();
    });

    const answer = await slow.reactions.add(caller('ada'), { messageId }, '👍');

    expect(answer).toMatchObject({ rev: 3, version: 3 });
    expect(answer.reactions).toEqual([
      { emoji: '👍', count: 2, userIds: ['ada', 'bob'] },
      { emoji: '🎉', count: 1, userIds: ['bob'] },
    ]);
    expect((await parley.stateOf(conversationId)).rev).toBe(3);
  });
});

describe('is refused', () => {
  it('to whoever is no member, and to a member who was removed meanwhile', async () => {
    const { conversationId, messageId } = await aMessage('bob');
    expect(await refusalOf(reacts('zoe', messageId))).toBe('not_found');
    const add = (role: 'service' | 'moderator' | 'admin') =>
      parley.instance.reactions.add(caller('zoe', { roles: [role] }), { messageId }, '👍');
    for (const role of ['service', 'moderator', 'admin'] as const) expect(await refusalOf(add(role))).toBe('forbidden');

    const slow = parley.through(async ({ name }, pass) => {
      if (name === 'TransactWriteItems')
        await parley.instance.members.remove(await parley.placeOf('ada', conversationId), 'bob');
      return pass();
    });
    expect(await refusalOf(slow.reactions.add(caller('bob'), { messageId }, '👍'))).toBe('not_found');
    expect(await stored()).toEqual([]);
  });

  it('where the message is deleted, also while it is being reacted to', async () => {
    const { messageId } = await aMessage();
    await reacts('ada', messageId);
    const slow = parley.through(async ({ name }, pass) => {
      if (name === 'TransactWriteItems') await parley.instance.messages.remove(caller('ada'), messageId);
      return pass();
    });

    expect(await refusalOf(slow.reactions.add(caller('ada'), { messageId }, '🎉'))).toBe('message_deleted');
    expect(await refusalOf(reacts('ada', messageId))).toBe('message_deleted');
    expect(await refusalOf(takesBack('ada', messageId))).toBe('message_deleted');
    expect(await parley.instance.messages.get(caller('ada'), messageId)).toMatchObject({
      reactions: [],
      myReactions: [],
      reactionsVersion: 1,
    });
    expect((await parley.instance.reactions.page(caller('ada'), { messageId }, { limit: 10 })).items).toEqual([]);
  });

  it('where there is no message: none yet, a void, one that retention has removed, or one of another conversation', async () => {
    const { conversationId, messageId } = await aMessage();
    const other = await parley.aGroup(['ada']);
    expect(await refusalOf(reacts('ada', `${conversationId}.2`))).toBe('not_found');
    const astray = { messageId, conversationId: other };
    expect(await refusalOf(parley.instance.reactions.add(caller('ada'), astray, '👍'))).toBe('not_found');
    expect(await refusalOf(parley.instance.reactions.page(caller('ada'), astray, { limit: 10 }))).toBe('not_found');

    const { table } = given;
    await table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: messageKey(given.tenant, conversationId, 1),
        UpdateExpression: 'SET #status = :void',
        ExpressionAttributeNames: { '#status': 'status' },
        ExpressionAttributeValues: { ':void': 'void' },
      }),
    );
    expect(await refusalOf(reacts('ada', messageId))).toBe('not_found');

    const { messageId: old } = await aMessage();
    await reacts('ada', old);
    given.clock.forward({ days: 91 });
    expect(await refusalOf(reacts('ada', old, '🎉'))).toBe('not_found');
    expect(await refusalOf(takesBack('ada', old))).toBe('not_found');
  });

  it('between two of whom one has blocked the other; what was given before is still taken back', async () => {
    const conversationId = await parley.aDirect('ada', 'bob');
    const { id: messageId } = await parley.says('ada', conversationId, 'Hello!');
    await reacts('bob', messageId);
    await parley.instance.blocks.add(caller('ada'), 'bob');

    for (const user of ['ada', 'bob']) expect(await refusalOf(reacts(user, messageId, '🎉'))).toBe('forbidden');
    expect(await takesBack('bob', messageId)).toMatchObject({ version: 2, reactions: [] });

    await parley.instance.blocks.remove(given.tenant, 'ada', 'bob');
    expect(await reacts('bob', messageId, '🎉')).toMatchObject({ version: 3 });
  });

  it('with a short code that the tenant has not defined; one that it no longer defines is taken back', async () => {
    const { messageId } = await aMessage();
    await reacts('ada', messageId, ':party_parrot:');
    expect(await refusalOf(reacts('ada', messageId, ':parrot:'))).toBe('invalid_request');
    expect(await takesBack('ada', messageId, ':parrot:')).toMatchObject({ version: 1 });
    expect(await takesBack('ada', messageId, ':party_parrot:')).toMatchObject({ version: 2, reactions: [] });
  });

  it('above 50 different ones, with nothing written', async () => {
    const { messageId } = await aMessage('bob');
    const emoji = numbers(50).map((n) => String.fromCodePoint(0x1f600 + n));
    for (const one of emoji) await reacts('ada', messageId, one);
    expect(await refusalOf(reacts('bob', messageId, '🎉'))).toBe('too_many_reactions');
    expect(await reacts('bob', messageId, emoji[0])).toMatchObject({ version: 51 });
  });
});

describe('who reacted', () => {
  it('is told in pages, while others come and go', async () => {
    const people = numbers(7).map((n) => `user-${n}`);
    const { messageId } = await aMessage(...people);
    for (const user of people) await reacts(user, messageId);
    await reacts('ada', messageId, '🎉');
    const page = (query: { cursor?: string; emoji?: string }) =>
      parley.instance.reactions.page(caller('ada'), { messageId }, { limit: 3, ...query });

    const first = await page({ emoji: '👍' });
    expect(first.items.map(({ userId }) => userId)).toEqual(['user-1', 'user-2', 'user-3']);
    await takesBack('user-3', messageId);
    await takesBack('user-1', messageId);
    const second = await page({ emoji: '👍', cursor: String(first.nextCursor) });
    expect(second.items.map(({ userId }) => userId)).toEqual(['user-4', 'user-5', 'user-6']);
    const third = await page({ emoji: '👍', cursor: String(second.nextCursor) });
    expect(third).toEqual({ items: [{ emoji: '👍', userId: 'user-7' }], nextCursor: null });
    expect((await page({})).items.map(({ emoji }) => emoji)).toEqual(['🎉', '👍', '👍']);

    expect(await refusalOf(page({ cursor: String(first.nextCursor) }))).toBe('invalid_request');
    expect(await refusalOf(page({ emoji: '🎉', cursor: String(first.nextCursor) }))).toBe('invalid_request');
  });
});

describe('what happened', () => {
  it('is filed once, however often and late it is told of', async () => {
    const { conversationId, messageId } = await aMessage();
    const at = given.clock.now().toISOString();
    const added = { kind: 'reaction.added' as const, seq: 1, at, change: await reacts('ada', messageId) };
    const removed = { kind: 'reaction.removed' as const, seq: 1, at, change: await takesBack('ada', messageId) };

    await parley.instance.reactions.file(given.tenant, [removed]);
    const [first] = await parley.changesOf(conversationId);
    given.clock.forward({ hours: 1 });
    await Promise.all(numbers(3).map(() => parley.instance.reactions.file(given.tenant, [added, removed])));

    const filed = await parley.changesOf(conversationId);
    expect(filed).toMatchObject([
      { rev: 1, kind: 'reaction.added', seq: 1, emoji: '👍', userId: 'ada', by: 'ada', at },
      { rev: 2, kind: 'reaction.removed', seq: 1, emoji: '👍', userId: 'ada', by: 'ada', at },
    ]);
    expect(filed[1]).toEqual(first);
  });

  it('is told by a sync once it is filed: until then there is more, and after a minute it has to be fetched anew', async () => {
    const { conversationId, messageId } = await aMessage();
    const at = given.clock.now().toISOString();
    const change = await reacts('ada', messageId);
    const asks = async () =>
      (await parley.instance.sync.page(caller('ada'), { conversations: [{ conversationId, seq: 1, rev: 0 }] }))
        .conversations;

    expect(await asks()).toMatchObject([{ changed: [], position: { rev: 0 }, hasMore: true, refetch: false }]);
    given.clock.forward({ seconds: 61 });
    expect(await asks()).toMatchObject([{ refetch: true }]);
    await parley.instance.reactions.file(given.tenant, [{ kind: 'reaction.added', seq: 1, at, change }]);
    expect(await asks()).toMatchObject([
      { changed: [{ id: messageId, myReactions: ['👍'] }], position: { rev: 1 }, hasMore: false, refetch: false },
    ]);
  });

  it('to messages that are new to a client is read beside them, and only where there is any', async () => {
    const conversationId = await parley.aGroup(['ada']);
    for (const n of numbers(4)) await parley.says('ada', conversationId, String(n));
    for (const n of [3, 2]) await reacts('ada', `${conversationId}.${n}`);
    const reads: string[] = [];
    const instance = parley.through(({ name, input }, pass) => {
      const low: string | undefined = input.ExpressionAttributeValues?.[':low'];
      if (name === 'Query' && low !== undefined) reads.push(low.split('#')[0] ?? '');
      return pass();
    });
    const asks = async (seq: number) => {
      reads.length = 0;
      const page = await instance.sync.page(caller('ada'), { conversations: [{ conversationId, seq, rev: 2 }] });
      return page.conversations[0]?.messages.map(({ myReactions }) => myReactions.length);
    };

    expect(await asks(1)).toEqual([1, 1, 0]);
    expect(reads.sort()).toEqual(['MSG', 'REACT']);
    expect(await asks(3)).toEqual([0]);
    expect(reads).toEqual(['MSG']);
  });

  it('leaves its moment on the conversation, whose change log may be behind for as long', async () => {
    const { conversationId, messageId } = await aMessage();
    given.clock.forward({ hours: 1 });
    await reacts('ada', messageId);
    const meta = (await given.items()).find(({ PK, SK }) => SK === 'META' && String(PK).endsWith(conversationId));
    expect(meta).toMatchObject({ rev: 1, changedAt: given.clock.now().toISOString() });
    expect(await parley.changesOf(conversationId)).toEqual([]);
  });
});

describe('the history', () => {
  it('shows every message with its reactions, whichever way and in whatever pages it is walked', async () => {
    const conversationId = await parley.aGroup(['ada', 'bob']);
    for (const n of numbers(12)) await parley.says('ada', conversationId, String(n));
    for (const n of [1, 2, 5, 6, 7, 11]) await reacts('bob', `${conversationId}.${n}`);
    await reacts('ada', `${conversationId}.6`, '🎉');
    await parley.instance.messages.remove(caller('ada'), `${conversationId}.7`);

    const expected = numbers(12).map((n) => [n, [1, 2, 5, 6, 11].includes(n) ? 1 : 0]);
    for (const limit of [1, 2, 3, 5, 100]) {
      const walked = await parley.shownHistoryOf('ada', conversationId, limit);
      expect(
        walked.map(({ seq, reactions }) => [seq, reactions.find(({ emoji }) => emoji === '👍')?.count ?? 0]),
      ).toEqual(expected);
      expect(walked.map(({ myReactions }) => myReactions.length)).toEqual(numbers(12).map((n) => Number(n === 6)));
      const newer = await parley.instance.readShown(caller('bob'), conversationId, { limit, after: 4 });
      const seen = newer.items.filter(({ myReactions }) => myReactions.includes('👍')).map(({ seq }) => seq);
      expect(seen).toEqual([11, 6, 5].filter((seq) => seq <= 4 + limit));
      const older = await parley.instance.readShown(caller('bob'), conversationId, { limit, before: 7 });
      expect(older.items.filter(({ myReactions }) => myReactions.length > 0).map(({ seq }) => seq)).toEqual(
        [6, 5, 2, 1].filter((seq) => seq >= 7 - limit),
      );
    }
  });

  it('reads on where what its messages have is too much for one answer', async () => {
    const conversationId = await parley.aGroup(['ada']);
    for (const n of numbers(6)) await parley.says('ada', conversationId, String(n));
    for (const n of numbers(6)) await reacts('ada', `${conversationId}.${n}`);
    let cut = 0;
    const instance = parley.through(async ({ name, input }, pass) => {
      const isReactions = name === 'Query' && JSON.stringify(input).includes('REACT#');
      if (!isReactions) return pass();
      cut += 1;
      return pass({ ...input, Limit: 2 });
    });

    for (const direction of [{ limit: 5 }, { limit: 5, before: 6 }, { limit: 4, after: 1 }]) {
      const { items } = await instance.readShown(caller('ada'), conversationId, direction);
      expect(items.map(({ reactions }) => reactions.length)).toEqual(items.map(() => 1));
    }
    expect(cut).toBeGreaterThan(3);
  });

  it('reads reactions once a page, however many messages it has', async () => {
    const conversationId = await parley.aGroup(['ada']);
    for (const n of numbers(5)) await parley.says('ada', conversationId, String(n));
    for (const n of numbers(5)) await reacts('ada', `${conversationId}.${n}`);
    const calls: string[] = [];
    const instance = parley.through(({ name }, pass) => {
      calls.push(name);
      return pass();
    });
    await instance.readShown(caller('ada'), conversationId, { limit: 5 });
    // The messages, then their reactions, and threads with how far they are read.
    expect(calls.sort()).toEqual(['BatchGetItem', 'Query', 'Query', 'Query', 'Query']);
  });
});
