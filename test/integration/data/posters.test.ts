/** What people post tells what they have read, mostly without a write: through any order of posts, failures, reads and fan-outs. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { caughtUp, mostPosters, posterKey } from '../../../shared/domain/posters.ts';
import type { Message } from '../../../shared/protocol/message.ts';
import type { Between } from '../../support/table.ts';
import { aParley, draftOf, numbers } from './parley.ts';

const parley = aParley();

const memberOf = async (user: string, group: string) => {
  const { member } = await parley.placeOf(user, group);
  if (!member) throw new Error(`${user} is no member.`);
  return member;
};

/** As fan-out does with a message. */
const follows = async (group: string, users: readonly string[], { senderId, ...message }: Message) => {
  const { tenant } = parley.given;
  const conversation = await parley.stateOf(group);
  const poster = senderId ?? '';
  const sender = await memberOf(poster, group);
  await parley.instance.receipts.raiseBySender(tenant, { conversation, sender, message: { ...message, senderId } });
  await parley.instance.posters.makeRoom(tenant, conversation, { poster, users });
};

const reads = async (user: string, group: string, read: number, instance = parley.instance) =>
  instance.receipts.raise(await parley.placeOf(user, group), { read });

/** As they are shown it themselves. */
const readBy = async (user: string, group: string): Promise<number> => {
  const { items } = await parley.instance.inbox.page(parley.caller(user), { limit: 10 });
  return items.find(({ id }) => id === group)?.lastReadSeq ?? -1;
};

/** As others are shown it, who know of no message that is under way. */
const readOf = async (user: string, group: string): Promise<number> =>
  caughtUp(await parley.stateOf(group), await memberOf(user, group)).lastReadSeq;

/** As a reader closes holes, and fan-out then hears of them. */
const closes = async (group: string, users: readonly string[] = ['ada', 'bob']): Promise<void> => {
  parley.given.clock.forward({ seconds: 10 });
  for (const { status, seq } of await parley.historyOf(users[0] ?? '', group)) {
    if (status !== 'void') continue;
    const conversation = await parley.stateOf(group);
    await parley.instance.posters.tellOfVoids(parley.given.tenant, conversation, { voids: [seq], users });
  }
};

/** Numbers that nobody here took. */
const elsewhere = async (group: string, count: number): Promise<void> => {
  for (const n of numbers(count)) await parley.says('zoe', group, `message ${n}`);
};

const writes: string[] = [];
const counted: Between = ({ name, input }, pass) => {
  if (name === 'UpdateItem') writes.push(String(input.Key.SK));
  return pass();
};

describe('posting', () => {
  it('takes no write on the membership of somebody who has read what came before', async () => {
    const group = await parley.aGroup(['ada', 'bob']);
    const instance = parley.through(counted);
    const answers = async (user: string) => {
      const message = await parley.says(user, group, 'Hello!');
      writes.length = 0;
      await instance.receipts.raiseBySender(parley.given.tenant, {
        conversation: await parley.stateOf(group),
        sender: await memberOf(user, group),
        message,
      });
      return writes;
    };
    expect(await answers('ada')).toEqual([]);
    expect(await answers('ada')).toEqual([]);
    await reads('bob', group, 2);
    expect(await answers('bob')).toEqual([]);
    await reads('ada', group, 3);
    expect(await answers('ada')).toEqual([]);
    expect([await readBy('ada', group), await readBy('bob', group)]).toEqual([4, 3]);
    expect(await answers('bob'), 'he had not read number 4').toEqual(['MEMBER#bob']);
  });

  it('says when somebody read what came while their post was under way', async () => {
    const group = await parley.aGroup(['ada', 'bob']);
    const draft = draftOf('two');
    const { place, ...entry } = await parley.instance.sends.enter(parley.caller('ada'), group, draft);
    await parley.says('bob', group, 'one');
    const message = await parley.instance.sends.append(place, draft, entry);
    await follows(group, ['ada', 'bob'], message);
    expect(await memberOf('ada', group)).toMatchObject({ lastReadSeq: 2, shownReadSeq: 2 });
  });

  it('is counted as read at once, and stays so when somebody else posts', async () => {
    const group = await parley.aGroup(['ada', 'bob']);
    await parley.says('ada', group, 'one');
    await parley.says('ada', group, 'two');
    await parley.says('bob', group, 'three');
    expect(await readBy('ada', group)).toBe(2);
  });

  it('leaves nothing to write to whoever says that they have read their own, but an unread mark to take away', async () => {
    const group = await parley.aGroup(['ada', 'bob']);
    await parley.says('ada', group, 'one');
    const instance = parley.through(counted);
    writes.length = 0;
    expect(await reads('ada', group, 1, instance)).toMatchObject({ lastReadSeq: 1 });
    expect(writes).toEqual([]);
    await parley.instance.ownStates.markUnread(parley.caller('ada'), group);
    await reads('ada', group, 1, instance);
    expect(writes).toEqual(['MEMBER#ada']);
  });

  it('is shown to others, by whom a message was read and when included', async () => {
    const group = await parley.aGroup(['ada', 'bob']);
    await parley.says('bob', group, 'one');
    parley.given.clock.forward({ seconds: 10 });
    const read = parley.given.clock.now().toISOString();
    await reads('ada', group, 1);
    parley.given.clock.forward({ seconds: 10 });
    await follows(group, ['ada', 'bob'], await parley.says('ada', group, 'two'));
    const { place, message } = await parley.instance.messages.find(parley.caller('bob'), `${group}.1`);
    expect((await parley.instance.receipts.page(place, message, { limit: 10 })).readBy).toEqual([
      { userId: 'ada', at: read },
    ]);
  });
});

describe('a conversation in which many post', () => {
  const users = ['zoe', ...numbers(mostPosters + 1).map((n) => `user-${n}`)];
  const [last = ''] = users.slice(-1);
  /** After they have read what came before. */
  const posts = async (group: string, user: string) => {
    const { seq } = await parley.stateOf(group);
    if (seq > 0) await reads(user, group, seq);
    const message = await parley.says(user, group, 'Hello!');
    await follows(group, users, message);
    return message.seq;
  };
  const listedIn = async (group: string) => Object.keys((await parley.stateOf(group)).posters ?? {});

  it('remembers so many of them, and forgets for somebody new who has not posted for long', async () => {
    const group = await parley.aGroup(users);
    for (const user of users) await posts(group, user);
    expect((await listedIn(group)).sort()).toEqual(users.slice(0, mostPosters).map(posterKey).sort());

    await elsewhere(group, 70);
    await posts(group, last);
    await posts(group, last);

    const kept = await listedIn(group);
    expect(kept).toHaveLength(mostPosters);
    expect(kept).toContain(posterKey(last));
  });

  it('knows what somebody has read who was forgotten', async () => {
    const group = await parley.aGroup(users);
    for (const user of users) await posts(group, user);
    const [, first = ''] = users;
    const own = users.indexOf(first) + 1;
    expect(await memberOf(first, group), 'before').toMatchObject({ lastReadSeq: own - 1 });

    await elsewhere(group, 70);
    const [other = ''] = users.slice(-2);
    // Zoe is forgotten for the other, who takes her room, and then whoever came second.
    for (const user of [other, other, last]) await posts(group, user);

    expect(await memberOf(first, group)).toMatchObject({ lastReadSeq: own });
    expect(await readBy(first, group)).toBe(own);
  });

  it('keeps somebody who posts again while somebody else wants their room', async () => {
    const group = await parley.aGroup(users);
    for (const user of users) await posts(group, user);
    await elsewhere(group, 70);
    const conversation = await parley.stateOf(group);
    const seq = await posts(group, 'user-1');
    await parley.instance.posters.makeRoom(parley.given.tenant, conversation, { poster: last, users });
    expect(await readBy('user-1', group)).toBe(seq);
  });
});

describe('a number that never became a message', () => {
  const dies = (user: string, group: string) =>
    expect(
      parley
        .through(({ name }, pass) => (name === 'PutItem' ? Promise.reject(new Error('It ends here.')) : pass()))
        .send(parley.caller(user), group, draftOf('Hello!')),
    ).rejects.toThrow('It ends here.');

  it('takes nothing back of what its sender has read', async () => {
    const group = await parley.aGroup(['ada', 'bob']);
    for (const content of ['one', 'two']) await parley.says('ada', group, content);
    await parley.says('bob', group, 'three');
    await dies('ada', group);
    await parley.says('bob', group, 'five');
    expect(await readBy('ada', group)).toBe(2);
  });

  it('is told like any other reading once it is closed, and leaves an unread mark that is newer', async () => {
    const group = await parley.aGroup(['ada', 'bob']);
    for (const content of ['one', 'two']) await parley.says('ada', group, content);
    await dies('ada', group);
    await parley.instance.ownStates.markUnread(parley.caller('ada'), group);
    await closes(group);
    expect(await memberOf('ada', group)).toMatchObject({
      lastReadSeq: 3,
      shownReadSeq: 3,
      raisedBy: 'read',
      audience: 'members',
      markedUnreadSeq: 3,
    });
  });

  it('tells nothing of somebody who had not read what came before', async () => {
    const group = await parley.aGroup(['ada', 'bob']);
    await parley.says('bob', group, 'one');
    await dies('ada', group);
    await closes(group);
    expect(await readOf('ada', group)).toBe(0);
  });
});

it('knows of everybody what they have read, whatever fails, comes late or comes twice', async () => {
  const users = numbers(4).map((n) => `user-${n}`);
  const anyone = fc.nat({ max: users.length - 1 });
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('posts' as const), who: anyone }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('dies' as const), who: anyone }) },
    // What was read at the beginning of a send is old when it is written.
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('looks' as const), who: anyone }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('posts what it looked for' as const), who: anyone }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('reads' as const), who: anyone, back: fc.nat({ max: 2 }) }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('is followed' as const), who: anyone }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 24 }), async (steps) => {
      const group = await parley.aGroup(users);
      const said = new Map(users.map((user) => [user, 0]));
      const takenBy: (string | undefined)[] = [undefined];
      const before = new Map(users.map((user) => [user, 0]));
      const stored: Message[] = [];
      const begun: Awaited<ReturnType<typeof parley.instance.sends.enter>>[] = [];
      const taken = async (user: string) => {
        const { seq } = await parley.stateOf(group);
        for (let n = takenBy.length; n <= seq; n += 1) takenBy[n] = user;
      };
      const othersBetween = (user: string, low: number, high: number) =>
        stored.filter(({ seq, senderId }) => seq > low && seq <= high && senderId !== user);
      /** Nothing of others that they have neither read nor posted after counts as read, and nothing is ever taken back. */
      const check = async () => {
        for (const user of users) {
          const read = await readOf(user, group);
          const known = Math.max(said.get(user) ?? 0, takenBy.lastIndexOf(user));
          expect(othersBetween(user, known, read)).toEqual([]);
          expect(read).toBeGreaterThanOrEqual(before.get(user) ?? 0);
          before.set(user, read);
        }
      };
      for (const { kind, who, ...rest } of steps) {
        const user = users[who] ?? '';
        if (kind === 'posts') stored.push(await parley.says(user, group, 'Hello!'));
        if (kind === 'dies') {
          const dies = parley.through(({ name }, pass) =>
            name === 'PutItem' ? Promise.reject(new Error('The function ends here.')) : pass(),
          );
          await dies.send(parley.caller(user), group, draftOf('Hello!')).catch(() => undefined);
        }
        if (kind === 'looks')
          begun.push(await parley.instance.sends.enter(parley.caller(user), group, draftOf('Hello!')));
        const looked = kind === 'posts what it looked for' ? begun.shift() : undefined;
        if (looked) stored.push(await parley.instance.sends.append(looked.place, draftOf('Hello!'), looked));
        await taken(looked?.place.caller.user ?? user);
        if (kind === 'reads') {
          const { seq } = await parley.stateOf(group);
          const read = Math.max(0, seq - ('back' in rest ? rest.back : 0));
          await reads(user, group, read);
          said.set(user, Math.max(said.get(user) ?? 0, read));
        }
        if (kind === 'is followed') {
          const [one] = stored.filter(({ senderId }) => senderId === user).slice(-1);
          if (one) await follows(group, users, one);
        }
        await check();
      }
      for (const message of stored) await follows(group, users, message);
      await check();
      await closes(group, users);
      await check();
      for (const user of users) {
        const own = stored.filter(({ senderId }) => senderId === user).at(-1)?.seq ?? 0;
        const [read, least] = [await readOf(user, group), Math.max(said.get(user) ?? 0, own)];
        expect(read, user).toBeGreaterThanOrEqual(least);
        // Beyond that, only numbers that they took in vain; and those are on their membership, so that they were told.
        expect(takenBy.slice(least + 1, read + 1).filter((one) => one !== user)).toEqual([]);
        if (read > least) expect(await memberOf(user, group)).toMatchObject({ lastReadSeq: read });
        // When they read each message of the others is on their membership.
        const { shownReadSeq } = await memberOf(user, group);
        expect(othersBetween(user, shownReadSeq, own)).toEqual([]);
      }
    }),
    { numRuns: 10 },
  );
});
