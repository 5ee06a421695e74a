import * as z from 'zod';
import { conversationId, messageId, sequence } from '../identifiers.ts';
import { listOf, pageQuery, queryNumber } from '../lists.ts';
import { draft, edit, message, messageVersion, shownMessage } from '../message.ts';
import { messageReceipts, receipt } from '../receipts.ts';
import { route } from '../route.ts';

const ofConversation = z.strictObject({ conversationId });
/** The nested twin also names the conversation; then both have to agree. */
const ofMessage = z.strictObject({ messageId, conversationId: conversationId.optional() });

const onePaths = ['/api/messages/{messageId}', '/api/conversations/{conversationId}/messages/{messageId}'] as const;

const below = (last: string) => onePaths.map((path) => `${path}/${last}`) as [string, ...string[]];

/** Of what is missing in a list of messages, what is missing for the reader alone. */
const hidden = z.array(sequence).meta({
  description: 'Numbers in this stretch that you have deleted for yourself: they are no gap.',
});

const position = queryNumber(0, 999_999_999_999);

export const messagesCreate = route({
  name: 'messages/create',
  method: 'POST',
  paths: ['/api/conversations/{conversationId}/messages'],
  summary: 'Post a message. Safe to repeat with the same `clientMessageId`: it is stored once.',
  access: 'token',
  params: ofConversation,
  body: draft,
  status: 201,
  answer: message,
  errors: ['not_found', 'forbidden', 'rate_limited', 'message_refused', 'hook_unavailable'],
});

export const messagesList = route({
  name: 'messages/list',
  method: 'GET',
  paths: ['/api/conversations/{conversationId}/messages'],
  summary: 'History, newest first: the newest, those `before` a number, or those next `after` one.',
  access: 'token',
  params: ofConversation,
  query: pageQuery
    .extend({
      before: position.optional().meta({ description: 'Those whose `seq` is less. One of before, after and cursor.' }),
      after: position.optional().meta({ description: 'Those whose `seq` is greater, nearest first.' }),
      replies: z
        .enum(['include', 'exclude'])
        .default('include')
        .meta({ description: '`exclude` leaves out the replies that are in their thread only.' }),
    })
    .refine(
      ({ before, after, cursor }) => [before, after, cursor].filter((one) => one !== undefined).length <= 1,
      'takes one of before, after and cursor',
    ),
  status: 200,
  answer: listOf('messages', shownMessage).extend({ hidden }).meta({ id: 'MessageList' }),
  errors: ['not_found', 'forbidden'],
});

export const messagesGet = route({
  name: 'messages/get',
  method: 'GET',
  paths: onePaths,
  summary: 'One message.',
  access: 'token',
  params: ofMessage,
  status: 200,
  answer: shownMessage,
  errors: ['not_found', 'forbidden'],
});

export const messagesUpdate = route({
  name: 'messages/update',
  method: 'PATCH',
  paths: onePaths,
  summary: 'Change a message of your own.',
  access: 'token',
  params: ofMessage,
  body: edit,
  status: 200,
  answer: message,
  errors: [
    'not_found',
    'forbidden',
    'version_conflict',
    'message_deleted',
    'window_closed',
    'message_refused',
    'hook_unavailable',
  ],
});

export const messagesDelete = route({
  name: 'messages/delete',
  method: 'DELETE',
  paths: onePaths,
  summary:
    'Delete a message of your own, or of anybody as an admin of the conversation. A tombstone stays. Safe to repeat.',
  access: 'token',
  params: ofMessage,
  status: 200,
  answer: message,
  errors: ['not_found', 'forbidden', 'window_closed'],
});

export const messagesHide = route({
  name: 'messages/hide',
  method: 'POST',
  paths: below('hide'),
  summary: 'Delete a message for yourself alone: you do not see it any more, others do. Safe to repeat; not undone.',
  access: 'token',
  params: ofMessage,
  status: 204,
  errors: ['not_found', 'forbidden'],
});

export const messagesHistory = route({
  name: 'messages/history',
  method: 'GET',
  paths: below('history'),
  summary:
    'What a message was before it was edited or deleted, newest first; for admins of the conversation. Goes with the message’s retention.',
  access: 'token',
  params: ofMessage,
  query: pageQuery,
  status: 200,
  answer: listOf('versions', messageVersion).meta({ id: 'MessageVersionList' }),
  errors: ['not_found', 'forbidden'],
});

export const messagesRead = route({
  name: 'messages/read',
  method: 'PUT',
  paths: below('read'),
  summary: 'You have read its conversation up to this message. Only ever raises it. Safe to repeat.',
  access: 'token',
  params: ofMessage,
  status: 200,
  answer: receipt,
  errors: ['not_found', 'forbidden'],
});

export const messagesReceipts = route({
  name: 'messages/receipts',
  method: 'GET',
  paths: below('receipts'),
  summary:
    'Who has received and read a message, and when; its sender apart. Refused while your own read receipts are off.',
  access: 'token',
  params: ofMessage,
  query: pageQuery,
  status: 200,
  answer: messageReceipts,
  errors: ['not_found', 'forbidden'],
});
