/** What a client may say over a socket. The stack's routes are a loop over this list; one file of `functions/websocket/` is one command. */
import * as z from 'zod';
import type { ErrorCode } from './errors.ts';
import type { EventName } from './events.ts';
import { conversationId, messageId } from './identifiers.ts';
import { draft, edit } from './message.ts';
import { heartbeatStatus } from './presence.ts';
import { reactionAddition } from './reaction.ts';
import { receiptDeliveredData, receiptReadData } from './receipts.ts';
import { syncRequest } from './sync-request.ts';
import { text } from './text.ts';
import { traceparent } from './traceparent.ts';

export interface Command<
  Name extends string = string,
  Data extends z.ZodType = z.ZodType,
  Answer extends EventName = EventName,
> {
  name: Name;
  summary: string;
  data: Data;
  /** By its name alone: no function checks what it answers, and each would carry the schemas of all events. */
  answer: Answer;
  /** Beside those that any command may meet. */
  errors: readonly ErrorCode[];
}

const command = <Name extends string, Data extends z.ZodType, Answer extends EventName>(
  one: Command<Name, Data, Answer>,
) => one;

/** Errors that any command may be answered with. */
export const commonCommandErrors = [
  'malformed_json',
  'unknown_event',
  'invalid_request',
  'token_expired',
  'not_found',
  'internal',
  'unavailable',
] as const;

/** What every frame of a client is; `data` is checked by its command. */
export const clientFrame = z
  .strictObject({
    event: z.string().max(64),
    id: text({ max: 64 }).optional().meta({ description: 'Your reference; the answer repeats it.' }),
    data: z.unknown(),
    traceparent: traceparent.optional(),
  })
  .meta({ id: 'ClientFrame' });

export const messageSend = command({
  name: 'message.send',
  summary: 'Post a message. Safe to repeat with the same `clientMessageId`: it is stored once. Answered means stored.',
  data: draft.extend({ conversationId }).meta({ id: 'MessageSend' }),
  answer: 'message.sent',
  errors: ['forbidden', 'rate_limited', 'message_refused', 'hook_unavailable'],
});

export const messageEdit = command({
  name: 'message.edit',
  summary: 'Change a message of your own.',
  data: edit.extend({ messageId }).meta({ id: 'MessageEditCommand' }),
  answer: 'message.updated',
  errors: ['forbidden', 'version_conflict', 'message_deleted', 'window_closed', 'message_refused', 'hook_unavailable'],
});

export const messageDelete = command({
  name: 'message.delete',
  summary:
    'Delete a message of your own, or of anybody as an admin of the conversation. A tombstone stays. Safe to repeat.',
  data: z.strictObject({ messageId }).meta({ id: 'MessageDelete' }),
  answer: 'message.deleted',
  errors: ['forbidden', 'window_closed'],
});

export const reactionAdd = command({
  name: 'reaction.add',
  summary: 'React to a message. One of each emoji from each of you; safe to repeat.',
  data: reactionAddition.extend({ messageId }).meta({ id: 'ReactionAdd' }),
  answer: 'reaction.added',
  errors: ['forbidden', 'message_deleted', 'too_many_reactions'],
});

export const reactionRemove = command({
  name: 'reaction.remove',
  summary: 'Take back a reaction of your own. Safe to repeat.',
  data: reactionAddition.extend({ messageId }).meta({ id: 'ReactionRemove' }),
  answer: 'reaction.removed',
  errors: ['forbidden', 'message_deleted'],
});

export const sync = command({
  name: 'sync',
  summary:
    'Ask for what you missed, page after page: messages, changes of older ones, members and settings, conversations that you joined or lost.',
  data: syncRequest,
  answer: 'sync.page',
  errors: ['forbidden'],
});

export const receiptRead = command({
  name: 'receipt.read',
  summary: 'You have read a conversation up to a number, or all of it. Only ever raises it. Safe to repeat.',
  data: receiptReadData,
  answer: 'receipt.updated',
  errors: ['forbidden'],
});

export const receiptDelivered = command({
  name: 'receipt.delivered',
  summary:
    'This device has received a conversation up to a number: one for as many messages as came. Only ever raises it. Safe to repeat.',
  data: receiptDeliveredData,
  answer: 'receipt.updated',
  errors: ['forbidden'],
});

export const typingStart = command({
  name: 'typing.start',
  summary:
    'You are typing: the other members see it for 5 seconds. Say it again every few seconds while you do; what comes within 3 seconds is not passed on.',
  data: z.strictObject({ conversationId }).meta({ id: 'TypingStart' }),
  answer: 'typing.started',
  errors: ['forbidden'],
});

export const typingStop = command({
  name: 'typing.stop',
  summary: 'You stopped typing. A message that you send says so too.',
  data: z.strictObject({ conversationId }).meta({ id: 'TypingStop' }),
  answer: 'typing.stopped',
  errors: ['forbidden'],
});

export const presenceHeartbeat = command({
  name: 'presence.heartbeat',
  summary:
    'This connection is there still: `online` while somebody looks at the app, every 15 seconds; `away` while it is hidden, every few minutes. Without, it counts as offline after a while, and hears everything all the same.',
  data: z.strictObject({ status: heartbeatStatus }).meta({ id: 'PresenceHeartbeat' }),
  answer: 'presence.noted',
  errors: ['forbidden'],
});

export const subscribe = command({
  name: 'subscribe',
  summary:
    'Hear a large room live on this connection: one whose `live` is `subscribed`. Safe to repeat; in any other conversation it changes nothing.',
  data: z.strictObject({ conversationId }).meta({ id: 'Subscribe' }),
  answer: 'subscribed',
  errors: ['forbidden'],
});

export const unsubscribe = command({
  name: 'unsubscribe',
  summary: 'Hear a large room no more on this connection. Safe to repeat.',
  data: z.strictObject({ conversationId }).meta({ id: 'Unsubscribe' }),
  answer: 'unsubscribed',
  errors: ['forbidden'],
});

export const commands = [
  messageSend,
  messageEdit,
  messageDelete,
  reactionAdd,
  reactionRemove,
  receiptRead,
  receiptDelivered,
  typingStart,
  typingStop,
  presenceHeartbeat,
  sync,
  subscribe,
  unsubscribe,
] as const;
