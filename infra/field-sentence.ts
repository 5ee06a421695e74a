/**
 * What is wrong with a value that a person wrote, in one sentence that begins with its name: `limits.default.groupSize must be at
 * least 2`.
 */
import type * as z from 'zod';

const kinds: Partial<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

const held: Partial<Record<string, string>> = { string: 'characters', array: 'entries' };

const bound = (origin: string, words: 'at least' | 'at most', limit: number | bigint): string => {
  const unit = held[origin];
  if (unit === undefined) return `must be ${words} ${limit}`;
  return words === 'at least' && limit === 1 ? 'must not be empty' : `must hold ${words} ${limit} ${unit}`;
};

/** Hand it to `safeParse` as `error`: zod's own words, which are for programmers, become ours; a schema's own stay. */
export const inOurWords: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is missing' : `must be ${kinds[issue.expected] ?? issue.expected}`;
    case 'too_small':
      return bound(issue.origin, 'at least', issue.minimum);
    case 'too_big':
      return bound(issue.origin, 'at most', issue.maximum);
    case 'invalid_value':
      return `must be ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map(String).join(', ')}`;
    case 'invalid_key':
      return `is a name that ${issue.issues[0]?.message ?? 'cannot be'}`;
    case 'unrecognized_keys':
      return `${issue.keys.length > 1 ? 'are' : 'is'} not known here`;
    default:
      return undefined;
  }
};

/** @param whole names what was checked, for what is wrong with all of it */
export const fieldSentence = (issue: z.core.$ZodIssue, whole: string): string => {
  const fields = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
  return `${fields.map((path) => nameOf(path) || whole).join(' and ')} ${issue.message}.`;
};

/** As in JavaScript: `tokenIssuers[0].audience`. */
const nameOf = (path: PropertyKey[]): string =>
  path.map((part, i) => (typeof part === 'number' ? `[${part}]` : `${i > 0 ? '.' : ''}${String(part)}`)).join('');
