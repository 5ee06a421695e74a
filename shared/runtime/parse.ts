import type * as z from 'zod';
import { type FieldError, Problem } from '../protocol/errors.ts';

/** @throws Problem `invalid_request`, naming each field that does not fit */
export const parse = <S extends z.ZodType>(schema: S, value: unknown, prefix = ''): z.output<S> => {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new Problem('invalid_request', {
    errors: result.error.issues.slice(0, 20).flatMap((issue) => fieldErrors(issue, prefix)),
  });
};

const fieldErrors = (issue: z.core.$ZodIssue, prefix: string): FieldError[] => {
  const path = [...(prefix ? [prefix] : []), ...issue.path.map(String)].join('.');
  // A name that the caller made up is shown back to nobody but the caller, and cut short.
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: [path, key.slice(0, 64).toWellFormed()].filter(Boolean).join('.'),
      message: 'is not known here',
    }));
  }
  return [{ path, message: issue.message }];
};

/** @throws Problem `malformed_json` */
export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem('malformed_json');
  }
};
