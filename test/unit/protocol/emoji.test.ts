import { describe, expect, it } from 'vitest';
import { emoji, shortCode } from '../../../shared/protocol/emoji.ts';

/** What becomes of it; undefined where it is refused. */
const taken = (text: unknown): string | undefined => emoji.safeParse(text).data;

const points = (...some: number[]) => String.fromCodePoint(...some);
const skinTones = [0x1f3fb, 0x1f3fc, 0x1f3fd, 0x1f3fe, 0x1f3ff];

/** Every recommended emoji of one code point, with a selector, a skin tone or a keycap where it takes one. */
const simple = Array.from({ length: 0x20000 }, (_, point) => point)
  .filter((point) => point < 0xd800 || point > 0xdfff)
  .flatMap((point) => [
    points(point),
    points(point, 0xfe0f),
    points(point, 0xfe0f, 0x20e3),
    ...skinTones.map((tone) => points(point, tone)),
  ])
  .filter((text) => /^\p{RGI_Emoji}$/v.test(text));

const joined = [
  '👩‍🚀',
  '👨‍👩‍👧‍👦',
  '👩🏽‍❤️‍💋‍👨🏿',
  '👩‍❤️‍👨',
  '🏳️‍🌈',
  '🏳️‍⚧️',
  '🏴‍☠️',
  '👁️‍🗨️',
  '❤️‍🔥',
  '🕵️‍♂️',
  '🕵🏻‍♂️',
  '⛹🏾‍♀️',
  '🧑🏿‍⚕️',
  '🫱🏻‍🫲🏿',
  '🏃‍♂️‍➡️',
  '⛓️‍💥',
  '🙂‍↔️',
];
const flags = ['🇦🇹', '🇪🇺', '🏴󠁧󠁢󠁥󠁮󠁧󠁿', '🏴󠁧󠁢󠁳󠁣󠁴󠁿'];

describe('an emoji', () => {
  it('is any that Unicode recommends for general interchange: skin tones, families, flags and keycaps too', () => {
    expect(simple.length).toBeGreaterThan(1_500);
    for (const one of [...simple, ...joined, ...flags]) expect(taken(one), one).toBe(one);
  });

  it('comes out in one spelling, whether its selectors were left out or put in everywhere', () => {
    for (const one of [...simple, ...joined, ...flags]) {
      expect(taken(one.replaceAll('\u{FE0F}', '')), `${one} without`).toBe(one);
      expect(taken(`${one.replaceAll('\u{FE0F}', '')}\u{FE0F}`), `${one} with one at its end`).toBe(one);
      expect(taken([...one].map((point) => `${point}\u{FE0F}`).join('')), `${one} with one everywhere`).toBe(one);
    }
    expect(taken('❤')).toBe('❤️');
    expect(taken('1⃣')).toBe('1️⃣');
  });

  it.each([
    ['nothing', ''],
    ['a letter', 'a'],
    ['a digit', '1'],
    ['a digit that asks to be a picture', '1\u{FE0F}'],
    ['two at once', '👍👍'],
    ['one with blanks around it', ' 👍'],
    ['one with text beside it', '👍x'],
    ['a sign that asks to stay text', '❤\u{FE0E}'],
    ['half a flag', '🇦'],
    ['a flag of no country', '🇦🇦'],
    ['a family that nobody has drawn', '👍‍👍'],
    ['a skin tone on what has no skin', '🍕🏽'],
    ['a selector alone', '\u{FE0F}'],
    ['a joiner alone', '\u{200D}'],
    ['half a character', '\ud83d'],
    ['a control character', '\u0000'],
    ['a word', 'thumbsup'],
    ['an hour of typing', '👍'.repeat(10_000)],
  ])('is not %s', (_, text) => {
    expect(taken(text)).toBeUndefined();
  });

  it.each([5, null, true, ['👍'], {}])('is not %j', (value) => {
    expect(taken(value)).toBeUndefined();
  });
});

describe('a short code', () => {
  it.each([':party_parrot:', ':+1:', ':a:', ':100:', `:${'x'.repeat(32)}:`])('may be %s', (code) => {
    expect(taken(code)).toBe(code);
    expect(shortCode.safeParse(code).success).toBe(true);
  });

  it('comes out in small letters', () => {
    expect(taken(':Party_Parrot:')).toBe(':party_parrot:');
  });

  it.each(['::', ':', ':a', 'a:', ':a b:', ':ä:', ':a:b:', ':a::', `:${'x'.repeat(33)}:`, ':👍:', ':a:\n', ':#:'])(
    'is not %j',
    (text) => {
      expect(taken(text)).toBeUndefined();
      expect(shortCode.safeParse(text).success).toBe(false);
    },
  );
});
