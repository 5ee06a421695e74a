/** What an HTTP error looks like: an RFC 9457 problem document. */
import * as z from 'zod';
import { type ErrorCode, errorCatalogue, errorCodes } from '../../shared/protocol/errors.ts';
import { fieldError } from '../../shared/protocol/events.ts';
import { editedMessage } from './examples/story.ts';

export const problemMediaType = 'application/problem+json';

export const problem = z
  .object({
    type: z.string().meta({ description: '`urn:parley:problem:<code>`' }),
    title: z.string().meta({ description: 'The same for every problem of this code.' }),
    status: z.int().meta({ description: 'The HTTP status.' }),
    code: z.enum(errorCodes).meta({ description: 'What programs tell errors apart by.' }),
    detail: z.string().optional().meta({ description: 'A sentence for the developer who reads it.' }),
    errors: z.array(fieldError).optional().meta({ description: 'The fields that do not fit.' }),
    retryAfter: z.number().optional().meta({ description: 'Seconds to wait before trying again.' }),
    current: z.unknown().optional().meta({ description: 'The state that stood in the way, where you may see it.' }),
  })
  .meta({ id: 'Problem', description: 'An RFC 9457 problem document.' });

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
