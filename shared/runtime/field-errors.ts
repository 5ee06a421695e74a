/** Which fields of a request are wrong, and how. */
import type * as z from 'zod';
import type { FieldError } from '../protocol/errors.ts';

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
