import { describe, expect, it } from 'vitest';
import {
  forgettable,
  forgottenAfter,
  rememberedNumber,
  rememberedNumbers,
  remembers,
  sendKey,
} from '../../../shared/domain/recent-sends.ts';

const key = sendKey('ada', 'c1');
const many = rememberedNumbers;

describe('a conversation remembers a send', () => {
  it('as long as no more numbers were taken since than it remembers', () => {
    expect(remembers({ seq: 40, recentSends: {} }, 40)).toBe(true);
    expect(remembers({ seq: 40 + many, recentSends: {} }, 40)).toBe(true);
    expect(remembers({ seq: 41 + many, recentSends: {} }, 40)).toBe(false);
  });

  it('not if its sender does not say what they knew, or says what cannot be', () => {
    expect(remembers({ seq: 40, recentSends: {} }, undefined)).toBe(false);
    expect(remembers({ seq: 40, recentSends: {} }, 41)).toBe(false);
  });

  it('not if it was founded before it did', () => {
    expect(remembers({ seq: 0, recentSends: null }, 0)).toBe(false);
    expect(forgottenAfter({ seq: 100, recentSends: null }, 0)).toEqual([]);
  });
});

it('takes a number that its sender knew of before for another message of theirs', () => {
  expect(rememberedNumber({ recentSends: { [key]: 7 } }, key, 6)).toBe(7);
  expect(rememberedNumber({ recentSends: { [key]: 7 } }, key, 7)).toBeUndefined();
  expect(rememberedNumber({ recentSends: {} }, key, 0)).toBeUndefined();
});

it('forgets with a number those that are too old then', () => {
  const recentSends = { old: 40 - many, older: 1, oldest: 41 - many, kept: 42 - many };
  expect(forgettable({ seq: 40, recentSends }).toSorted()).toEqual(['old', 'older', 'oldest']);
});

it('leaves no number between what is remembered and what is looked up', () => {
  for (let after = 0; after < 5; after += 1) {
    for (let seq = after + many + 1; seq < after + 3 * many; seq += 1) {
      const lookedUp = forgottenAfter({ seq, recentSends: {} }, after);
      // What a send can have taken while `seq` was at most `after + many`.
      const possible = Array.from({ length: many + 1 }, (_, i) => after + 1 + i);
      const remembered = possible.filter((number) => number > seq - many);
      expect([...lookedUp, ...remembered]).toEqual(possible);
    }
  }
});

it('names sends of different senders or ids apart, whatever they are called', () => {
  const names = [
    ['a', 'bc'],
    ['ab', 'c'],
    ['a"', 'b'],
    ['a', '"b'],
  ].map(([sender = '', id = '']) => sendKey(sender, id));
  expect(new Set(names).size).toBe(4);
});
