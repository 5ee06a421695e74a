/** What is wrong with a value, in words of one voice: its name reads well in front of them. Requests and settings are told alike. */
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
      if (issue.input === undefined) return 'is missing';
      return `must be ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map((value) => JSON.stringify(value)).join(', ')}`;
    case 'invalid_key':
      return `is a name that ${issue.issues[0]?.message ?? 'cannot be'}`;
    case 'unrecognized_keys':
      return `${issue.keys.length > 1 ? 'are' : 'is'} not known here`;
    default:
      return undefined;
  }
};
