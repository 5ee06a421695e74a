/** What the server says over a socket. Clients drop what they have by `(conversationId, seq, rev)`. */
import * as z from 'zod';
import { conversation, conversationRemoval, live, member } from './conversation.ts';
import { draftState } from './drafts.ts';
import { errorCodes } from './errors.ts';
import { clientMessageId, conversationId, messageId, sequence, timestamp, userId } from './identifiers.ts';
import { messageHidden as hiddenMessage, message } from './message.ts';
import { membershipNews } from './own-state.ts';
import { heartbeatStatus, presence } from './presence.ts';
import { reactionChange } from './reaction.ts';
import { receipt, receiptCountData } from './receipts.ts';
import { syncPage } from './sync.ts';
import { threadSummary, threadWatermark } from './thread.ts';

export interface ServerEvent<Name extends string = string, Data extends z.ZodType = z.ZodType> {
  name: Name;
  summary: string;
  data: Data;
}

const serverEvent = <Name extends string, Data extends z.ZodType>(event: ServerEvent<Name, Data>) => event;

export const fieldError = z.object({ path: z.string(), message: z.string() }).meta({ id: 'FieldError' });

export const errorData = z
  .object({
    code: z.enum(errorCodes),
    message: z.string(),
    errors: z.array(fieldError).optional(),
    retryAfter: z.number().optional().meta({ description: 'Seconds' }),
    current: z.unknown().optional(),
  })
  .meta({ id: 'ErrorData' });
export type ErrorData = z.infer<typeof errorData>;

export const messageSent = serverEvent({
  name: 'message.sent',
  summary: 'The answer to `message.send`: the message is stored, under this number. The same for every repetition.',
  data: z.object({ clientMessageId, messageId, seq: sequence }).meta({ id: 'MessageSent' }),
});

export const messageNew = serverEvent({
  name: 'message.new',
  summary: 'A message was posted. Goes to every connection of every member but the one that sent it.',
  data: message,
});

export const messageUpdated = serverEvent({
  name: 'message.updated',
  summary: 'A message was edited; `data` is its new state. Also the answer to `message.edit`.',
  data: message,
});

export const messageDeleted = serverEvent({
  name: 'message.deleted',
  summary:
    'A message became a tombstone, or a number of the sequence was closed as void. Also the answer to `message.delete`.',
  data: message,
});

export const reactionAdded = serverEvent({
  name: 'reaction.added',
  summary:
    'Somebody reacted to a message; `reactions` is all of them as of `version`, the greater version wins. Also the answer to `reaction.add`.',
  data: reactionChange,
});

export const reactionRemoved = serverEvent({
  name: 'reaction.removed',
  summary: 'Somebody took a reaction back; otherwise as `reaction.added`. Also the answer to `reaction.remove`.',
  data: reactionChange,
});

export const messagePinned = serverEvent({
  name: 'message.pinned',
  summary: 'A message was pinned for everybody.',
  data: z
    .object({ conversationId, messageId, rev: sequence, pinnedAt: timestamp, pinnedBy: userId })
    .meta({ id: 'MessagePinned' }),
});

export const messageUnpinned = serverEvent({
  name: 'message.unpinned',
  summary: 'The pin was taken off a message.',
  data: z.object({ conversationId, messageId, rev: sequence }).meta({ id: 'MessageUnpinned' }),
});

export const messageHidden = serverEvent({
  name: 'message.hidden',
  summary: 'You have deleted a message for yourself alone. Goes to your own devices.',
  data: hiddenMessage,
});

export const threadUpdated = serverEvent({
  name: 'thread.updated',
  summary: 'A thread has another reply, or one less. Replaces the summary of a lesser `version`.',
  data: threadSummary.extend({ conversationId, threadId: messageId }).meta({ id: 'ThreadUpdated' }),
});

export const threadRead = serverEvent({
  name: 'thread.read',
  summary: 'You have read a thread up to this number. Goes to your own devices; take the greater one.',
  data: threadWatermark,
});

export const conversationNew = serverEvent({
  name: 'conversation.new',
  summary: 'You are a member of this conversation now.',
  data: conversation,
});

export const conversationUpdated = serverEvent({
  name: 'conversation.updated',
  summary: 'Title, settings or `live` of a conversation changed.',
  data: conversation,
});

export const conversationRemoved = serverEvent({
  name: 'conversation.removed',
  summary: 'You are no longer a member of this conversation, or it was deleted.',
  data: conversationRemoval,
});

export const memberAdded = serverEvent({
  name: 'member.added',
  summary: 'Somebody joined or was added.',
  data: member,
});

export const memberUpdated = serverEvent({ name: 'member.updated', summary: "A member's role changed.", data: member });

export const memberRemoved = serverEvent({
  name: 'member.removed',
  summary: 'Somebody left or was removed.',
  data: member,
});

export const revisionHidden = serverEvent({
  name: 'revision.hidden',
  summary:
    'Something changed that you do not see, from before you joined. Only its number matters: nothing is missing.',
  data: z.object({ conversationId, rev: sequence }).meta({ id: 'RevisionHidden' }),
});

export const typingStarted = serverEvent({
  name: 'typing.started',
  summary:
    'Somebody is typing, until `expiresAt` unless it is said again; nothing tells of the end but that. Also the answer to `typing.start`, with the moment at which others stop to show it.',
  data: z.object({ conversationId, userId, expiresAt: timestamp }).meta({ id: 'TypingStarted' }),
});

export const typingStopped = serverEvent({
  name: 'typing.stopped',
  summary: 'Somebody stopped typing before it expired. Also the answer to `typing.stop`.',
  data: z.object({ conversationId, userId }).meta({ id: 'TypingStopped' }),
});

export const presenceUpdate = serverEvent({
  name: 'presence.update',
  summary:
    'Somebody with whom you share a conversation came, went or turned away. Of two for the same user, believe that of the later `asOf`.',
  data: presence,
});

export const presenceNoted = serverEvent({
  name: 'presence.noted',
  summary: 'The answer to `presence.heartbeat`: this connection counts for so long.',
  data: z
    .object({
      status: heartbeatStatus,
      expiresAt: timestamp.meta({ description: 'Send the next heartbeat well before; at half of the time, say.' }),
    })
    .meta({ id: 'PresenceNoted' }),
});

export const membershipUpdated = serverEvent({
  name: 'membership.updated',
  summary:
    'What you keep of a conversation for yourself changed: unread mark, mute, archive, pin, unread mentions. Goes to your own devices alone; drop what has no greater `version` than you know.',
  data: membershipNews,
});

export const draftUpdated = serverEvent({
  name: 'draft.updated',
  summary:
    'Your draft in a conversation changed, or was cleared. Goes to your own devices alone; drop what has no greater `version` than you know.',
  data: draftState,
});

export const syncPageEvent = serverEvent({
  name: 'sync.page',
  summary: 'The answer to `sync`: one page of what you missed.',
  data: syncPage,
});

export const receiptUpdated = serverEvent({
  name: 'receipt.updated',
  summary:
    'Somebody has received or read more: yourself, told to all your devices, or another member of a direct conversation or of a group of fewer than 10. Not told where somebody posted: whoever posted a number has read up to it. Also the answer to `receipt.read` and `receipt.delivered`.',
  data: receipt,
});

export const receiptCount = serverEvent({
  name: 'receipt.count',
  summary:
    'How many members of a group of 10 to 256 have received and read what, about every 10 seconds while that changes. Whoever posted a message is counted as well.',
  data: receiptCountData,
});

export const memberCount = serverEvent({
  name: 'member.count',
  summary:
    'So many are members of a large room by now. There it stands for the other `member` events: it names the revisions of all of them.',
  data: z
    .object({
      conversationId,
      rev: sequence.meta({ description: 'The revision as of which they are so many.' }),
      memberCount: z.int().min(0),
      revs: z.array(sequence).min(1).meta({ description: 'The revisions in which members came, went or got a role.' }),
    })
    .meta({ id: 'MemberCount' }),
});

export const subscribed = serverEvent({
  name: 'subscribed',
  summary:
    'The answer to `subscribe`: whatever is numbered above `seq` and `rev` will be told on this connection. Fetch the rest.',
  data: z
    .object({
      conversationId,
      live,
      seq: sequence,
      rev: sequence,
      expiresAt: timestamp.nullable().meta({
        description: 'The subscription ends with the connection, at the latest then; null where it needs none.',
      }),
    })
    .meta({ id: 'Subscribed' }),
});

export const unsubscribed = serverEvent({
  name: 'unsubscribed',
  summary: 'The answer to `unsubscribe`. What was on its way may still come.',
  data: z.object({ conversationId }).meta({ id: 'Unsubscribed' }),
});

export const errorEvent = serverEvent({
  name: 'error',
  summary: 'The command with this `id` failed; see the error catalogue.',
  data: errorData,
});

export const batchEvent = serverEvent({
  name: 'batch',
  summary: 'Several events at once, in order.',
  data: z.object({ events: z.array(z.object({ event: z.string(), data: z.unknown() })).min(1) }).meta({ id: 'Batch' }),
});

/** In the order in which the documents list them. */
export const serverEvents = [
  messageSent,
  messageNew,
  messageUpdated,
  messageDeleted,
  reactionAdded,
  reactionRemoved,
  messagePinned,
  messageUnpinned,
  messageHidden,
  threadUpdated,
  threadRead,
  conversationNew,
  conversationUpdated,
  conversationRemoved,
  memberAdded,
  memberUpdated,
  memberRemoved,
  revisionHidden,
  typingStarted,
  typingStopped,
  presenceUpdate,
  presenceNoted,
  membershipUpdated,
  draftUpdated,
  syncPageEvent,
  receiptUpdated,
  receiptCount,
  memberCount,
  subscribed,
  unsubscribed,
  batchEvent,
  errorEvent,
] as const;

type EventData = { [E in (typeof serverEvents)[number] as E['name']]: z.infer<E['data']> };
export type EventName = keyof EventData;

/** A frame as it goes to a client. `id` repeats the reference of the command that it answers. */
export type ServerFrame = { [Name in EventName]: { event: Name; id?: string; data: EventData[Name] } }[EventName];
/** A frame that tells of something that happened, rather than answering. */
export type LiveEvent = Exclude<
  ServerFrame,
  { event: 'error' | 'batch' | 'message.sent' | 'presence.noted' | 'sync.page' | 'subscribed' | 'unsubscribed' }
>;
