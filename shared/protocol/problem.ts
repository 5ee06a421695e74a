/** What an HTTP error looks like: an RFC 9457 problem document. */
import * as z from 'zod';
import { errorCodes } from './errors.ts';
import { fieldError } from './events.ts';

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
export type ProblemDocument = z.infer<typeof problem>;
