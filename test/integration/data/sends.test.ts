import { expect, it } from 'vitest';
import type { Call } from '../../support/table.ts';
import { aParley, draftOf, numbers, refusalOf } from './parley.ts';

const parley = aParley();

const seqs = (messages: { seq: number }[]) => messages.map((one) => one.seq);
const contents = (messages: { content: string | null }[]) => messages.map((one) => one.content);

/** A client that dies at its `nth` call: before the engine hears of it, or before the answer comes back. */
const dyingAt = (nth: number, when: 'before' | 'after') => {
  let count = 0;
  return async (_: Call, pass: () => Promise<unknown>) => {
    count += 1;
    if (count > nth) throw new Error('dead');
    if (count === nth && when === 'before') throw new Error('dead');
    const answer = await pass();
    if (count === nth) throw new Error('dead');
    return answer;
  };
};

it('numbers the messages of a conversation 1, 2, 3 …', async () => {
  const lobby = await parley.aGroup(['ada', 'bob']);

  const sent = [await parley.says('ada', lobby, 'one'), await parley.says('bob', lobby, 'two')];

  expect(seqs(sent)).toEqual([1, 2]);
  expect(sent[1]?.id).toBe(`${lobby}.2`);
  expect(await parley.historyOf('ada', lobby)).toEqual(sent);
});

it('counts each conversation for itself', async () => {
  const [one, other] = [await parley.aGroup(), await parley.aGroup()];
  expect([(await parley.says('ada', one, 'a')).seq, (await parley.says('ada', other, 'b')).seq]).toEqual([1, 1]);
});

it('keeps a sequence contiguous under 50 concurrent senders, with nothing lost or doubled', async () => {
  const lobby = await parley.aGroup();
  const said = numbers(50).map((n) => `message ${n}`);

  await Promise.all(said.map((content) => parley.says('ada', lobby, content)));

  const history = await parley.historyOf('ada', lobby);
  expect(seqs(history)).toEqual(numbers(50));
  expect(contents(history).toSorted()).toEqual(said.toSorted());
});

it('shows the newest message and its number in the conversation', async () => {
  const lobby = await parley.aGroup();
  await parley.says('ada', lobby, 'one');
  parley.given.clock.forward({ seconds: 5 });
  const newest = await parley.says('ada', lobby, 'two');

  expect(await parley.stateOf(lobby)).toMatchObject({
    seq: 2,
    lastMessage: { messageId: newest.id, seq: 2, content: 'two', senderId: 'ada', status: 'sent' },
    lastActivityAt: parley.given.clock.now().toISOString(),
  });
});

it('answers a repeated clientMessageId with the message first stored', async () => {
  const lobby = await parley.aGroup();
  const draft = draftOf('hello');
  const first = await parley.instance.send(parley.caller('ada'), lobby, draft);
  parley.given.clock.forward({ hours: 23 });

  const again = await parley.instance.send(parley.caller('ada'), lobby, { ...draft, content: 'something else' });

  expect(again).toEqual(first);
  expect(await parley.historyOf('ada', lobby)).toEqual([first]);
});

it('stores one message for one clientMessageId that comes ten times at once', async () => {
  const lobby = await parley.aGroup();
  const draft = draftOf('hello');

  const answers = await Promise.all(numbers(10).map(() => parley.instance.send(parley.caller('ada'), lobby, draft)));

  expect(new Set(seqs(answers)).size).toBe(1);
  const history = await parley.historyOf('ada', lobby);
  expect(contents(history.filter((one) => one.status === 'sent'))).toEqual(['hello']);
  expect(seqs(history)).toEqual(numbers(history.length));
});

it('shows a message that exists as the newest, whoever repeated it at the same time', async () => {
  const lobby = await parley.aGroup();
  const draft = draftOf('hello');

  await Promise.all(numbers(5).map(() => parley.instance.send(parley.caller('ada'), lobby, draft)));

  const [sent] = (await parley.historyOf('ada', lobby)).filter((one) => one.status === 'sent');
  expect((await parley.stateOf(lobby)).lastMessage).toMatchObject({ messageId: sent?.id, content: 'hello' });
});

it('takes the same clientMessageId from two senders, and in two conversations, for different messages', async () => {
  const [lobby, hall] = [await parley.aGroup(['ada', 'bob']), await parley.aGroup()];
  const clientMessageId = 'c1';
  await parley.says('ada', lobby, 'a', { clientMessageId });
  await parley.says('bob', lobby, 'b', { clientMessageId });
  await parley.says('ada', hall, 'c', { clientMessageId });

  expect(contents(await parley.historyOf('ada', lobby))).toEqual(['a', 'b']);
  expect(contents(await parley.historyOf('ada', hall))).toEqual(['c']);
});

it('forgets a clientMessageId after 24 hours', async () => {
  const lobby = await parley.aGroup();
  const draft = draftOf('hello');
  await parley.instance.send(parley.caller('ada'), lobby, draft);
  parley.given.clock.forward({ hours: 24 });

  expect((await parley.instance.send(parley.caller('ada'), lobby, draft)).seq).toBe(2);
});

const steps = [1, 2, 3, 4].flatMap((nth) => [
  { nth, when: 'before' as const },
  { nth, when: 'after' as const },
]);

it.each(steps)('stores a send once that died $when its call $nth and is repeated', async ({ nth, when }) => {
  const lobby = await parley.aGroup();
  const draft = draftOf('hello');
  const dying = parley.through(dyingAt(nth, when));
  await expect(dying.send(parley.caller('ada'), lobby, draft)).rejects.toThrow('dead');

  const repeated = await parley.instance.send(parley.caller('ada'), lobby, draft);
  const next = await parley.says('ada', lobby, 'next');
  parley.given.clock.forward({ seconds: 5 });
  const history = await parley.historyOf('ada', lobby);

  expect(seqs(history)).toEqual(numbers(next.seq));
  expect(contents(history.filter((one) => one.status === 'sent'))).toEqual(['hello', 'next']);
  expect(history).toContainEqual(repeated);
});

it.each(steps)('leaves no gap where a send died $when its call $nth and never comes back', async ({ nth, when }) => {
  const lobby = await parley.aGroup();
  const dying = parley.through(dyingAt(nth, when));
  await expect(dying.send(parley.caller('ada'), lobby, draftOf('lost'))).rejects.toThrow('dead');
  const next = await parley.says('ada', lobby, 'next');
  parley.given.clock.forward({ seconds: 5 });

  const history = await parley.historyOf('ada', lobby);

  expect(seqs(history)).toEqual(numbers(next.seq));
  expect(history.at(-1)?.content).toBe('next');
});

it('takes a new number for a late sender whose own was closed meanwhile', async () => {
  const lobby = await parley.aGroup();
  const late = parley.pausedBefore(4, async () => {
    parley.given.clock.forward({ seconds: 6 });
    await parley.historyOf('ada', lobby);
  });

  const message = await late.send(parley.caller('ada'), lobby, draftOf('late'));

  const history = await parley.historyOf('ada', lobby);
  expect(history.map(({ seq, status, content }) => [seq, status, content])).toEqual([
    [1, 'void', null],
    [2, 'sent', 'late'],
  ]);
  expect(history[1]).toEqual(message);
});

it('stores it once when a late sender and its repetition both find their number closed', async () => {
  const lobby = await parley.aGroup();
  const draft = draftOf('late');
  const late = parley.pausedBefore(4, async () => {
    parley.given.clock.forward({ seconds: 6 });
    await parley.historyOf('ada', lobby);
    await parley.instance.send(parley.caller('ada'), lobby, draft);
  });

  const message = await late.send(parley.caller('ada'), lobby, draft);

  const history = await parley.historyOf('ada', lobby);
  expect(history.filter((one) => one.status === 'sent')).toEqual([message]);
  expect(seqs(history)).toEqual(numbers(history.length));
  expect((await parley.stateOf(lobby)).lastMessage?.messageId).toBe(message.id);
});

it('refuses a send to a conversation that is deleted, even between its read and its write', async () => {
  const lobby = await parley.aGroup();
  const remove = async () => parley.instance.conversations.remove(await parley.placeOf('ada', lobby));
  const late = parley.pausedBefore(2, remove);

  expect(await refusalOf(late.send(parley.caller('ada'), lobby, draftOf('late')))).toBe('not_found');
  expect(await refusalOf(parley.says('ada', lobby, 'later'))).toBe('not_found');
  expect((await parley.stateOf(lobby)).seq).toBe(0);
});

it('refuses somebody who is not a member as if there were no conversation', async () => {
  const lobby = await parley.aGroup();
  expect(await refusalOf(parley.says('eve', lobby, 'hello'))).toBe('not_found');
});

it('refuses a deleted user', async () => {
  const lobby = await parley.aGroup();
  await parley.instance.users.remove(parley.given.tenant, 'ada');
  expect(await refusalOf(parley.says('ada', lobby, 'hello'))).toBe('forbidden');
});

it('takes a reply to a message of this conversation only', async () => {
  const [lobby, hall] = [await parley.aGroup(), await parley.aGroup()];
  const message = await parley.says('ada', lobby, 'one');
  await parley.says('ada', hall, 'one');

  expect((await parley.says('ada', lobby, 'two', { replyTo: message.id })).replyTo).toBe(message.id);
  expect(await refusalOf(parley.says('ada', lobby, 'x', { replyTo: `${hall}.1` }))).toBe('invalid_request');
  expect(await refusalOf(parley.says('ada', lobby, 'x', { replyTo: `${lobby}.3` }))).toBe('invalid_request');
  expect((await parley.stateOf(lobby)).seq).toBe(2);
});

/** Answers what is read in a hurry as it was before `write`: DynamoDB promises no more. */
const lagging = async (write: () => Promise<unknown>) => {
  let stale: { name: string; keys: string; answer: unknown } | undefined;
  let writing = false;
  return parley.through(async ({ name, input }, pass) => {
    const keys = JSON.stringify(input.RequestItems);
    const hurried = name === 'BatchGetItem' && !keys.includes('"ConsistentRead":true');
    if (!hurried) return pass();
    if (stale?.keys === keys) return stale.answer;
    const answer = await pass();
    stale = { name, keys, answer };
    if (!writing) {
      writing = true;
      await write();
    }
    return answer;
  });
};

it('takes a reply to a message that was stored a moment ago, although a hurried read has not seen it', async () => {
  const lobby = await parley.aGroup();
  const behind = await lagging(() => parley.says('ada', lobby, 'one'));

  const reply = await behind.send(parley.caller('ada'), lobby, draftOf('two', { replyTo: `${lobby}.1` }));

  expect(reply.replyTo).toBe(`${lobby}.1`);
});

it('lets a member send who was added a moment ago, although a hurried read has not seen it', async () => {
  const lobby = await parley.aGroup(['ada']);
  const behind = await lagging(async () =>
    parley.instance.members.add(await parley.placeOf('ada', lobby), ['bob'], 'member'),
  );

  expect((await behind.send(parley.caller('bob'), lobby, draftOf('hello'))).seq).toBe(1);
});

it('stores it once although a hurried read has not seen the first attempt', async () => {
  const lobby = await parley.aGroup();
  const draft = draftOf('hello');
  const behind = await lagging(() => parley.instance.send(parley.caller('ada'), lobby, draft));

  const answer = await behind.send(parley.caller('ada'), lobby, draft);

  expect(answer.seq).toBe(1);
  const history = await parley.historyOf('ada', lobby);
  expect(history.map(({ seq, status }) => [seq, status])).toEqual([
    [1, 'sent'],
    [2, 'void'],
  ]);
  expect((await parley.stateOf(lobby)).lastMessage?.messageId).toBe(answer.id);
});

it('tries again while a transaction holds the conversation', async () => {
  const lobby = await parley.aGroup();
  let conflicts = 2;
  const meeting = parley.through(async ({ name }, pass) => {
    if (name !== 'UpdateItem' || conflicts === 0) return pass();
    conflicts -= 1;
    throw Object.assign(new Error('Transaction is ongoing for the item'), { name: 'TransactionConflictException' });
  });

  expect((await meeting.send(parley.caller('ada'), lobby, draftOf('hello'))).seq).toBe(1);
});

it('costs four calls one after the other', async () => {
  const lobby = await parley.aGroup();
  const calls: string[] = [];
  const counted = parley.through(({ name }, pass) => {
    calls.push(name);
    return pass();
  });

  await counted.send(parley.caller('ada'), lobby, draftOf('hello'));

  expect(calls).toEqual(['BatchGetItem', 'UpdateItem', 'PutItem', 'PutItem']);
});

it('finds a receipt whatever user and client call themselves', async () => {
  const sender = '#️⃣'.repeat(50);
  const lobby = await parley.aGroup([sender]);
  const draft = draftOf('hello', { clientMessageId: '%#'.repeat(32) });

  const first = await parley.instance.send(parley.caller(sender), lobby, draft);
  expect(await parley.instance.send(parley.caller(sender), lobby, draft)).toEqual(first);
});
