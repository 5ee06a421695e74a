import { describe, expect, it } from 'vitest';
import type { Caller } from '../../../shared/domain/caller.ts';
import { aParley, type Instance, numbers } from './parley.ts';

const parley = aParley({ messagesPerMinute: 1_000 });

const memberOf = async (user: string, group: string) => {
  const { member } = await parley.placeOf(user, group);
  if (!member) throw new Error(`${user} is no member`);
  return member;
};
const seqsOf = async (user: string, group: string) =>
  [...((await memberOf(user, group)).mentionSeqs ?? [])].sort((a, b) => a - b);
const settles = (group: string, seq: number, users = ['bob'], instance: Instance = parley.instance) =>
  instance.mentions.settle(parley.given.tenant, group, seq, users);
const reads = async (user: string, group: string, seq: number) =>
  parley.instance.receipts.raise(await parley.placeOf(user, group), { read: seq });
const ada = (): Caller => parley.caller('ada');

describe('what a membership says of a message', () => {
  it('is what the message says now, however often and late it is asked', async () => {
    const group = await parley.aGroup(['ada', 'bob']);
    const { id } = await parley.says('ada', group, '@bob');
    for (const _ of numbers(3)) await settles(group, 1);
    expect(await seqsOf('bob', group)).toEqual([1]);

    await parley.instance.messages.edit(ada(), id, { content: 'nobody' });
    for (const _ of numbers(2)) await settles(group, 1);
    expect(await seqsOf('bob', group)).toEqual([]);

    await parley.instance.messages.edit(ada(), id, { content: '@bob again' });
    await settles(group, 1);
    expect(await seqsOf('bob', group)).toEqual([1]);
    await parley.instance.messages.remove(ada(), id);
    await settles(group, 1);
    expect(await seqsOf('bob', group)).toEqual([]);
  });

  it('does not stay what a slow worker saw before it changed', async () => {
    const group = await parley.aGroup(['ada', 'bob']);
    const { id } = await parley.says('ada', group, '@bob');
    let isFirst = true;
    const slow = parley.through(async ({ name }, pass) => {
      if (name === 'UpdateItem' && isFirst) {
        isFirst = false;
        await parley.instance.messages.edit(ada(), id, { content: 'nobody' });
        await settles(group, 1);
      }
      return pass();
    });
    await settles(group, 1, ['bob'], slow);
    expect(await seqsOf('bob', group)).toEqual([]);
  });

  it('is nothing of one’s own messages, nor of what one has read, nor for somebody who has left', async () => {
    const group = await parley.aGroup(['ada', 'bob', 'cem']);
    await parley.says('ada', group, '@ada @bob @cem');
    await reads('bob', group, 1);
    await parley.instance.members.leave(await parley.placeOf('cem', group));
    const before = await parley.given.items();
    await settles(group, 1, ['ada', 'bob', 'cem']);
    expect(await parley.given.items()).toEqual(before);
  });

  it('has a greater version with each change, and the same where nothing changed', async () => {
    const group = await parley.aGroup(['ada', 'bob']);
    await parley.says('ada', group, '@bob');
    const versions = [(await memberOf('bob', group)).ownVersion];
    for (const _ of numbers(2)) {
      await settles(group, 1);
      versions.push((await memberOf('bob', group)).ownVersion);
    }
    const [first = 0] = versions;
    expect(versions).toEqual([first, first + 1, first + 1]);
  });
});

describe('the numbers that a membership holds', () => {
  it('are the newest hundred, so that the count is right again once it has fallen below', async () => {
    const group = await parley.aGroup(['ada', 'bob']);
    for (const _ of numbers(105)) await parley.says('ada', group, '@bob');
    for (const seq of numbers(105).toReversed()) await settles(group, seq);
    expect(await seqsOf('bob', group)).toEqual(numbers(100, 6));
    for (const seq of numbers(105)) await settles(group, seq);
    expect(await seqsOf('bob', group)).toEqual(numbers(100, 6));
    const mentionCount = async () =>
      (await parley.instance.inbox.page(parley.caller('bob'), { limit: 1 })).items[0]?.mentionCount;
    expect(await mentionCount()).toBe(100);
    await reads('bob', group, 95);
    expect(await mentionCount()).toBe(10);
  });

  it('lose what was read when there is no room', async () => {
    const group = await parley.aGroup(['ada', 'bob']);
    for (const _ of numbers(101)) await parley.says('ada', group, '@bob');
    for (const seq of numbers(100)) await settles(group, seq);
    await reads('bob', group, 90);
    await settles(group, 101);
    expect(await seqsOf('bob', group)).toEqual(numbers(11, 91));
  });

  it('are complete, however many messages are looked at at once', async () => {
    const group = await parley.aGroup(['ada', 'bob']);
    for (const _ of numbers(20)) await parley.says('ada', group, '@bob');
    await Promise.all(numbers(20).map((seq) => settles(group, seq)));
    expect(await seqsOf('bob', group)).toEqual(numbers(20));
  });
});
