/**
 * What is wrong with a value that a person wrote, in one sentence that begins with its name: `limits.default.groupSize must be at
 * least 2`.
 */
import type * as z from 'zod';

export { inOurWords } from '../shared/protocol/wording.ts';

/** @param whole names what was checked, for what is wrong with all of it */
export const fieldSentence = (issue: z.core.$ZodIssue, whole: string): string => {
  const fields = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
  return `${fields.map((path) => nameOf(path) || whole).join(' and ')} ${issue.message}.`;
};

/** As in JavaScript: `tokenIssuers[0].audience`. */
const nameOf = (path: PropertyKey[]): string =>
  path.map((part, i) => (typeof part === 'number' ? `[${part}]` : `${i > 0 ? '.' : ''}${String(part)}`)).join('');
