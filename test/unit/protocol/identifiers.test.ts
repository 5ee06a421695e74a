import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  clientMessageId,
  conversationId,
  messageId,
  messageIdOf,
  placeOfMessage,
  userId,
} from '../../../shared/protocol/identifiers.ts';

const conversation = 'g-5TxSCA9jRrmBc3sYsmpfjg';
const anId = fc
  .tuple(fc.constantFrom('d', 'g'), fc.stringMatching(/^[A-Za-z0-9_-]{22}$/))
  .map(([kind, rest]) => `${kind}-${rest}`);

it('a message id carries its place', () => {
  fc.assert(
    fc.property(anId, fc.integer({ min: 1, max: 999_999_999_999 }), (id, seq) => {
      const made = messageIdOf(id, seq);
      expect(messageId.safeParse(made).success).toBe(true);
      expect(placeOfMessage(made)).toEqual({ conversationId: id, seq });
    }),
  );
});

it.each([
  `${conversation}.0`,
  `${conversation}.01`,
  `${conversation}.-1`,
  `${conversation}.1.5`,
  `${conversation}.1e3`,
  `${conversation}.1000000000000`,
  `${conversation}.`,
  `${conversation}.1\n`,
  conversation,
  `x${conversation}.1`,
  '.1',
  '',
])('%j is no message id', (value) => {
  expect(messageId.safeParse(value).success).toBe(false);
});

it.each([
  '',
  'g-',
  'x-5TxSCA9jRrmBc3sYsmpfjg',
  `${conversation}x`,
  `${conversation}\n`,
  'g-5TxSCA9jRrmBc3sYsmpfj#',
  7,
  null,
])('%j is no conversation id', (value) => {
  expect(conversationId.safeParse(value).success).toBe(false);
});

it('a user id is whatever the host says, on one line', () => {
  for (const id of ['ada', 'auth0|1234', 'ada@example.com', '名前', 'a b', '#%/', '..', 'x'.repeat(128)]) {
    expect(userId.safeParse(id).success, id).toBe(true);
  }
  for (const id of ['', ' ', 'a\nb', 'a\u0000', '\u202eada', 'x'.repeat(129), '\ud800', 7]) {
    expect(userId.safeParse(id).success, JSON.stringify(id)).toBe(false);
  }
});

it('ids are bounded in bytes, since keys are', () => {
  const heavy = `a${'\u0301'.repeat(300)}`;
  expect(userId.safeParse(heavy).success).toBe(false);
  expect(clientMessageId.safeParse(heavy).success).toBe(false);
});
