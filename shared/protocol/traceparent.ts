/** Which trace something belongs to, as W3C Trace Context writes it: version, trace id, span, flags. */
import * as z from 'zod';

export const traceparent = z
  .string()
  .regex(/^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/, 'is not a W3C traceparent');
