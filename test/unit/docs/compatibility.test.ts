import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { breaksIn } from '../../../docs/generate/compatibility.ts';
import { jsonSchemaOf } from '../../../shared/protocol/event-schemas.ts';

/** Two states of an event, as they would be published one after the other. */
const breaks = (before: z.ZodType, now: z.ZodType): string[] => {
  const [published, next] = [before, now].map((detail) =>
    JSON.parse(JSON.stringify(jsonSchemaOf({ type: 'thing.done', version: 1, summary: '', detail }))),
  );
  return breaksIn(published, next);
};

const withField = (field: z.ZodType) => z.object({ data: z.object({ thing: z.object({ field }) }) });
const fieldBreaks = (before: z.ZodType, now: z.ZodType) => breaks(withField(before), withField(now));

describe('those who hear an event break when', () => {
  it('a field goes', () => {
    expect(breaks(z.object({ a: z.string(), b: z.string() }), z.object({ a: z.string() }))).toEqual(['b is gone.']);
  });

  it('a field within a type that has a name goes, wherever that is told', () => {
    const event = (thing: z.ZodType) => z.object({ data: z.object({ thing, others: z.array(thing) }) });
    const was = z.object({ id: z.string(), colour: z.string() }).meta({ id: 'TestThing' });
    const is = z.object({ id: z.string() }).meta({ id: 'TestThingAgain' });

    expect(breaks(event(was), event(is))).toEqual(['data.thing.colour is gone.', 'data.others[].colour is gone.']);
  });

  it.each([
    ['gets another type', z.string(), z.int(), 'was string and is now integer.'],
    ['gets a wider type', z.int(), z.number(), 'was integer and is now number.'],
    ['becomes a list', z.string(), z.array(z.string()), 'was string and is now array.'],
    ['may be anything', z.string(), z.unknown(), 'was string and is now anything.'],
    ['may be null', z.string(), z.string().nullable(), 'may now be null, which it could not.'],
    [
      'may be something else too',
      z.string(),
      z.union([z.string(), z.boolean()]),
      'may now be boolean, which it could not.',
    ],
    ['may be left out', z.string(), z.string().optional(), 'may now be left out.'],
    [
      'has a value that nobody knew',
      z.enum(['a', 'b']),
      z.enum(['a', 'b', 'c']),
      'may now be "c", which it could not.',
    ],
    ['has a value less', z.enum(['a', 'b']), z.enum(['a']), 'can no longer be "b".'],
    ['has another constant', z.literal(1), z.literal(2), 'may now be 2, which it could not.'],
    ['is one of a few no more', z.enum(['a', 'b']), z.string(), 'may now be anything, and was one of "a", "b".'],
    ['is one of a few from now on', z.string(), z.enum(['a']), 'can now be nothing but "a".'],
    ['may be longer', z.string().max(5), z.string().max(6), ': maxLength was 5 and is now 6.'],
    ['may be of any length', z.string().max(5), z.string(), ': maxLength was 5 and is now nothing.'],
    ['may be less', z.int().min(1), z.int().min(0), ': minimum was 1 and is now 0.'],
    ['is spelled otherwise', z.string().regex(/^a/), z.string().regex(/^b/), ': pattern was "^a" and is now "^b".'],
  ])('a field %s', (_, before, now, sentence) => {
    const name = 'data.thing.field';
    expect(fieldBreaks(before, now)[0]).toBe(sentence.startsWith(':') ? `${name}${sentence}` : `${name} ${sentence}`);
  });

  it('what is in a list or a record changes', () => {
    expect(fieldBreaks(z.array(z.string()), z.array(z.int()))).toEqual([
      'data.thing.field[] was string and is now integer.',
    ]);
    expect(fieldBreaks(z.record(z.string(), z.string()), z.record(z.string(), z.int()))).toEqual([
      'data.thing.field.* was string and is now integer.',
    ]);
  });

  it('it is another version under the name of the old', () => {
    const event = (version: number) => z.object({ version: z.literal(version) });
    expect(breaks(event(1), event(2))).toContain('version can no longer be 1.');
  });
});

describe('those who hear an event need not mind that', () => {
  it.each([
    ['it gains a field', z.object({ a: z.string() }), z.object({ a: z.string(), b: z.string() })],
    ['it gains a field that may be left out', z.object({}), z.object({ b: z.string().optional() })],
    ['a field is always there', z.object({ a: z.string().optional() }), z.object({ a: z.string() })],
    ['a field is null no more', z.object({ a: z.string().nullable() }), z.object({ a: z.string() })],
    ['a field is shorter', z.object({ a: z.string().max(9) }), z.object({ a: z.string().min(2).max(5) })],
    ['a field has a form', z.object({ a: z.string() }), z.object({ a: z.string().regex(/^a/) })],
    ['it is explained otherwise', z.object({ a: z.string().meta({ description: 'x' }) }), z.object({ a: z.string() })],
    ['fields come in another order', z.object({ a: z.int(), b: z.int() }), z.object({ b: z.int(), a: z.int() })],
    ['what was anything is something', z.object({ a: z.unknown() }), z.object({ a: z.string() })],
    ['senders may send more', z.object({ a: z.strictObject({}) }), z.object({ a: z.strictObject({ b: z.int() }) })],
    [
      'a type gets a name',
      z.object({ a: z.object({ b: z.int() }) }),
      z.object({ a: z.object({ b: z.int() }).meta({ id: 'TestNamed' }) }),
    ],
    [
      'one of several forms gains a field',
      z.object({ a: z.union([z.object({ b: z.int() }), z.object({ c: z.int() })]) }),
      z.object({ a: z.union([z.object({ b: z.int(), d: z.int() }), z.object({ c: z.int() })]) }),
    ],
  ])('%s', (_, before, now) => {
    expect(breaks(before, now)).toEqual([]);
  });
});
