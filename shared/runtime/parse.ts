import type * as z from 'zod';
import { Problem } from '../protocol/errors.ts';
import { inOurWords } from '../protocol/wording.ts';
import { fieldErrors } from './field-errors.ts';

/** More would help nobody. */
const mostErrors = 20;

/** @throws Problem `invalid_request`, naming each field that does not fit */
export const parse = <S extends z.ZodType>(schema: S, value: unknown, prefix = ''): z.output<S> => {
  const result = schema.safeParse(value, { error: inOurWords });
  if (result.success) return result.data;
  throw new Problem('invalid_request', {
    errors: result.error.issues.flatMap((issue) => fieldErrors(issue, prefix)).slice(0, mostErrors),
  });
};

/** @throws Problem `malformed_json` */
export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem('malformed_json');
  }
};
