import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isElsewhere, isNews, isTold, type Occasion, pushPause } from '../../../shared/domain/notifications.ts';
import { forEver } from '../../../shared/protocol/own-state.ts';

const now = new Date('2026-11-21T12:00:00.000Z');

const occasion = (
  message: Partial<Occasion['message']> = {},
  conversation: Partial<Occasion['conversation']> = {},
): Occasion => ({
  conversation: {
    id: 'g-1',
    type: 'group',
    title: null,
    memberCount: 3,
    live: 'all',
    deletedAt: null,
    ...conversation,
  },
  message: {
    id: 'g-1.5',
    seq: 5,
    senderId: 'ada',
    status: 'sent',
    mentions: [],
    inConversation: true,
    createdAt: now.toISOString(),
    ...message,
  },
  participants: [],
});
const bob = { userId: 'bob', joinedSeq: 0, lastReadSeq: 4 };

describe('a message is news', () => {
  it.each([
    ['as it is', {}, {}, true],
    ['once deleted', { status: 'deleted' as const }, {}, false],
    ['that never was one', { status: 'void' as const, senderId: null }, {}, false],
    ['of a deleted conversation', {}, { deletedAt: now.toISOString() }, false],
    ['of almost a day ago', { createdAt: '2026-11-20T12:00:01.000Z' }, {}, true],
    ['of a day ago, as when events are played again', { createdAt: '2026-11-20T12:00:00.000Z' }, {}, false],
  ])('%s: %#', (_, message, conversation, expected) => {
    expect(isNews(occasion(message, conversation), now)).toBe(expected);
  });
});

describe('a member', () => {
  it.each([
    ['is told', {}, true],
    ['is not told of their own', { userId: 'ada' }, false],
    ['is not told of what they have read', { lastReadSeq: 5 }, false],
    ['is not told of what was said before they joined', { joinedSeq: 5 }, false],
    ['is not told where they muted it', { mutedUntil: forEver }, false],
    ['is told once they have muted it no more', { mutedUntil: '2026-11-21T11:59:59.000Z' }, true],
    ['is not told where they want nothing', { notifications: 'none' as const }, false],
    ['is not told where they want mentions', { notifications: 'mentions' as const }, false],
  ])('%s', (_, more, expected) => {
    expect(isTold(occasion(), { ...bob, ...more }, 'all', now)).toBe(expected);
  });

  it('wants in general what the conversation does not say', () => {
    expect(isTold(occasion(), bob, 'mentions', now)).toBe(false);
    expect(isTold(occasion(), { ...bob, notifications: 'all' }, 'none', now)).toBe(true);
    expect(isTold(occasion({}, { type: 'direct' }), bob, 'mentions', now)).toBe(true);
    expect(isTold(occasion({}, { type: 'direct' }), { ...bob, notifications: 'mentions' }, 'all', now)).toBe(false);
  });

  it.each([
    [{ memberCount: 256 }, true],
    [{ memberCount: 257 }, false],
    [{ memberCount: 250, live: 'subscribed' as const }, false],
  ])('of many is told of mentions alone: %j', (conversation, expected) => {
    expect(isTold(occasion({}, conversation), bob, 'all', now)).toBe(expected);
    expect(isTold(occasion({ mentions: ['bob'] }, conversation), bob, 'all', now)).toBe(true);
  });

  it('is told of a reply in a thread that they take part in', () => {
    const reply = occasion({ inConversation: false });
    expect(isTold(reply, bob, 'all', now)).toBe(false);
    expect(isTold({ ...reply, participants: ['bob'] }, bob, 'all', now)).toBe(true);
    expect(isTold({ ...reply, participants: ['bob'] }, bob, 'mentions', now)).toBe(false);
  });

  it('is never told more for wanting less, nor less for being mentioned', () => {
    const level = fc.constantFrom('all' as const, 'mentions' as const, 'none' as const);
    const told = fc.record({
      seq: fc.integer({ min: 1, max: 9 }),
      lastReadSeq: fc.integer({ min: 0, max: 9 }),
      joinedSeq: fc.integer({ min: 0, max: 9 }),
      memberCount: fc.integer({ min: 2, max: 400 }),
      inConversation: fc.boolean(),
      usual: level,
    });
    fc.assert(
      fc.property(told, ({ seq, lastReadSeq, joinedSeq, memberCount, inConversation, usual }) => {
        const [plain, mentioning] = [[], ['bob']].map((mentions) =>
          occasion({ seq, inConversation, mentions }, { memberCount }),
        );
        const member = { ...bob, lastReadSeq, joinedSeq };
        const by = (one: Occasion | undefined, notifications: 'all' | 'mentions' | 'none') =>
          Number(isTold(one as Occasion, { ...member, notifications }, usual, now));
        for (const one of [plain, mentioning]) {
          expect(by(one, 'none')).toBe(0);
          expect(by(one, 'mentions')).toBeLessThanOrEqual(by(one, 'all'));
        }
        expect(by(plain, 'all')).toBeLessThanOrEqual(by(mentioning, 'all'));
        if (seq <= Math.max(lastReadSeq, joinedSeq)) expect(by(mentioning, 'all')).toBe(0);
      }),
    );
  });
});

describe('somebody is elsewhere', () => {
  const lives = { online: 30_000, away: 600_000 };
  const state = {
    user: 'bob',
    blocked: new Set<string>(),
    connections: [{ id: 'c1', connectedAt: '2026-11-21T11:00:00.000Z', expiresAt: now.getTime() / 1000 + 60 }],
    isShut: false,
    privacy: 'nobody' as const,
    cameAt: undefined,
    leftAt: undefined,
    changedAt: undefined,
    shown: 'offline' as const,
    shownAt: undefined,
    lastSeenAt: null,
  };
  const signs = (status: 'online' | 'away', at: string) => new Map([['c1', { status, at }]]);

  it.each([
    ['who gave a sign of life a moment ago', signs('online', '2026-11-21T11:59:45.000Z'), false],
    ['who has been silent for too long', signs('online', '2026-11-21T11:59:00.000Z'), true],
    ['who turned away', signs('away', '2026-11-21T11:59:45.000Z'), true],
  ])('%s: %#', (_, given, expected) => {
    expect(isElsewhere({ state, signs: given }, lives, now)).toBe(expected);
  });

  it('who has no connection; but not who was deleted', () => {
    expect(isElsewhere({ state: { ...state, connections: [] }, signs: new Map() }, lives, now)).toBe(true);
    expect(isElsewhere({ state: { ...state, connections: [], isShut: true }, signs: new Map() }, lives, now)).toBe(
      false,
    );
  });
});

it('pauses between tries of a push grow, and end', () => {
  const pauses = [1, 2, 3, 4, 5, 6, 7, 8].map((attempt) => pushPause(attempt, 1));
  expect(pauses).toEqual([15, 30, 60, 120, 240, 480, 900, undefined]);
  expect(pushPause(1, 0)).toBe(8);
});
