import { describe, expect, it } from 'vitest';
import { compilePattern } from '../../../../infra/local/events/pattern.ts';

const cases: [string, Record<string, unknown>, unknown[], unknown[]][] = [
  ['an exact value', { a: ['x', 1, true] }, [{ a: 'x' }, { a: 1 }, { a: true }], [{ a: 'y' }, { a: '1' }, {}]],
  ['null', { a: [null] }, [{ a: null }], [{ a: '' }, {}, { a: 0 }]],
  ['the empty string', { a: [''] }, [{ a: '' }], [{ a: null }, {}]],
  ['every field', { a: ['x'], b: ['y'] }, [{ a: 'x', b: 'y' }], [{ a: 'x' }, { a: 'x', b: 'x' }]],
  ['nested fields', { a: { b: { c: ['x'] } } }, [{ a: { b: { c: 'x' } } }], [{ a: { b: 'x' } }, { a: { c: 'x' } }]],
  ['an element of an array', { a: ['x'] }, [{ a: ['y', 'x'] }], [{ a: ['y'] }, { a: [] }]],
  [
    'an object in an array',
    { a: { b: ['x'], c: [1] } },
    [{ a: [{}, { b: 'x', c: 1 }] }],
    [{ a: [{ b: 'x' }, { c: 1 }] }],
  ],
  ['prefix', { a: [{ prefix: 'MSG#' }] }, [{ a: 'MSG#1' }], [{ a: 'CHG#1' }, { a: 1 }, {}]],
  ['prefix in any case', { a: [{ prefix: { 'equals-ignore-case': 'msg' } }] }, [{ a: 'MSG#1' }], [{ a: 'm' }]],
  ['suffix', { a: [{ suffix: '.png' }] }, [{ a: 'x.png' }], [{ a: 'x.jpg' }]],
  ['equals-ignore-case', { a: [{ 'equals-ignore-case': 'Ada' }] }, [{ a: 'ADA' }], [{ a: 'adah' }]],
  [
    'anything but a value',
    { a: [{ 'anything-but': 'x' }] },
    [{ a: 'y' }, { a: 1 }, { a: ['x', 'y'] }],
    [{ a: 'x' }, {}],
  ],
  ['anything but some values', { a: [{ 'anything-but': [1, 2] }] }, [{ a: 3 }], [{ a: 1 }, { a: 2 }]],
  ['anything but a prefix', { a: [{ 'anything-but': { prefix: 'x' } }] }, [{ a: 'yx' }], [{ a: 'xy' }]],
  [
    'anything but some suffixes',
    { a: [{ 'anything-but': { suffix: ['x', 'y'] } }] },
    [{ a: 'z' }],
    [{ a: 'zx' }, { a: 'y' }],
  ],
  [
    'anything but, in any case',
    { a: [{ 'anything-but': { 'equals-ignore-case': ['x'] } }] },
    [{ a: 'y' }],
    [{ a: 'X' }],
  ],
  ['anything but a wildcard', { a: [{ 'anything-but': { wildcard: '*/x' } }] }, [{ a: 'b/y' }], [{ a: 'b/x' }]],
  ['a number', { a: [{ numeric: ['=', 1.5] }] }, [{ a: 1.5 }], [{ a: 1 }, { a: '1.5' }]],
  ['a range', { a: [{ numeric: ['>', 0, '<=', 5] }] }, [{ a: 5 }, { a: 0.1 }], [{ a: 0 }, { a: 5.1 }]],
  [
    'a leaf that exists',
    { a: { b: [{ exists: true }] } },
    [{ a: { b: null } }, { a: { b: [1] } }],
    [{ a: {} }, {}, { a: { b: [] } }],
  ],
  ['exists at an object, which is no leaf', { a: [{ exists: true }] }, [{ a: 1 }], [{ a: { S: 'x' } }]],
  ['a leaf that does not exist', { a: { b: [{ exists: false }] } }, [{ a: {} }, {}, { c: 1 }], [{ a: { b: 0 } }]],
  [
    'one of several ways',
    { a: [{ prefix: 'x' }, 'y', { exists: false }] },
    [{ a: 'xx' }, { a: 'y' }, {}],
    [{ a: 'z' }],
  ],
  [
    'wildcards',
    { a: [{ wildcard: 'T#*#M.*' }] },
    [{ a: 'T#1#M.2' }, { a: 'T##M.' }],
    [{ a: 'T#1#Mx2' }, { a: 'xT#1#M.' }],
  ],
  ['an escaped asterisk', { a: [{ wildcard: 'x\\**' }] }, [{ a: 'x*y' }], [{ a: 'xyy' }]],
  ['an address range', { a: [{ cidr: '10.0.0.0/24' }] }, [{ a: '10.0.0.7' }], [{ a: '10.0.1.7' }, { a: 'x' }]],
  [
    '$or of fields, and the fields beside it',
    { $or: [{ a: ['x'] }, { b: [{ numeric: ['>', 1] }] }], c: ['z'] },
    [
      { a: 'x', c: 'z' },
      { b: 2, c: 'z' },
    ],
    [{ a: 'x' }, { c: 'z' }, { b: 1, c: 'z' }],
  ],
  ['$or within a field', { d: { $or: [{ a: ['x'] }, { b: ['y'] }] } }, [{ d: { b: 'y' } }], [{ b: 'y' }, { d: {} }]],
];

describe('an event pattern', () => {
  it.each(cases)('matches %s', (_, pattern, matching, others) => {
    const matches = compilePattern(pattern, 'rule');
    expect(matching.filter((event) => !matches(event))).toEqual([]);
    expect(others.filter(matches)).toEqual([]);
  });

  it.each([
    [{ a: [{ regex: 'x' }] }, 'unknown operator "regex" at "a"'],
    [{ a: { b: [{ 'anything-but': { regex: 'x' } }] } }, 'unknown operator "regex" in "anything-but" of "a.b"'],
    [{ a: 'x' }, '"a" must be an object or a non-empty array'],
    [{ a: [] }, '"a" is an empty array'],
    [{ a: {} }, '"a" must be an object or a non-empty array'],
    [{ a: [['x']] }, '"a" has a value that is neither a scalar nor an operator'],
    [{ a: [{ prefix: 1 }] }, 'takes a string'],
    [{ a: [{ prefix: 'x', suffix: 'y' }] }, 'more than one operator'],
    [{ a: [{ numeric: ['!', 1] }] }, '"numeric" of "a" takes one or two pairs'],
    [{ a: [{ exists: 'yes' }] }, '"exists" of "a" takes true or false'],
    [{ a: [{ cidr: '10.0.0.0' }] }, '"cidr" of "a" takes a range'],
    [{ $or: [{ a: ['x'] }] }, '"$or" must be an array of two or more objects'],
    [{}, 'Event pattern is empty'],
  ])('refuses %j', (pattern, message) => {
    expect(() => compilePattern(pattern, 'rule')).toThrow(message);
  });

  it('knows no wildcards and address ranges in the filter of an event source, as Lambda does not', () => {
    expect(() => compilePattern({ a: [{ wildcard: 'x*' }] }, 'filter')).toThrow('unknown operator "wildcard" at "a"');
    expect(() => compilePattern({ a: [{ cidr: '10.0.0.0/24' }] }, 'filter')).toThrow('unknown operator "cidr" at "a"');
  });
});
