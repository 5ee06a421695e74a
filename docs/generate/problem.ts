/** Problem documents as the reference shows them. */
import type * as z from 'zod';
import { type ErrorCode, errorCatalogue, errorCodes } from '../../shared/protocol/errors.ts';
import type { problem } from '../../shared/protocol/problem.ts';
import { editedMessage } from './examples/story.ts';

export const problemMediaType = 'application/problem+json';

const particulars: Partial<Record<ErrorCode, Partial<z.infer<typeof problem>>>> = {
  invalid_request: { errors: [{ path: 'content', message: 'must not be empty' }] },
  rate_limited: { retryAfter: 12 },
  version_conflict: { current: editedMessage },
};

export const problemExample = (code: ErrorCode): z.infer<typeof problem> => {
  const { title, status } = errorCatalogue[code];
  return { type: `urn:parley:problem:${code}`, title, status, code, ...particulars[code] };
};

/** By status, and in the catalogue's own order within one. */
export const errorsByStatus = [...errorCodes].sort((a, b) => errorCatalogue[a].status - errorCatalogue[b].status);
