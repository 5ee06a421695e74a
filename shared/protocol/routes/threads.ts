import * as z from 'zod';
import { conversationId, messageId, sequence } from '../identifiers.ts';
import { listOf, pageQuery } from '../lists.ts';
import { shownMessage } from '../message.ts';
import { route } from '../route.ts';
import { ownThread, threadReadRequest, threadWatermark } from '../thread.ts';

/** The root of the thread; the nested twin also names the conversation, and both have to agree. */
const ofRoot = z.strictObject({ messageId, conversationId: conversationId.optional() });

const repliesPaths = [
  '/api/messages/{messageId}/replies',
  '/api/conversations/{conversationId}/messages/{messageId}/replies',
] as const;

export const threadsReplies = route({
  name: 'threads/replies',
  method: 'GET',
  paths: repliesPaths,
  summary: 'The replies in the thread of a message, oldest first, deleted ones too. Empty for a message that has none.',
  access: 'token',
  params: ofRoot,
  query: pageQuery,
  status: 200,
  answer: listOf('replies', shownMessage)
    .extend({
      hidden: z.array(sequence).meta({ description: 'Replies in this stretch that you have deleted for yourself.' }),
      thread: ownThread,
    })
    .meta({ id: 'ReplyList' }),
  errors: ['not_found', 'forbidden'],
});

export const threadsRead = route({
  name: 'threads/read',
  method: 'PUT',
  paths: [`${repliesPaths[0]}/read`, `${repliesPaths[1]}/read`],
  summary: 'You have read a thread, up to a number or altogether. Only rises; safe to repeat.',
  access: 'token',
  params: ofRoot,
  body: threadReadRequest,
  status: 200,
  answer: threadWatermark,
  errors: ['not_found', 'forbidden'],
});
