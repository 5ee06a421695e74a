import { describe, expect, it } from 'vitest';
import { asksFor, mentionChanges, mentionedBy, namesIn } from '../../../shared/domain/mentions.ts';

const everybody = ['ada', 'bob', 'bob.', 'b.o_b-2', 'Zoë', '李', '7', 'auth0|5', 'a@b.c', 'x y', '-.-'];
const mentionsIn = (content: string, members: readonly string[] = everybody) =>
  mentionedBy(namesIn({ content, contentType: 'text/plain' }), (user) => members.includes(user));

describe('a content', () => {
  it.each([
    ['Hello @ada!', ['ada']],
    ['@ada', ['ada']],
    ['@ada, @7: (@bob) "@李"', ['7', 'ada', 'bob', '李']],
    ['@b.o_b-2 and @Zoë', ['Zoë', 'b.o_b-2']],
    ['twice @ada @ada', ['ada']],
    ['line\n@ada\n', ['ada']],
    ['👋@ada', ['ada']],
    ['<@auth0|5>, <@a@b.c> and<@x y>', ['a@b.c', 'auth0|5', 'x y']],
    ['<@ada>', ['ada']],
    ['<@ada', ['ada']],
  ])('mentions whom it names: %j', (content, expected) => {
    expect(mentionsIn(content)).toEqual(expected);
  });

  it.each([
    'ada',
    '@ ada',
    'mail@ada',
    'm.a-i_l+x@ada',
    'ada@bob.c',
    'https://example.com/@ada',
    '@@ada',
    '@ada@example.com',
    '\\@ada',
    '@adam',
    '@Ada',
    '<@>',
    '@nobody',
  ])('mentions nobody by %j', (content) => {
    expect(mentionsIn(content)).toEqual([]);
  });

  it('takes a full stop for the end of a sentence, unless somebody is called so', () => {
    expect(mentionsIn('Ask @ada.')).toEqual(['ada']);
    expect(mentionsIn('Ask @ada...')).toEqual(['ada']);
    expect(mentionsIn('Ask @bob.')).toEqual(['bob.']);
    expect(mentionsIn('Ask @bob.', ['bob'])).toEqual(['bob']);
    expect(mentionsIn('Ask @-.-.')).toEqual(['-.-']);
  });

  it('names twenty at most, and no more than fit a frame', () => {
    const members = Array.from({ length: 30 }, (_, i) => `user-${i}`);
    expect(mentionsIn(members.map((one) => `@${one}`).join(' '), members)).toEqual(members.slice(0, 20).sort());
    const heavy = Array.from({ length: 20 }, (_, i) => `${i}-${'é'.repeat(120)}`);
    const mentions = mentionsIn(heavy.map((one) => `<@${one}>`).join(' '), heavy);
    expect(mentions.length).toBeGreaterThan(2);
    expect(Buffer.byteLength(JSON.stringify(mentions))).toBeLessThanOrEqual(1_024);
  });

  it('names nobody whose id cannot be one', () => {
    expect(namesIn({ content: `@${'a'.repeat(129)} <@\u202eada> <@ >`, contentType: 'text/plain' })).toEqual([]);
  });

  it('is looked through once, whatever it holds', () => {
    for (const part of ['@', '@a', '<@', '@a.', '`', '``` ', '`@a` ', '\\', '~~~\n', '<@a ']) {
      const content = part.repeat(100_000 / part.length);
      expect(namesIn({ content, contentType: 'text/markdown' }).length, part).toBeLessThanOrEqual(1);
    }
  });
});

describe('Markdown', () => {
  const names = (content: string) => namesIn({ content, contentType: 'text/markdown' }).flat();

  it.each([
    ['`@a` @b', ['b']],
    ['``@a ` @a`` @b', ['b']],
    ['`@b', ['b']],
    ['`` @b `', ['b']],
    ['\\`@b\\`', ['b']],
    ['\\\\`@a` @b', ['b']],
    ['`@a\n@a` @b', ['b']],
    ['a lone ` here\n\n@b\n\nand ` there', ['b']],
    ['```\n@a\n```\n@b', ['b']],
    ['```ts\n@a\n``\n@a\n````\n@b', ['b']],
    ['~~~ `x`\n@a\n```\n@a\n~~~\n@b', ['b']],
    ['   ```\r\n@a\r\n```\r\n@b', ['b']],
    ['@b\n```\n@a', ['b']],
    ['``` @b ``` ', []],
    ['```@b``` no fence @c', ['c']],
    ['    @b', ['b']],
  ])('names nobody in code: %j', (content, expected) => {
    expect(names(content)).toEqual(expected);
  });
});

it('a message asks for the attention of those whom it mentions as it is now, but not of its sender', () => {
  const message = { mentions: ['ada', 'bob'], senderId: 'ada', status: 'sent' } as const;
  const state = { ...message, mentions: [...message.mentions] };
  expect(asksFor(state, 'bob')).toBe(true);
  expect(asksFor(state, 'ada')).toBe(false);
  expect(asksFor(state, 'cem')).toBe(false);
  expect(asksFor({ ...state, status: 'deleted' }, 'bob')).toBe(false);
  expect(asksFor(undefined, 'bob')).toBe(false);
});

it('one state of a message changes the mentions of those who are in it or in the one before, and not in both', () => {
  expect(mentionChanges(undefined, { mentions: ['a'] })).toEqual(['a']);
  expect(mentionChanges({ mentions: ['a', 'b'] }, { mentions: ['b', 'c'] })).toEqual(['a', 'c']);
  expect(mentionChanges({ mentions: ['a'] }, { mentions: ['a'] })).toEqual([]);
});
