import * as z from 'zod';
import { sequence, timestamp, userId } from './identifiers.ts';
import { message } from './message.ts';

/** So many pins a conversation shows at most. */
export const pinLimit = 50;

/** A message that stands where everybody finds it again. */
export const pin = z
  .object({
    message,
    pinnedAt: timestamp,
    pinnedBy: userId,
    rev: sequence.meta({ description: 'The revision of the conversation that pinned it.' }),
  })
  .meta({ id: 'Pin' });
export type Pin = z.infer<typeof pin>;
