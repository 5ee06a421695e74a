import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { content } from '../../../shared/protocol/message.ts';
import { characterCount, text } from '../../../shared/protocol/text.ts';

const family = '👨‍👩‍👧‍👦';
const line = text({ max: 10 });
const fits = (value: unknown) => line.safeParse(value).success;
const complaints = (schema: typeof line, value: unknown) =>
  schema.safeParse(value).error?.issues.map((one) => one.message);

describe('counting characters', () => {
  it.each([
    ['', 0],
    ['abc', 3],
    [family, 1],
    ['e\u0301', 1],
    ['🇩🇪🇫🇷', 2],
    ['\r\n', 1],
    ['한국어', 3],
    ['👍🏽', 1],
  ])('counts %j as %i', (value, count) => {
    expect(characterCount(value)).toBe(count);
  });
});

describe('the content of a message', () => {
  it('holds 4,000 characters as people count them, and not one more', () => {
    for (const character of ['a', 'é', '漢', '👍🏽', family]) {
      expect(content.safeParse(character.repeat(4_000)).success, character).toBe(true);
      expect(complaints(content, character.repeat(4_001)), character).toContain('must be at most 4000 characters');
    }
  });

  it('is bounded in bytes as well, since a character may hold any number of them', () => {
    const heavy = `a${'\u0301'.repeat(60_000)}`;
    expect(characterCount(heavy)).toBe(1);
    expect(complaints(content, heavy)).toEqual(['must be at most 102400 bytes of UTF-8']);
  });

  it('may have lines and tabs', () => {
    expect(content.safeParse('one\r\n\ttwo\nthree\u2028four').success).toBe(true);
  });
});

describe('text', () => {
  it('holds at most so many characters', () => {
    expect(fits('x'.repeat(10))).toBe(true);
    expect(fits('👍🏽'.repeat(10))).toBe(true);
    expect(fits('x'.repeat(11))).toBe(false);
    expect(fits('👍🏽'.repeat(11))).toBe(false);
  });

  it.each(['', ' ', '   ', '\u00a0', '\u3000', '\ufeff'])('is not empty, nor only space: %j', (value) => {
    expect(complaints(line, value)).toEqual(['must not be empty']);
  });

  it('may be empty where that is allowed', () => {
    expect(text({ max: 10, min: 0 }).safeParse('').success).toBe(true);
  });

  it.each(['\ud83d', '\udc68', 'a\ud800b', '\udc00\ud800'])('holds no lone surrogate: %j', (value) => {
    expect(complaints(line, value)).toContain('must not hold a lone surrogate');
  });

  it('holds no control characters', () => {
    const controls = [...Array(0x20).keys(), 0x7f, ...Array.from({ length: 0x20 }, (_, i) => 0x80 + i)];
    for (const code of controls.filter((one) => one !== 0x09 && one !== 0x0a && one !== 0x0d)) {
      expect(fits(`a${String.fromCharCode(code)}b`), `U+${code.toString(16)}`).toBe(false);
    }
  });

  it.each(['\u202a', '\u202b', '\u202c', '\u202d', '\u202e', '\u2066', '\u2067', '\u2068', '\u2069'])(
    'holds no character that turns the direction of what follows: %j',
    (value) => {
      expect(complaints(line, `a${value}b`)).toEqual(['must not hold control characters']);
    },
  );

  it.each(['\t', '\n', '\r', '\u2028', '\u2029', '\u0085'])(
    'is a single line unless it may be several: %j',
    (value) => {
      expect(fits(`a${value}b`)).toBe(false);
    },
  );

  it('takes marks of direction, joiners and every script', () => {
    for (const value of ['שלום\u200f!', 'العربية', 'क्‍ष', '日本語', '🏳️‍🌈', 'ﬃ', 'a\u200db'])
      expect(fits(value), value).toBe(true);
  });

  it.each([null, undefined, 7, true, {}, ['a']])('is nothing but text: %j', (value) => {
    expect(fits(value)).toBe(false);
  });

  it('is taken as it is, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (value) => {
        const result = content.safeParse(value);
        if (result.success) expect(result.data).toBe(value);
      }),
    );
  });
});
