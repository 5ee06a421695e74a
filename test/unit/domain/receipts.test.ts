import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MemberState } from '../../../shared/domain/conversation.ts';
import {
  audienceOf,
  audienceOfPosting,
  countSteps,
  memberSeenBy,
  type Raise,
  raised,
  receiptsOf,
  risesIn,
  shownDelivered,
} from '../../../shared/domain/receipts.ts';
import { defaultSettings } from '../../../shared/domain/settings.ts';

const noon = Date.parse('2026-11-21T12:00:00.000Z');
const minute = (n: number) => new Date(noon + n * 60_000);
const at = (n: number) => minute(n).toISOString();

const member = (userId: string, joinedSeq = 0): MemberState => ({
  conversationId: 'g-x',
  userId,
  role: 'member',
  joinedAt: at(0),
  joinedSeq,
  hiddenSeq: 0,
  lastReadSeq: joinedSeq,
  shownReadSeq: joinedSeq,
  lastDeliveredSeq: joinedSeq,
  rev: 0,
});

const raise = (before: MemberState, wish: Partial<Raise>): MemberState => ({
  ...before,
  ...raised(before, { by: 'read', isShown: true, audience: 'members', at: minute(1), ...wish }),
});

const watermarks = ({ lastReadSeq, shownReadSeq, lastDeliveredSeq }: MemberState) => [
  lastReadSeq,
  shownReadSeq,
  lastDeliveredSeq,
];

describe('a raise', () => {
  it('of what is read is shown, and counts as received', () => {
    const bob = raise(member('bob'), { read: 5 });
    expect(watermarks(bob)).toEqual([5, 5, 0]);
    expect(shownDelivered(bob)).toBe(5);
  });

  it('of what is received leaves what is read', () => {
    expect(watermarks(raise(member('bob'), { delivered: 5 }))).toEqual([0, 0, 5]);
  });

  it('to what is there already changes nothing at all', () => {
    const bob = raise(raise(member('bob'), { read: 5 }), { delivered: 8 });
    for (const wish of [{ read: 5 }, { read: 4 }, { delivered: 8 }, { delivered: 4 }, { read: 3, delivered: 7 }]) {
      expect(raised(bob, { by: 'read', isShown: true, audience: 'members', at: minute(2), ...wish })).toBeUndefined();
    }
  });

  it('is one’s own alone while read receipts are off, and shows nothing', () => {
    expect(watermarks(raise(member('bob'), { read: 5, isShown: false }))).toEqual([5, 0, 0]);
    expect(watermarks(raise(member('bob'), { delivered: 5, isShown: false }))).toEqual([0, 0, 0]);
  });

  it('by posting is shown in any case', () => {
    expect(watermarks(raise(member('bob'), { read: 5, by: 'post', isShown: false }))).toEqual([5, 5, 0]);
  });

  it('shows what was kept back once read receipts are on again, and not before something is read', () => {
    const quiet = raise(member('bob'), { read: 5, isShown: false });
    expect(watermarks(raise(quiet, { read: 5 }))).toEqual([5, 5, 0]);
  });

  it('only ever lifts, in whichever order raises come', () => {
    const wishes = fc.array(
      fc.record({
        read: fc.nat(30),
        delivered: fc.nat(30),
        by: fc.constantFrom('read' as const, 'post' as const),
        isShown: fc.boolean(),
      }),
    );
    fc.assert(
      fc.property(wishes, (all) => {
        let bob = member('bob', 3);
        for (const wish of all) {
          const before = bob;
          bob = raise(before, wish);
          for (const [i, watermark] of watermarks(bob).entries())
            expect(watermark).toBeGreaterThanOrEqual(watermarks(before)[i] ?? 0);
          expect(bob.shownReadSeq).toBeLessThanOrEqual(bob.lastReadSeq);
        }
        expect(bob.lastReadSeq).toBe(Math.max(3, ...all.map(({ read }) => read)));
      }),
    );
  });
});

describe('what is told of a raise', () => {
  const told = (wish: Partial<Raise>) => risesIn(member('bob'), raise(member('bob'), wish));

  it('is one’s own affair while read receipts are off', () => {
    expect(told({ read: 5, isShown: false })).toEqual({ own: true, shown: false });
  });

  it('is for others alone where something was received', () => {
    expect(told({ delivered: 5 })).toEqual({ own: false, shown: true });
  });

  it('is nothing where something else of the membership changed since', () => {
    const bob = raise(member('bob'), { read: 5 });
    expect(risesIn(bob, { ...bob, role: 'admin', rev: 1 })).toEqual({ own: false, shown: false });
  });

  it('goes to each member of a small group, as a count to a larger one, and to nobody in a room', () => {
    expect([2, 9, 10, 256, 257].map(audienceOf)).toEqual(['members', 'members', 'counts', 'counts', 'nobody']);
  });

  it('goes to nobody where somebody posted, but for small groups whose newcomers may not see the message', () => {
    const heardBy = (historyFrom: 'start' | 'join', memberCount: number) =>
      audienceOfPosting({ memberCount, settings: { ...defaultSettings, historyFrom } });
    expect(heardBy('start', 3)).toBe('nobody');
    expect([9, 10, 257].map((count) => heardBy('join', count))).toEqual(['members', 'nobody', 'nobody']);
  });
});

describe('who received and read a message', () => {
  const message = (seq: number, senderId = 'ada') => ({ seq, senderId });

  it('is told with the time, its sender apart', () => {
    const ada = raise(member('ada'), { read: 4, by: 'post', at: minute(1) });
    const bob = raise(raise(member('bob'), { delivered: 4, at: minute(2) }), { read: 4, at: minute(3) });
    const cyd = raise(member('cyd'), { delivered: 5, at: minute(4) });
    expect(receiptsOf(message(4), [cyd, ada, bob, member('dan')])).toEqual({
      memberCount: 3,
      readBy: [{ userId: 'bob', at: at(3) }],
      deliveredTo: [
        { userId: 'bob', at: at(2) },
        { userId: 'cyd', at: at(4) },
      ],
    });
  });

  it('is told of each number by the raise that passed it first', () => {
    let bob = member('bob');
    for (const [n, seq] of [3, 5, 9].entries()) bob = raise(bob, { read: seq, at: minute(n) });
    const times = [1, 3, 4, 5, 6, 9].map((seq) => receiptsOf(message(seq), [bob]).readBy[0]?.at);
    expect(times).toEqual([0, 0, 1, 1, 2, 2].map(at));
  });

  it('is when it was read, where it was received no sooner', () => {
    const bob = raise(raise(member('bob'), { read: 4, at: minute(1) }), { delivered: 9, at: minute(2) });
    expect(receiptsOf(message(4), [bob]).deliveredTo).toEqual([{ userId: 'bob', at: at(1) }]);
  });

  it('leaves out those who joined after it was sent', () => {
    expect(receiptsOf(message(4), [member('late', 4)])).toEqual({ memberCount: 0, readBy: [], deliveredTo: [] });
    expect(receiptsOf(message(5), [raise(member('late', 4), { read: 5 })]).readBy).toHaveLength(1);
  });

  it('remembers the times of twenty raises each, and keeps to what it knows', () => {
    let bob = member('bob');
    for (let n = 1; n <= 30; n += 1) bob = raise(bob, { read: n, at: minute(n) });
    expect(bob.readMarks).toHaveLength(40);
    const times = [1, 10, 11, 12, 30].map((seq) => receiptsOf(message(seq), [bob]).readBy[0]?.at);
    expect(times).toEqual([null, null, null, at(12), at(30)]);
  });
});

describe('how many have read what', () => {
  const readers = (...upTo: number[]) => upTo.map((read, i) => raise(member(`user-${i}`), { read }));
  const read = (members: MemberState[]) => countSteps(members, (one) => one.shownReadSeq);
  /** As a client looks it up. */
  const countOf = (steps: { seq: number; count: number }[], seq: number) =>
    steps.findLast((step) => step.seq >= seq)?.count ?? 0;

  it('is told in steps, greatest number first', () => {
    expect(read(readers(7, 3, 7, 0, 5))).toEqual([
      { seq: 7, count: 2 },
      { seq: 5, count: 3 },
      { seq: 3, count: 4 },
    ]);
  });

  it('is nobody where nobody has', () => {
    expect(read(readers(0, 0))).toEqual([]);
    expect(read([member('late', 9)])).toEqual([]);
  });

  it('is for each number as many as its receipts name', () => {
    const someone = fc.record({ joined: fc.nat(12), more: fc.nat(12) });
    fc.assert(
      fc.property(fc.array(someone, { maxLength: 12 }), (all) => {
        const members = all.map(({ joined, more }, i) =>
          raise(member(`user-${i}`, joined), more ? { read: joined + more } : {}),
        );
        const steps = read(members);
        for (let seq = 1; seq <= 26; seq += 1)
          expect(countOf(steps, seq)).toBe(receiptsOf({ seq, senderId: null }, members).readBy.length);
      }),
    );
  });

  it('shows the newest fifty steps', () => {
    const steps = read(readers(...Array.from({ length: 80 }, (_, i) => i + 1)));
    expect(steps).toHaveLength(50);
    expect(steps[0]).toEqual({ seq: 80, count: 1 });
    expect(steps.at(-1)).toEqual({ seq: 31, count: 50 });
  });
});

describe('a member, as somebody sees them', () => {
  const bob = raise(raise(member('bob'), { read: 3 }), { read: 5, isShown: false });
  const seenBy = (user: string, receiptsOff = false) => {
    const { lastReadSeq, lastDeliveredSeq } = memberSeenBy(
      { caller: { user }, conversation: { posters: {} }, receiptsOff },
      bob,
    );
    return [lastReadSeq, lastDeliveredSeq];
  };

  it('shows others what they show, and themselves what they have read', () => {
    expect(seenBy('ada')).toEqual([3, 3]);
    expect(seenBy('bob')).toEqual([5, 3]);
  });

  it('shows nothing of what they have read to whoever shows nothing', () => {
    expect(seenBy('ada', true)).toEqual([null, null]);
    expect(seenBy('bob', true)).toEqual([5, 3]);
  });
});
