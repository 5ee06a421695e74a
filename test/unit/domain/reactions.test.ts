import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  changeOf,
  emojiOf,
  isAfter,
  isSo,
  listOf,
  noReactions,
  type ReactionStep,
  reacted,
  reactionLimit,
  requireKnown,
  stepBetween,
  summaryOf,
} from '../../../shared/domain/reactions.ts';
import { reactionChange } from '../../../shared/protocol/reaction.ts';

const at = '2026-11-21T12:00:00.000Z';

/** After steps such as `+ada 👍` and `-ada 👍`, under the revisions 1, 2, 3 … */
const stateAfter = (...steps: string[]) =>
  steps.reduce((state, step, i) => {
    const [userId = '', emoji = ''] = step.slice(1).split(' ');
    const way: ReactionStep = step.startsWith('+') ? 'added' : 'removed';
    return reacted(state, way, { emoji, userId }, { rev: i + 1, at });
  }, noReactions);

const refusal = (work: () => unknown) => {
  try {
    work();
    return undefined;
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('the summary', () => {
  it('has the most frequent first, and names people by their ids', () => {
    const state = stateAfter('+bob 👍', '+cyd 🎉', '+ada 🎉', '+ada 🚀');
    expect(summaryOf(state)).toEqual([
      { emoji: '🎉', count: 2, userIds: ['ada', 'cyd'] },
      { emoji: '👍', count: 1, userIds: ['bob'] },
      { emoji: '🚀', count: 1, userIds: ['ada'] },
    ]);
    expect(emojiOf(state, 'ada')).toEqual(['🎉', '🚀']);
    expect(emojiOf(state, 'zoe')).toEqual([]);
  });

  it('names ten and counts all', () => {
    const users = Array.from({ length: 23 }, (_, i) => `user-${String(i).padStart(2, '0')}`);
    const [summary] = summaryOf(stateAfter(...users.map((user) => `+${user} 👍`)));
    expect(summary).toEqual({ emoji: '👍', count: 23, userIds: users.slice(0, 10) });
  });

  it('loses an emoji with the last who took it back', () => {
    expect(stateAfter('+ada 👍', '-ada 👍')).toEqual({ rev: 2, version: 2, at, users: new Map() });
  });
});

describe('a step', () => {
  it('is found again between the states before and after it, whatever it was', () => {
    const user = fc.constantFrom('ada', 'bob', 'cyd');
    const emoji = fc.constantFrom('👍', '❤️', ':parrot:');
    const steps = fc.array(fc.tuple(fc.constantFrom<ReactionStep>('added', 'removed'), user, emoji), { maxLength: 30 });
    fc.assert(
      fc.property(steps, (all) => {
        let state = noReactions;
        for (const [step, userId, one] of all) {
          const reaction = { emoji: one, userId };
          if (isSo(state, step, reaction)) continue;
          const next = reacted(state, step, reaction, { rev: state.rev + 1, at });
          expect(stepBetween(state, next)).toEqual({ ...reaction, step });
          expect(isSo(next, step, reaction)).toBe(true);
          expect(next.version).toBe(state.version + 1);
          expect(summaryOf(next).reduce((sum, { count }) => sum + count, 0)).toBe(listOf(next).length);
          state = next;
        }
        expect(stepBetween(state, state)).toBeUndefined();
      }),
    );
  });

  it('leaves the state before it as it was', () => {
    const before = stateAfter('+ada 👍');
    reacted(before, 'added', { emoji: '👍', userId: 'bob' }, { rev: 2, at });
    expect(listOf(before)).toEqual([{ emoji: '👍', userId: 'ada' }]);
  });

  it('is told as a change that fits its contract', () => {
    const place = { conversationId: 'g-5TxSCA9jRrmBc3sYsmpfjg', seq: 42 };
    const change = changeOf(stateAfter('+ada 👍', '+bob 👍'), { emoji: '👍', userId: 'bob' }, place);
    expect(reactionChange.strict().parse(change)).toEqual(change);
    expect(change).toMatchObject({ messageId: 'g-5TxSCA9jRrmBc3sYsmpfjg.42', rev: 2, version: 2 });
  });
});

describe('the list', () => {
  it('keeps its order when others come and go', () => {
    const state = stateAfter('+bob 👍', '+cyd 🎉', '+ada 👍');
    const all = listOf(state);
    expect(all).toEqual([
      { emoji: '🎉', userId: 'cyd' },
      { emoji: '👍', userId: 'ada' },
      { emoji: '👍', userId: 'bob' },
    ]);
    for (const [i, one] of all.entries()) expect(all.filter((other) => isAfter(other, one))).toEqual(all.slice(i + 1));
  });
});

describe('a message', () => {
  const distinct = Array.from({ length: reactionLimit.distinct }, (_, i) => `:code-${i}:`);

  it('takes 50 different reactions, and more of each of them', () => {
    const full = stateAfter(...distinct.map((emoji) => `+ada ${emoji}`));
    expect(refusal(() => reacted(full, 'added', { emoji: '👍', userId: 'ada' }, { rev: 51, at }))).toBe(
      'too_many_reactions',
    );
    expect(
      refusal(() => reacted(full, 'added', { emoji: ':code-1:', userId: 'bob' }, { rev: 51, at })),
    ).toBeUndefined();
    const less = reacted(full, 'removed', { emoji: ':code-1:', userId: 'ada' }, { rev: 51, at });
    expect(refusal(() => reacted(less, 'added', { emoji: '👍', userId: 'ada' }, { rev: 52, at }))).toBeUndefined();
  });

  it('takes as many people as the bytes of their ids allow, and lets each of them take theirs back', () => {
    const longName = (i: number) => `${i}`.padEnd(512, 'x');
    const most = Math.floor((reactionLimit.bytes - 4) / 512);
    const full = stateAfter(...Array.from({ length: most }, (_, i) => `+${longName(i)} 👍`));
    expect(refusal(() => reacted(full, 'added', { emoji: '👍', userId: longName(most) }, { rev: 99, at }))).toBe(
      'too_many_reactions',
    );
    expect(
      refusal(() => reacted(full, 'removed', { emoji: '👍', userId: longName(1) }, { rev: 99, at })),
    ).toBeUndefined();
  });
});

describe('a short code', () => {
  it('is one of the tenant’s; an emoji is anybody’s', () => {
    expect(refusal(() => requireKnown('👍', []))).toBeUndefined();
    expect(refusal(() => requireKnown(':parrot:', [':parrot:']))).toBeUndefined();
    expect(refusal(() => requireKnown(':parrot:', []))).toBe('invalid_request');
    expect(refusal(() => requireKnown(':parrot:', [':carrot:']))).toBe('invalid_request');
  });
});
