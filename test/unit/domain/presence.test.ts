import { describe, expect, it } from 'vitest';
import { areApart } from '../../../shared/domain/blocks.ts';
import {
  countsUntil,
  isSettled,
  lastSeenOf,
  type PresenceState,
  presenceFor,
  type Sign,
  standingOf,
} from '../../../shared/domain/presence.ts';

const lives = { online: 30_000, away: 600_000 };
const at = (second: number) => new Date(Date.UTC(2026, 10, 21, 12, 0, second));
const time = (second: number) => at(second).toISOString();
const sign = (second: number, status: Sign['status'] = 'online'): Sign => ({ at: time(second), status });
const signs = (all: Record<string, Sign>) => new Map(Object.entries(all));
const connection = (id: string, second = 0) => ({
  id,
  connectedAt: time(second),
  expiresAt: at(7_200).getTime() / 1000,
});
const state = (more: Partial<PresenceState> = {}): PresenceState => ({
  user: 'ada',
  connections: [],
  isShut: false,
  blocked: new Set(),
  privacy: 'contacts',
  cameAt: undefined,
  leftAt: undefined,
  changedAt: undefined,
  shown: 'offline',
  shownAt: undefined,
  lastSeenAt: null,
  ...more,
});

describe('somebody’s standing', () => {
  const standing = (connections: string[], given: Record<string, Sign>, second: number, more = {}) =>
    standingOf(
      state({ connections: connections.map((id) => connection(id)), ...more }),
      signs(given),
      lives,
      at(second),
    );

  it('is offline without a connection', () => {
    expect(standing([], {}, 0)).toEqual({ status: 'offline', until: undefined });
  });

  it('is online for one life after they connected, and after each heartbeat', () => {
    expect(standing(['a'], {}, 29)).toEqual({ status: 'online', until: at(30).getTime() });
    expect(standing(['a'], {}, 30)).toEqual({ status: 'offline', until: undefined });
    expect(standing(['a'], { a: sign(20) }, 49)).toEqual({ status: 'online', until: at(50).getTime() });
  });

  it('is the best of those devices that are alive, until the last of the best is not', () => {
    const given = { a: sign(10, 'away'), b: sign(5), c: sign(8) };
    expect(standing(['a', 'b', 'c'], given, 20)).toEqual({ status: 'online', until: at(38).getTime() });
    expect(standing(['a', 'b', 'c'], given, 40)).toEqual({ status: 'away', until: at(610).getTime() });
  });

  it('counts no sign of a connection that is no more', () => {
    expect(standing([], { a: sign(1) }, 2)).toMatchObject({ status: 'offline' });
  });

  it('ends with the token', () => {
    const connections = [{ ...connection('a'), expiresAt: at(10).getTime() / 1000 }];
    expect(standing([], {}, 5, { connections })).toEqual({ status: 'online', until: at(10).getTime() });
    expect(standing([], {}, 10, { connections })).toMatchObject({ status: 'offline' });
  });

  it('is offline for whoever hides it, or is deleted', () => {
    expect(standing(['a'], {}, 1, { privacy: 'nobody' })).toMatchObject({ status: 'offline' });
    expect(standing(['a'], {}, 1, { isShut: true })).toMatchObject({ status: 'offline' });
  });
});

describe('the last sign of life', () => {
  const lastSeen = (more: Partial<PresenceState>, given: Record<string, Sign> = {}) =>
    lastSeenOf(state(more), signs(given), lives);

  it.each([
    ['nobody knows of', {}, {}, null],
    ['came', { cameAt: time(5) }, {}, time(5)],
    ['sent a heartbeat', { cameAt: time(5) }, { a: sign(20), b: sign(15) }, time(20)],
    ['left', { cameAt: time(5), leftAt: time(25) }, { a: sign(20) }, time(25)],
    ['had vanished long before the gateway noticed', { cameAt: time(5), leftAt: time(620) }, { a: sign(20) }, time(20)],
    ['left and came back', { cameAt: time(40), leftAt: time(25) }, { a: sign(20) }, time(40)],
    ['hides it', { cameAt: time(5), privacy: 'nobody' }, {}, null],
    ['is deleted', { cameAt: time(5), isShut: true }, {}, null],
  ] as const)('of somebody who %s', (_, more, given, expected) => {
    expect(lastSeen(more, given)).toBe(expected);
  });
});

it('is settled once nothing has changed for the pause', () => {
  expect(isSettled(state(), 5_000, at(0))).toBe(true);
  expect(isSettled(state({ changedAt: time(10) }), 5_000, at(14))).toBe(false);
  expect(isSettled(state({ changedAt: time(10) }), 5_000, at(15))).toBe(true);
});

it('counts a sign for as long as its status says', () => {
  expect(countsUntil(sign(0), lives)).toBe(at(30).getTime());
  expect(countsUntil(sign(0, 'away'), lives)).toBe(at(600).getTime());
});

describe('what somebody may know of somebody else', () => {
  const bob = (blocked: string[] = []) => ({ user: 'bob', blocked: new Set(blocked) });
  const seen = (viewer: ReturnType<typeof bob>, more: Partial<PresenceState>, areContacts = true) =>
    presenceFor(viewer, state({ shown: 'online', shownAt: time(1), lastSeenAt: time(0), ...more }), areContacts, at(9));
  const nothing = { userId: 'ada', status: 'offline', lastSeenAt: null, asOf: time(9) };

  it('is what was told last, and of who is offline when they were seen', () => {
    expect(seen(bob(), {})).toEqual({ userId: 'ada', status: 'online', lastSeenAt: null, asOf: time(1) });
    expect(seen(bob(), { shown: 'offline' })).toMatchObject({ status: 'offline', lastSeenAt: time(0) });
  });

  it.each([
    ['a stranger', bob(), {}, false],
    ['of who hides it', bob(), { privacy: 'nobody' }, true],
    ['of who is deleted', bob(), { isShut: true }, true],
    ['of who has blocked them', bob(), { blocked: new Set(['bob']) }, true],
    ['of whom they have blocked', bob(['ada']), { privacy: 'everyone' }, true],
  ] as const)('is nothing: %s', (_, viewer, more, areContacts) => {
    expect(seen(viewer, more, areContacts)).toEqual(nothing);
  });

  it('is everything for a stranger, of who lets everyone know', () => {
    expect(seen(bob(), { privacy: 'everyone' }, false)).toMatchObject({ status: 'online' });
  });

  it('is what was told of them, for themselves', () => {
    expect(seen({ user: 'ada', blocked: new Set() }, { privacy: 'nobody' }, false)).toMatchObject({ status: 'online' });
  });
});

it('keeps two apart of whom one has blocked the other', () => {
  const who = (user: string, ...blocked: string[]) => ({ user, blocked: new Set(blocked) });
  expect(areApart(who('ada'), who('bob'))).toBe(false);
  expect(areApart(who('ada', 'bob'), who('bob'))).toBe(true);
  expect(areApart(who('ada'), who('bob', 'ada'))).toBe(true);
  expect(areApart(who('ada', 'eve'), who('bob', 'eve'))).toBe(false);
});
