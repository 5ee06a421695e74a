import { describe, expect, it } from 'vitest';
import { type ConversationState, newMember } from '../../../shared/domain/conversation.ts';
import {
  caughtUp,
  firstStreaks,
  idleStreak,
  isNewsOfReading,
  mostStreaks,
  posterKey,
  type Streaks,
  streakStep,
} from '../../../shared/domain/streaks.ts';

const conversation = (
  seq: number,
  streaks: Record<string, [number, number]> | null,
  live: 'all' | 'subscribed' = 'all',
) => ({
  seq,
  live,
  streaks:
    streaks && (Object.fromEntries(Object.entries(streaks).map(([user, one]) => [posterKey(user), one])) as Streaks),
});

/** Ada, as somebody who has read so far, and shows it. */
const reader = (read: number, shown = read) => ({
  ...newMember({ id: 'g-1', seq: 0, rev: 0 } as ConversationState, 'ada', 'member', new Date(0)),
  lastReadSeq: read,
  shownReadSeq: shown,
});

describe('who has read up to a streak of their own', () => {
  it('has read all of it', () => {
    expect(caughtUp(conversation(9, { ada: [5, 9] }), reader(4))).toMatchObject({ lastReadSeq: 9, shownReadSeq: 9 });
    expect(caughtUp(conversation(9, { ada: [5, 7] }), reader(6))).toMatchObject({ lastReadSeq: 7 });
  });

  it('has not where something before it is unread', () => {
    expect(caughtUp(conversation(9, { ada: [5, 9] }), reader(3))).toMatchObject({ lastReadSeq: 3, shownReadSeq: 3 });
  });

  it('shows as much as they showed before it', () => {
    expect(caughtUp(conversation(9, { ada: [5, 9] }), reader(4, 2))).toMatchObject({ lastReadSeq: 9, shownReadSeq: 2 });
  });

  it('is not taken for somebody else', () => {
    expect(caughtUp(conversation(9, { bob: [5, 9] }), reader(4))).toMatchObject({ lastReadSeq: 4 });
  });

  it('has read no less than what they said', () => {
    expect(caughtUp(conversation(9, { ada: [5, 7] }), reader(8))).toMatchObject({ lastReadSeq: 8 });
    expect(caughtUp(conversation(9, null), reader(8))).toMatchObject({ lastReadSeq: 8 });
  });
});

describe('a post tells nothing new of what its sender has read', () => {
  it('where they had read what came before', () => {
    expect(isNewsOfReading(conversation(9, { ada: [9, 9] }), reader(8), 9)).toBe(false);
    expect(isNewsOfReading(conversation(9, { ada: [5, 9] }), reader(4), 8)).toBe(false);
  });

  it('but does where they had not, had not shown it, or are not remembered', () => {
    expect(isNewsOfReading(conversation(9, { ada: [9, 9] }), reader(7), 9)).toBe(true);
    expect(isNewsOfReading(conversation(9, { ada: [9, 9] }), reader(8, 6), 9)).toBe(true);
    expect(isNewsOfReading(conversation(9, {}), reader(8), 9)).toBe(true);
  });

  it('but does where they had marked it unread before, and not where they have since', () => {
    const marked = (markedUnreadSeq: number) => ({ ...reader(8), markedUnreadSeq });
    expect(isNewsOfReading(conversation(9, { ada: [9, 9] }), marked(8), 9)).toBe(true);
    expect(isNewsOfReading(conversation(9, { ada: [9, 9] }), marked(9), 9)).toBe(false);
  });
});

describe('a post', () => {
  it('goes on with the streak that ended with the newest number, read or not', () => {
    expect(streakStep(conversation(7, { ada: [5, 7] }), reader(2))).toBe('goes on');
    expect(streakStep(conversation(0, { ada: [0, 0] }), reader(0))).toBe('goes on');
  });

  it('begins a new one where its sender has read and shown everything since', () => {
    expect(streakStep(conversation(9, { ada: [5, 7] }), reader(9))).toEqual({ beginsAfter: 7 });
  });

  it('leaves the old one where they have not, so that nothing that it tells is lost', () => {
    expect(streakStep(conversation(9, { ada: [5, 7] }), reader(8))).toBe('stays');
    expect(streakStep(conversation(9, { ada: [5, 7] }), reader(9, 8))).toBe('stays');
  });

  it('is listed while there is room, of somebody who is a member, in a conversation that all hear of', () => {
    const full = Object.fromEntries(
      Array.from({ length: mostStreaks }, (_, i) => [`user-${i}`, [0, 0] as [number, number]]),
    );
    expect(streakStep(conversation(9, { bob: [9, 9] }), reader(9))).toBe('is listed');
    expect(streakStep(conversation(9, full), reader(9))).toBe('stays');
    expect(streakStep(conversation(9, {}), undefined)).toBe('stays');
    expect(streakStep(conversation(9, {}, 'subscribed'), reader(9))).toBe('stays');
    expect(streakStep(conversation(9, null), reader(9))).toBe('stays');
  });
});

describe('the streak that makes room', () => {
  const full = (ends: (i: number) => number) =>
    Object.fromEntries(Array.from({ length: mostStreaks }, (_, i) => [`user-${i}`, [1, ends(i)] as [number, number]]));

  it('is the one that ended first, if it is old', () => {
    expect(
      idleStreak(
        conversation(
          100,
          full((i) => 10 + i),
        ),
        'ada',
      ),
    ).toEqual({ key: posterKey('user-0'), streak: [1, 10] });
    expect(
      idleStreak(
        conversation(
          70,
          full((i) => 10 + i),
        ),
        'ada',
      ),
    ).toBeUndefined();
  });

  it('is none while there is room, or for who has one', () => {
    expect(idleStreak(conversation(100, { bob: [1, 10] }), 'ada')).toBeUndefined();
    expect(
      idleStreak(
        conversation(
          100,
          full((i) => 10 + i),
        ),
        'user-3',
      ),
    ).toBeUndefined();
  });
});

it('lists those who found a conversation, where they are few', () => {
  expect(firstStreaks(['ada', 'constructor'])).toEqual({
    [posterKey('ada')]: [0, 0],
    [posterKey('constructor')]: [0, 0],
  });
  expect(firstStreaks(Array.from({ length: mostStreaks + 1 }, (_, i) => `user-${i}`))).toEqual({});
});
