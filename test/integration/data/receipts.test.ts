import { describe, expect, it } from 'vitest';
import { aParley, numbers, refusalOf } from './parley.ts';

const parley = aParley();

const memberOf = async (user: string, group: string) => {
  const { member } = await parley.placeOf(user, group);
  if (!member) throw new Error(`${user} is no member.`);
  return member;
};
const reads = async (user: string, group: string, seq: number, instance = parley.instance) =>
  instance.receipts.raise(await parley.placeOf(user, group), { read: seq });
const receives = async (user: string, group: string, seq: number) =>
  parley.instance.receipts.raise(await parley.placeOf(user, group), { delivered: seq });

/** With so many messages of Ada's. */
const aGroupWith = async (messages: number, members = ['ada', 'bob']) => {
  const group = await parley.aGroup(members);
  for (const n of numbers(messages)) await parley.says('ada', group, String(n));
  return group;
};

describe('a watermark', () => {
  it('only ever rises, whoever raises it at once', async () => {
    const group = await aGroupWith(6);
    const place = await parley.placeOf('bob', group);
    await Promise.all(
      [3, 1, 6, 2].map((read) => parley.instance.receipts.raise(place, { read, delivered: Math.min(6, read + 1) })),
    );
    expect(await memberOf('bob', group)).toMatchObject({ lastReadSeq: 6, shownReadSeq: 6 });
    await reads('bob', group, 4);
    expect(await memberOf('bob', group)).toMatchObject({ lastReadSeq: 6, shownReadSeq: 6 });
  });

  it('remembers each of the raises that came at once, in their order', async () => {
    const group = await aGroupWith(9);
    const place = await parley.placeOf('bob', group);
    await Promise.all(numbers(9).map((read) => parley.instance.receipts.raise(place, { read })));
    const { readMarks = [] } = await memberOf('bob', group);
    const raises = readMarks.filter((_, i) => i % 2 === 0);
    expect(raises.every((one) => one > 0)).toBe(true);
    expect(raises.reduce((sum, one) => sum + one, 0)).toBe(9);
  });

  it('is raised by one write, and by two where another device was quicker', async () => {
    const group = await aGroupWith(6);
    const calls: string[] = [];
    const counted = parley.through(({ name }, pass) => {
      calls.push(name);
      return pass();
    });
    const place = await parley.placeOf('bob', group);
    await reads('bob', group, 2);
    await counted.receipts.raise(place, { read: 5 });
    expect(calls).toEqual(['UpdateItem', 'UpdateItem']);
    expect(await memberOf('bob', group)).toMatchObject({ lastReadSeq: 5 });
  });

  it('that stands as high already is not written', async () => {
    const group = await aGroupWith(3);
    await reads('bob', group, 3);
    const calls: string[] = [];
    const counted = parley.through(({ name }, pass) => {
      calls.push(name);
      return pass();
    });
    expect(await reads('bob', group, 2, counted)).toMatchObject({ lastReadSeq: 3, lastDeliveredSeq: 3 });
    expect(calls).toEqual([]);
  });

  it('is raised despite a transaction on the same membership', async () => {
    const group = await aGroupWith(3);
    let conflicts = 1;
    const meeting = parley.through(async ({ name }, pass) => {
      if (name !== 'UpdateItem' || conflicts === 0) return pass();
      conflicts -= 1;
      throw Object.assign(new Error('ongoing'), { name: 'TransactionConflictException' });
    });
    await reads('bob', group, 3, meeting);
    expect(await memberOf('bob', group)).toMatchObject({ lastReadSeq: 3 });
  });

  it('leaves a role that changes at the same moment', async () => {
    const group = await aGroupWith(3);
    const place = await parley.placeOf('bob', group);
    await parley.instance.members.setRole(await parley.placeOf('ada', group), 'bob', 'admin');
    await parley.instance.receipts.raise(place, { read: 3 });
    expect(await memberOf('bob', group)).toMatchObject({ role: 'admin', rev: 1, lastReadSeq: 3 });
  });

  it('makes no member of somebody who has left meanwhile', async () => {
    const group = await aGroupWith(3);
    const place = await parley.placeOf('bob', group);
    await parley.instance.members.leave(place);
    expect(await refusalOf(parley.instance.receipts.raise(place, { read: 3 }))).toBe('not_found');
    if (place.member) {
      const message = await parley.says('ada', group, 'more');
      await parley.instance.receipts.raiseBySender(parley.given.tenant, {
        conversation: place.conversation,
        sender: place.member,
        message,
      });
    }
    expect((await parley.instance.members.all(parley.given.tenant, group)).map(({ userId }) => userId)).toEqual([
      'ada',
    ]);
  });

  it('is refused above the newest number', async () => {
    const group = await aGroupWith(3);
    expect(await refusalOf(reads('bob', group, 4))).toBe('invalid_request');
    expect(await refusalOf(receives('bob', group, 4))).toBe('invalid_request');
  });
});

it('costs two write units to raise what is read and one for what is received, whatever is remembered', async () => {
  const user = '7c2f9d1e-0d1a-4c57-9a43-2f1f5b1f5c11';
  const group = await aGroupWith(46, ['ada', user]);
  let units: unknown;
  const metered = parley.through(async ({ name, input }, pass) => {
    if (name !== 'UpdateItem') return pass();
    input.ReturnConsumedCapacity = 'TOTAL';
    const answer = (await pass()) as { ConsumedCapacity?: { CapacityUnits?: number } };
    units = answer.ConsumedCapacity?.CapacityUnits;
    return answer;
  });
  const cost = async (seen: { read?: number; delivered?: number }) => {
    parley.given.clock.forward({ hours: 19, seconds: 1.379 });
    await metered.receipts.raise(await parley.placeOf(user, group), seen);
    return units;
  };

  const costs = [];
  for (const n of numbers(23)) costs.push([await cost({ delivered: 2 * n }), await cost({ read: 2 * n })]);

  const member = await memberOf(user, group);
  expect([member.readMarks?.length, member.deliveredMarks?.length]).toEqual([40, 40]);
  expect(costs).toEqual(costs.map(() => [1, 2]));
});

describe('the receipts of a message', () => {
  it('come in pages by user id', async () => {
    const users = numbers(7).map((n) => `user-${n}`);
    const group = await aGroupWith(1, ['ada', ...users]);
    for (const user of users.slice(0, 5)) await receives(user, group, 1);
    for (const user of ['user-2', 'user-4']) await reads(user, group, 1);
    const { place, message } = await parley.instance.messages.find(parley.caller('ada'), `${group}.1`);
    const first = await parley.instance.receipts.page(place, message, { limit: 3 });
    expect(first).toMatchObject({ readCount: 2, deliveredCount: 5, memberCount: 7, hasMore: true });
    const second = await parley.instance.receipts.page(place, message, { limit: 3, cursor: first.nextCursor ?? '' });
    const named = [first, second].map(({ readBy, deliveredTo }) =>
      [readBy, deliveredTo].map((all) => all.map((one) => one.userId)),
    );
    expect(named).toEqual([
      [['user-2'], ['user-1', 'user-2', 'user-3']],
      [['user-4'], ['user-4', 'user-5']],
    ]);
    expect(second).toMatchObject({ readCount: 2, nextCursor: null, hasMore: false });
  });

  it('take no cursor of another message', async () => {
    const group = await aGroupWith(2, ['ada', 'bob', 'cyd']);
    for (const user of ['bob', 'cyd']) await receives(user, group, 2);
    const page = async (seq: number, cursor?: string) => {
      const { place, message } = await parley.instance.messages.find(parley.caller('ada'), `${group}.${seq}`);
      return parley.instance.receipts.page(place, message, { limit: 1, cursor });
    };
    const { nextCursor } = await page(1);
    expect(await refusalOf(page(2, String(nextCursor)))).toBe('invalid_request');
  });
});
