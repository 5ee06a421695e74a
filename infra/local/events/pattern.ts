import { isArray, isObject, type JsonObject } from './json.ts';
import { type Dialect, leafTest } from './pattern-operators.ts';

export type Matcher = (event: unknown) => boolean;

/**
 * Compiles an event pattern: a `rule` of EventBridge or a `filter` of an event source mapping (which knows fewer operators).
 * Fields are and-ed, the alternatives of a field or-ed; an array in the event matches when one of its elements does.
 * `exists` looks at leaves alone, as AWS does: a field that holds an object does not "exist".
 * @throws for anything AWS would refuse, naming the field
 */
export function compilePattern(pattern: JsonObject, dialect: Dialect): Matcher {
  if (Object.keys(pattern).length === 0) throw new Error('Event pattern is empty');
  return fieldsOf(pattern, [], dialect);
}

function fieldsOf(pattern: JsonObject, path: string[], dialect: Dialect): Matcher {
  const tests = Object.entries(pattern).map(([field, expected]): Matcher => {
    const here = [...path, field];
    if (field === '$or') return alternatives(expected, here, dialect);
    if (isArray(expected)) {
      const test = leafTest(expected, here.join('.'), dialect);
      return (event) => test(leavesOf(fieldOf(event, field)));
    }
    if (!isObject(expected) || Object.keys(expected).length === 0) {
      throw new Error(`Event pattern: "${here.join('.')}" must be an object or a non-empty array`);
    }
    const nested = fieldsOf(expected, here, dialect);
    return (event) => matchesWithin(fieldOf(event, field), nested);
  });
  return (event) => tests.every((test) => test(event));
}

function alternatives(expected: unknown, path: string[], dialect: Dialect): Matcher {
  if (!isArray(expected) || expected.length < 2 || !expected.every(isObject)) {
    throw new Error(`Event pattern: "${path.join('.')}" must be an array of two or more objects`);
  }
  const tests = expected.map((each) => fieldsOf(each, path.slice(0, -1), dialect));
  return (event) => tests.some((test) => test(event));
}

function matchesWithin(value: unknown, nested: Matcher): boolean {
  if (isArray(value) && value.length > 0) return value.some((element) => matchesWithin(element, nested));
  return nested(isObject(value) ? value : {});
}

const fieldOf = (event: unknown, field: string): unknown => (isObject(event) ? event[field] : undefined);

function leavesOf(value: unknown): unknown[] {
  if (isArray(value)) return value.flatMap(leavesOf);
  return value === undefined || isObject(value) ? [] : [value];
}
