import * as z from 'zod';
import { emoji } from './emoji.ts';
import { clientMessageId, conversationId, messageId, sequence, timestamp, userId } from './identifiers.ts';
import { reactions, reactionsVersion } from './reaction.ts';
import { byteLength, text } from './text.ts';
import { ownThreadSummary } from './thread.ts';

/** As people count them: grapheme clusters. Bytes are bounded too, so that a message always fits one 128 KB frame, in JSON as well. */
export const contentLimit = { characters: 4_000, bytes: 100 * 1024 };
const attachmentsLimit = { count: 10, bytes: 15 * 1024 };

export const content = text({ max: contentLimit.characters, maxBytes: contentLimit.bytes, multiline: true }).meta({
  examples: ['Hello!'],
});

/** A MIME type of text. How it is rendered is the client's business; nothing is interpreted here. */
export const contentType = z.enum(['text/plain', 'text/markdown']).meta({ id: 'ContentType' });

/** A file that lives with the host; Parley stores the reference only. */
export const attachment = z
  .strictObject({ externalFileId: text({ max: 256, maxBytes: 1024 }), label: text({ max: 256, maxBytes: 1024 }) })
  .meta({ id: 'Attachment' });

const attachments = z
  .array(attachment)
  .max(attachmentsLimit.count)
  .refine(
    (all) => byteLength(JSON.stringify(all)) <= attachmentsLimit.bytes,
    `must be at most ${attachmentsLimit.bytes} bytes of JSON altogether`,
  );

/**
 * `sent`: as its sender wrote or last edited it. `deleted`: a tombstone, its content is gone. `void`: a number whose send never
 * came to an end; it was never a message and stands only so that the sequence has no gap.
 */
export const messageStatus = z.enum(['sent', 'deleted', 'void']).meta({ id: 'MessageStatus' });

/** What an answer shows of the message that it answers. */
export const quote = z
  .object({
    messageId,
    senderId: userId,
    content: z.string().nullable().meta({ description: 'The first 100 characters; null once deleted.' }),
    contentType,
    attachmentCount: z.int().min(0),
    status: messageStatus,
  })
  .meta({ id: 'Quote' });
export type Quote = z.infer<typeof quote>;

export const message = z
  .object({
    id: messageId,
    conversationId,
    seq: sequence.meta({ description: 'Numbers the messages of a conversation 1, 2, 3 … without gaps.' }),
    rev: sequence.meta({
      description: 'The revision of the conversation that last changed this message; 0 if nothing did.',
    }),
    version: z.int().min(1).meta({ description: 'Counts the states of this message, from 1.' }),
    status: messageStatus,
    senderId: userId.nullable().meta({ description: 'null for a void.' }),
    clientMessageId: clientMessageId.nullable(),
    content: z.string().nullable().meta({ description: 'null once deleted, and for a void.' }),
    contentType,
    mentions: z
      .array(userId)
      .meta({ description: 'Members whom the content names, `@ada` or `<@any id>`: at most 20, sorted.' }),
    attachments: z.array(attachment),
    replyTo: messageId.nullable(),
    quote: quote.nullable().meta({
      description:
        'What `replyTo` names. Reads show it as it is now, frames as it was when this was sent: what you know of it yourself is newer. It stays when retention has removed the original.',
    }),
    threadId: messageId.nullable().meta({ description: 'The message whose thread this is a reply in.' }),
    threadVersion: sequence.nullable().meta({
      description:
        'Of a reply: the `version` of its thread that counts it or, once it is deleted, no longer does. Whoever knows an older one has not heard all of the thread.',
    }),
    inConversation: z.boolean().meta({
      description: 'Whether the main view shows it: all but the replies that stay in their thread.',
    }),
    createdAt: timestamp,
    editedAt: timestamp.nullable(),
    deletedAt: timestamp.nullable(),
    deletedBy: userId.nullable(),
  })
  .meta({ id: 'Message' });
export type Message = z.infer<typeof message>;

/** A message with what stands beside it. Fetched only: frames carry the message alone, and tell of the rest by events of their own. */
export const shownMessage = message
  .extend({
    reactions,
    reactionsVersion,
    myReactions: z.array(emoji).meta({ description: 'The emoji that you have reacted with.' }),
    thread: ownThreadSummary.nullable().meta({ description: 'Its thread; null before the first reply.' }),
  })
  .meta({ id: 'ShownMessage' });
export type ShownMessage = z.infer<typeof shownMessage>;

export const messageHidden = z.object({ conversationId, messageId, seq: sequence }).meta({ id: 'MessageHidden' });
export type MessageHidden = z.infer<typeof messageHidden>;

/** What a message was before an edit or its deletion. */
export const messageVersion = z
  .object({
    version: z.int().min(1),
    content: z.string(),
    contentType,
    attachments: z.array(attachment),
    writtenAt: timestamp.meta({ description: 'When its sender wrote it so.' }),
  })
  .meta({ id: 'MessageVersion' });
export type MessageVersion = z.infer<typeof messageVersion>;

/** What a sender gives; HTTP and sockets alike. */
export const draft = z
  .strictObject({
    clientMessageId,
    content,
    contentType: contentType.default('text/plain'),
    attachments: attachments.default([]),
    replyTo: messageId.nullable().default(null).meta({ description: 'A message of the same conversation, to quote.' }),
    threadId: messageId
      .nullable()
      .default(null)
      .meta({ description: 'Posts a reply in the thread of this message, which is no reply in a thread itself.' }),
    inConversation: z
      .boolean()
      .default(false)
      .meta({ description: 'Shows a reply in the main view too. Says nothing of what is no reply.' }),
    afterSeq: sequence.optional().meta({
      description:
        'The greatest `seq` of this conversation that you knew when you first sent this message, 0 for none: the same in each repetition. It makes a send cheaper and quicker; without it, all else is the same.',
    }),
  })
  .meta({ id: 'MessageDraft' });
export type Draft = z.infer<typeof draft>;

export const edit = z
  .strictObject({
    content,
    contentType: contentType.optional(),
    attachments: attachments.optional(),
    expectedVersion: z
      .int()
      .min(1)
      .optional()
      .meta({ description: 'Refuse the edit with `version_conflict` unless the message still has this version.' }),
  })
  .meta({ id: 'MessageEdit' });
export type Edit = z.infer<typeof edit>;

/** What an inbox shows of the newest message. */
export const preview = z
  .object({
    messageId,
    seq: sequence,
    senderId: userId,
    content: z.string().nullable().meta({ description: 'The first 100 characters; null once deleted.' }),
    contentType,
    attachmentCount: z.int().min(0),
    status: messageStatus,
    createdAt: timestamp,
  })
  .meta({ id: 'MessagePreview' });
export type Preview = z.infer<typeof preview>;
