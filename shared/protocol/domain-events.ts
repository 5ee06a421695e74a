/**
 * What the host's other services hear over the event bus, with the source `parley`: `type` is the `detail-type`. What is told is told at
 * least once and in no certain order; see docs/events.md. What was published here may gain fields, and nothing else: a check compares.
 */
import * as z from 'zod';
import { conversation, member } from './conversation.ts';
import { emoji } from './emoji.ts';
import { conversationId, messageId, sequence, tenantName, timestamp, userId } from './identifiers.ts';
import { message } from './message.ts';
import { traceparent } from './traceparent.ts';
import { user } from './user.ts';
import { webhook } from './webhook.ts';

export interface PublicEventContract<Type extends string = string, Detail extends z.ZodType = z.ZodType> {
  type: Type;
  version: number;
  summary: string;
  detail: Detail;
}

const envelope = {
  id: z
    .string()
    .regex(/^evt_[A-Za-z0-9_-]{22}$/, 'is not an event id')
    .meta({
      description: 'The same each time that this event is told: what has this id has been told before.',
      examples: ['evt_9m1T0cQk2v5yXb7dPzR3Aw'],
    }),
  version: z.literal(1).meta({ description: 'Of this schema.' }),
  tenantId: tenantName.meta({ examples: ['acme'] }),
  occurredAt: timestamp.meta({ description: 'When it happened, which may be long before it is told.' }),
  actor: userId.nullable().meta({
    description: 'Whose doing it was; null for what Parley did by itself or for the host, and where that is not known.',
  }),
};

const event = <Type extends string, Data extends z.ZodRawShape>(type: Type, summary: string, data: Data) => ({
  type,
  version: 1,
  summary,
  detail: z.object({ ...envelope, data: z.object(data) }).meta({ title: type, description: summary }),
});

const eventInConversation = <Type extends string, Data extends z.ZodRawShape>(
  type: Type,
  summary: string,
  data: Data,
) => ({
  type,
  version: 1,
  summary,
  detail: z.object({ ...envelope, conversationId, data: z.object(data) }).meta({ title: type, description: summary }),
});

/** A message is the one thing that could be larger than the bus takes. */
const messageEvent = <Type extends string>(type: Type, summary: string) => ({
  type,
  version: 1,
  summary,
  detail: z
    .object({
      ...envelope,
      conversationId,
      traceparent: traceparent.optional().meta({
        description: 'The W3C trace of the request that did it, if that named one.',
        examples: ['00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'],
      }),
      data: z.object({ message }).optional().meta({ description: 'Left out where it would be too large for the bus.' }),
      reference: z
        .object({ href: z.string().meta({ examples: ['/api/messages/g-5TxSCA9jRrmBc3sYsmpfjg.42'] }) })
        .optional()
        .meta({ description: 'In the place of `data`: the path under which the HTTP API answers with the message.' }),
    })
    .meta({ title: type, description: summary }),
});

/** In the order in which the documents list them. */
export const publicEvents = [
  eventInConversation(
    'conversation.created',
    'Somebody founded a conversation. Each of its founding members is told by a `member.added` of their own.',
    { conversation },
  ),
  eventInConversation(
    'conversation.updated',
    'The title or a setting of a conversation changed, or it became a large room or ceased to be one. Not told for messages and members, which have events of their own.',
    { conversation },
  ),
  eventInConversation(
    'conversation.deleted',
    'A group was deleted, or its last member was. Nobody sees it any more; no `member.removed` follows for each of its members.',
    { conversation },
  ),
  eventInConversation(
    'member.added',
    'Somebody became a member, by founding it or later. `actor` is null for a founding member: `conversation.created` says whose doing that was.',
    { member },
  ),
  eventInConversation('member.updated', 'A member got another role.', { member }),
  eventInConversation('member.removed', 'A member left, or was removed by `actor`.', { member }),
  messageEvent('message.created', 'A message was posted.'),
  messageEvent('message.updated', 'A message was edited by its sender; the message is its new state.'),
  messageEvent('message.deleted', 'A message was deleted for everybody by `actor`; the message is its tombstone.'),
  eventInConversation('message.expired', 'Retention removed a message, or the tombstone of one.', { messageId }),
  eventInConversation('reaction.added', 'Somebody reacted to a message.', { messageId, emoji, userId }),
  eventInConversation('reaction.removed', 'Somebody took their reaction to a message back.', {
    messageId,
    emoji,
    userId,
  }),
  eventInConversation(
    'receipt.read',
    'Somebody has read a conversation up to a number. Not told of those who have read receipts off, of those who post, which shows it, and in conversations of more than 256 members.',
    { userId, lastReadSeq: sequence.meta({ description: 'Only ever rises: keep the greatest.' }) },
  ),
  event('user.online', 'Somebody is there, on any device. Not told of those who hide their presence from everybody.', {
    userId,
    lastSeenAt: timestamp.nullable().meta({ description: 'null: they are there.' }),
  }),
  event('user.offline', 'Somebody is there no more, on any device.', {
    userId,
    lastSeenAt: timestamp.nullable().meta({
      description: 'Their last sign of life; null where it is not known or they hide it.',
    }),
  }),
  event(
    'user.updated',
    'A user became known, or their name or picture changed, or the host brought a deleted one back.',
    { user },
  ),
  event(
    'user.deleted',
    'The host deleted a user. That they leave their groups is told by a `member.removed` for each.',
    { userId },
  ),
  event(
    'webhook.disabled',
    'Parley disabled a webhook: its endpoint answered that it is gone, or nothing could be delivered for days.',
    { webhook },
  ),
] as const satisfies readonly PublicEventContract[];

/** `detail-type` → `detail`. */
export type PublicEvents = { [Event in (typeof publicEvents)[number] as Event['type']]: z.infer<Event['detail']> };
export type PublicEventType = keyof PublicEvents;
export type PublicEvent = { [Type in PublicEventType]: { type: Type; detail: PublicEvents[Type] } }[PublicEventType];
export const publicEventTypes = publicEvents.map(({ type }) => type);
