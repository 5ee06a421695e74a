/** What is wrong with each field, in sentences of one voice: the field's name reads well in front of them. */
import type * as z from 'zod';
import type { FieldError } from '../protocol/errors.ts';

const kinds: Partial<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

const bound = (origin: string, word: 'at least' | 'at most', limit: unknown): string => {
  if (origin === 'string') return `must hold ${word} ${limit} characters`;
  if (origin === 'array') return `must hold ${word} ${limit} entries`;
  return `must be ${word} ${limit}`;
};

/** For what a schema has no words of its own. */
export const sentenceOf = (issue: z.core.$ZodRawIssue): string | undefined => {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return 'is missing';
      return `must be ${kinds[issue.expected] ?? issue.expected}`;
    case 'too_small':
      return bound(issue.origin, 'at least', issue.minimum);
    case 'too_big':
      return bound(issue.origin, 'at most', issue.maximum);
    case 'invalid_value':
      if (issue.input === undefined) return 'is missing';
      return `must be ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map((value) => JSON.stringify(value)).join(', ')}`;
    default:
      return undefined;
  }
};

export const fieldErrors = (issue: z.core.$ZodIssue, prefix = ''): FieldError[] => {
  const path = [prefix, ...issue.path.map((part) => shortened(String(part)))].filter(Boolean).join('.');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: [path, shortened(key)].filter(Boolean).join('.'),
      message: 'is not known here',
    }));
  }
  if (issue.code === 'invalid_union') {
    const meant = likeliest(issue.errors);
    if (meant) return meant.flatMap((one) => fieldErrors(one, path));
  }
  return [{ path, message: issue.message }];
};

/** A name that the caller made up is shown back to nobody but the caller, and cut short. */
const shortened = (name: string): string => name.slice(0, 64).toWellFormed();

/** Of several shapes, the one that was probably meant: the fewest of its fields are wrong. None, if it has the shape of none. */
const likeliest = (shapes: readonly z.core.$ZodIssue[][]): z.core.$ZodIssue[] | undefined =>
  shapes
    .filter((issues) => issues.some(({ code, path }) => path.length > 0 || code === 'unrecognized_keys'))
    .sort((a, b) => a.length - b.length)[0];
