import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { cursorOf, positionIn } from '../../../shared/data/cursors.ts';
import { pageQuery } from '../../../shared/protocol/lists.ts';

const schema = z.object({ seq: z.int() });
const refusal = (cursor: string, scope = 'messages:a') => {
  try {
    positionIn(cursor, scope, schema);
    return undefined;
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('a cursor', () => {
  it('leads back to its place in its list', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer(), (scope, seq) => {
        const cursor = cursorOf(scope, { seq });
        expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
        expect(positionIn(cursor, scope, schema)).toEqual({ seq });
      }),
    );
  });

  it('of another list is refused', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, other) => {
        if (one !== other) expect(refusal(cursorOf(one, { seq: 1 }), other)).toBe('invalid_request');
      }),
    );
  });

  it('that holds no place of this list is refused', () => {
    for (const position of [undefined, null, 1, 'x', [], { seq: 1.5 }, { seq: '1' }]) {
      expect(refusal(cursorOf('messages:a', position))).toBe('invalid_request');
    }
  });

  it('that somebody made up is refused', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String(), fc.json(), fc.string({ unit: 'binary' })), (text) => {
        expect(refusal(text)).toBe('invalid_request');
        expect(refusal(Buffer.from(text).toString('base64url'))).toBe('invalid_request');
      }),
    );
    for (const text of ['', '=', 'null', 'W10', 'x'.repeat(100_000), '\u0000', '\ud800']) {
      expect(refusal(text)).toBe('invalid_request');
    }
  });

  it('is short enough to be asked for again', () => {
    const heaviest = cursorOf(`inbox:${'x'.repeat(2_000)}`, '#'.repeat(128) + '\u0301'.repeat(192));
    expect(pageQuery.safeParse({ cursor: heaviest }).success).toBe(true);
    expect(pageQuery.safeParse({ cursor: 'x'.repeat(1_025) }).success).toBe(false);
    expect(pageQuery.safeParse({ cursor: '' }).success).toBe(false);
  });
});
