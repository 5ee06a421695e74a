/** Where a client stands, and what it asks for when it was away. Apart from what it gets: every function of a socket knows all commands. */
import * as z from 'zod';
import { conversationId, sequence, timestamp } from './identifiers.ts';

export const position = z
  .strictObject({
    seq: sequence.meta({ description: 'You hold every message up to this number.' }),
    rev: sequence.meta({ description: 'You know of every change up to this revision.' }),
  })
  .meta({ id: 'Position' });
export type Position = z.infer<typeof position>;

export const namedAtOnce = 100;

export const syncRequest = z
  .strictObject({
    conversations: z
      .array(position.extend({ conversationId }).meta({ id: 'NamedPosition' }))
      .max(namedAtOnce)
      .refine((all) => new Set(all.map((one) => one.conversationId)).size === all.length, {
        error: 'must not name a conversation twice',
      })
      .meta({ description: 'Those that you hold, the most wanted first: a page fills up in their order.' }),
    since: timestamp.optional().meta({
      description: 'The `syncedAt` of your last sync: also tells which conversations you joined from then on.',
    }),
    cursor: z
      .string()
      .min(1)
      .max(1024)
      .optional()
      .meta({ description: 'The `nextCursor` of the page before, instead of `since`: goes on in what you joined.' }),
  })
  .refine(({ since, cursor }) => since === undefined || cursor === undefined, 'takes one of since and cursor')
  .meta({ id: 'SyncRequest' });
export type SyncRequest = z.infer<typeof syncRequest>;
