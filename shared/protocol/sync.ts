/** What a client that was away gets: page after page, all that it missed. */
import * as z from 'zod';
import { conversationRemoval, member, ownConversation } from './conversation.ts';
import { messageId, sequence, timestamp, userId } from './identifiers.ts';
import { messageHidden, shownMessage } from './message.ts';
import { receipt } from './receipts.ts';
import { position } from './sync-request.ts';
import { missedThread, threadWatermark } from './thread.ts';

/** Messages that changed are shown as they are now, apart: what is told here is about members, pins and the conversation itself. */
export const syncedChange = z
  .object({
    rev: sequence,
    kind: z.enum([
      'member.added',
      'member.updated',
      'member.removed',
      'conversation.updated',
      'message.pinned',
      'message.unpinned',
    ]),
    at: timestamp,
    by: userId,
    member: member.nullable().meta({
      description: 'The membership as this change left it; null where it is about something else.',
    }),
    messageId: messageId
      .nullable()
      .meta({ description: 'What was pinned or unpinned; null where it is about something else.' }),
  })
  .meta({ id: 'SyncedChange' });
export type SyncedChange = z.infer<typeof syncedChange>;

export const syncedConversation = z
  .object({
    conversation: ownConversation.meta({ description: 'As it is now, with your own state.' }),
    messages: z.array(shownMessage).meta({ description: 'Those after your `seq`, oldest first, as they are now.' }),
    changed: z.array(shownMessage).meta({
      description: 'Those up to your `seq` that changed after your `rev`, or the reactions to them, as they are now.',
    }),
    threads: z.array(missedThread).meta({
      description:
        'Those of the replies among `messages` and `changed`, as they are now. Their roots may be older than all of these.',
    }),
    changes: z
      .array(syncedChange)
      .meta({ description: 'What became of members, pins and settings after your `rev`, in order.' }),
    receipts: z.array(receipt).meta({
      description:
        'How far you have read, on any device; and how far the others have received and read, in direct conversations and groups of fewer than 10 members.',
    }),
    position: position.meta({ description: 'Where you stand with this page.' }),
    hasMore: z.boolean().meta({ description: 'Ask again, from `position`.' }),
    refetch: z.boolean().meta({
      description: 'What you missed is no longer kept: drop what you hold of it, and fetch it anew.',
    }),
  })
  .meta({ id: 'SyncedConversation' });
export type SyncedConversation = z.infer<typeof syncedConversation>;

export const syncPage = z
  .object({
    conversations: z.array(syncedConversation).meta({
      description: 'Of those that you named and are a member of. What found no room is left out: ask for it again.',
    }),
    joined: z.array(ownConversation).meta({
      description: 'What you became a member of and did not name. Some of it you may hold already.',
    }),
    removed: z.array(conversationRemoval).meta({ description: 'Those that you named and are no member of.' }),
    hidden: z.array(messageHidden).meta({
      description: 'With `since`: what you deleted for yourself from about then on. Some of it you may know already.',
    }),
    threadsRead: z.array(threadWatermark).meta({
      description: 'With `since`: how far you read threads from about then on; take the greater number.',
    }),
    syncedAt: timestamp.meta({
      description: 'The `since` of your next sync, if you keep that of the first of your pages.',
    }),
    nextCursor: z.string().nullable().meta({ description: 'What `cursor` takes for more that you joined.' }),
    hasMore: z.boolean().meta({ description: 'Whether anything is left to ask for.' }),
  })
  .meta({ id: 'SyncPage' });
export type SyncPage = z.infer<typeof syncPage>;
