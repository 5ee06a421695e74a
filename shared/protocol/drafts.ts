/** What somebody has begun to write in a conversation, kept for all their devices. */
import * as z from 'zod';
import { conversationId, messageId, stateVersion, timestamp } from './identifiers.ts';
import { content, contentType } from './message.ts';

const written = {
  content,
  contentType: contentType.default('text/plain'),
  replyTo: messageId.nullable().default(null).meta({ description: 'A message of the same conversation.' }),
};

export const draftPut = z.strictObject(written).meta({ id: 'DraftPut' });
export type DraftPut = z.infer<typeof draftPut>;

const keptDraft = z
  .object({ content: z.string(), contentType, replyTo: messageId.nullable(), updatedAt: timestamp })
  .meta({ id: 'KeptDraft' });

export const draftState = z
  .object({
    conversationId,
    version: stateVersion.meta({
      description: 'Of two states the one with the greater version is the newer; 0 if there never was one.',
    }),
    draft: keptDraft.nullable().meta({ description: 'null once cleared.' }),
  })
  .meta({ id: 'DraftState' });
export type DraftState = z.infer<typeof draftState>;
