import { describe, expect, it } from 'vitest';
import {
  hasChanged,
  ownPatched,
  ownStateOf,
  unreadCleared,
  unreadMarked,
  unreadTotalsOf,
} from '../../../shared/domain/own-state.ts';
import { forEver, ownState } from '../../../shared/protocol/own-state.ts';

const now = new Date('2026-11-21T12:00:00.000Z');
const at = now.toISOString();
const later = '2026-11-21T13:00:00.000Z';

describe('own state', () => {
  it('is nothing in particular until something is set', () => {
    const state = ownStateOf({ lastReadSeq: 3 });
    expect(state).toEqual({
      ownVersion: 0,
      markedUnread: false,
      mutedUntil: null,
      archivedAt: null,
      pinnedAt: null,
      mentionCount: 0,
    });
    expect(ownState.strict().safeParse(state).success).toBe(true);
  });

  it('counts the mentions that have not been read', () => {
    expect(ownStateOf({ lastReadSeq: 3, mentionSeqs: new Set([1, 3, 4, 9]) }).mentionCount).toBe(2);
  });

  it('is marked as unread until something newer was read', () => {
    expect(ownStateOf({ lastReadSeq: 5, markedUnreadSeq: 5 }).markedUnread).toBe(true);
    expect(ownStateOf({ lastReadSeq: 6, markedUnreadSeq: 5 }).markedUnread).toBe(false);
    expect(unreadMarked({ lastReadSeq: 6, markedUnreadSeq: 5 }, 6)).toEqual({ markedUnreadSeq: 6 });
    expect(unreadMarked({ lastReadSeq: 6 }, 5), 'read a moment apart').toEqual({ markedUnreadSeq: 6 });
    expect(unreadMarked({ lastReadSeq: 2, markedUnreadSeq: 5 }, 7)).toEqual({});
    expect(unreadCleared({ lastReadSeq: 2, markedUnreadSeq: 5 })).toEqual({ markedUnreadSeq: null });
    expect(unreadCleared({ lastReadSeq: 6, markedUnreadSeq: 5 })).toEqual({});
  });

  it('has changed where it looks different, not where it merely has another version', () => {
    const before = { ownVersion: 1, lastReadSeq: 1, mentionSeqs: new Set([2]) };
    expect(hasChanged(before, { ...before, ownVersion: 2 })).toBe(false);
    expect(hasChanged(before, { ...before, mentionSeqs: new Set([1, 2]) })).toBe(false);
    expect(hasChanged(before, { ...before, lastReadSeq: 2 })).toBe(true);
    expect(hasChanged(before, { ...before, mutedUntil: forEver })).toBe(true);
  });
});

describe('a patch', () => {
  it('mutes for ever, until a time to come, or not at all', () => {
    expect(ownPatched({}, { muted: true }, now)).toEqual({ mutedUntil: forEver });
    expect(ownPatched({}, { muted: false }, now)).toEqual({ mutedUntil: null });
    expect(ownPatched({}, { muted: { until: '2026-11-21T13:00:00Z' } }, now)).toEqual({ mutedUntil: later });
    expect(ownPatched({}, { muted: { until: at } }, now)).toEqual({ mutedUntil: null });
  });

  it('archives or pins from now on, unless it is so already', () => {
    expect(ownPatched({}, { archived: true }, now)).toEqual({ archivedAt: at, pinnedAt: null });
    expect(ownPatched({ pinnedAt: later }, { pinned: true }, now)).toEqual({ pinnedAt: later, archivedAt: null });
    expect(ownPatched({ pinnedAt: later }, { pinned: false }, now)).toEqual({ pinnedAt: null });
  });
});

it('the totals keep what is muted or archived apart, and count what is marked', () => {
  const one = { unreadCount: 2, mentionCount: 1, markedUnread: false, mutedUntil: null, archivedAt: null };
  const totals = unreadTotalsOf(
    [
      one,
      { ...one, unreadCount: 0, mentionCount: 0, markedUnread: true },
      { ...one, unreadCount: 0, mentionCount: 0 },
      { ...one, mutedUntil: later },
      { ...one, mutedUntil: at },
      { ...one, archivedAt: at },
    ],
    now,
  );
  expect(totals).toEqual({
    conversations: 3,
    messages: 4,
    mentions: 2,
    quiet: { conversations: 2, messages: 4, mentions: 2 },
  });
});
