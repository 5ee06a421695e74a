/** What a tenant's hook is asked before a message is stored, and what it may answer: docs/before-send-hook.md */
import * as z from 'zod';
import { type Draft, edit } from './message.ts';

/** The body of the request to an address; the event of a function. */
export interface HookQuestion {
  event: 'message.send' | 'message.edit';
  tenantId: string;
  conversation: { id: string; type: 'direct' | 'group' };
  sender: string;
  /** The message that an edit changes; null for a new one. */
  messageId: string | null;
  /** What would be stored. */
  draft: Pick<Draft, 'content' | 'contentType' | 'attachments' | 'replyTo' | 'threadId'> & {
    clientMessageId: string | null;
  };
}

const longestReason = 200;

/** What a change leaves out stays as it was written. */
const change = edit.partial().pick({ content: true, contentType: true, attachments: true });

export const hookAnswer = z.union([
  z.object({ action: z.literal('allow') }),
  z.object({ action: z.literal('change'), ...change.shape }),
  // What is too long is cut: a refusal stays one.
  z.object({
    action: z.literal('refuse'),
    reason: z
      .string()
      .transform((reason) => [...reason].slice(0, longestReason).join(''))
      .nullish(),
  }),
]);
export type HookAnswer = z.output<typeof hookAnswer>;
