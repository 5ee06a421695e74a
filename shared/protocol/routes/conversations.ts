import * as z from 'zod';
import { conversationCreate, conversationPatch, ownConversation } from '../conversation.ts';
import { conversationId } from '../identifiers.ts';
import { listOf, pageQuery, queryFlag } from '../lists.ts';
import { readMark, receipt } from '../receipts.ts';
import { route } from '../route.ts';

const params = z.strictObject({ conversationId });

export const conversationsCreate = route({
  name: 'conversations/create',
  method: 'POST',
  paths: ['/api/conversations'],
  summary: 'Start a conversation. The same two users always share one direct conversation, whoever asks first.',
  access: 'token',
  body: conversationCreate,
  status: 201,
  answer: ownConversation,
  errors: ['forbidden', 'conversation_full', 'direct_conversation'],
});

export const conversationsList = route({
  name: 'conversations/list',
  method: 'GET',
  paths: ['/api/conversations'],
  summary:
    'Your inbox, with unread counts and the newest message: pinned conversations, then the others, newest activity first (to you, joining is one). Archived ones are a list of their own.',
  access: 'token',
  query: pageQuery
    .extend({
      archived: queryFlag
        .optional()
        .meta({ description: 'true: the archived ones instead. They stay archived when something new is said.' }),
      pinned: queryFlag.optional().meta({ description: 'true: only those that are pinned; false: only the others.' }),
    })
    .refine(({ archived, pinned }) => !archived || pinned === undefined, 'has no pinned ones among the archived'),
  status: 200,
  answer: listOf('conversations', ownConversation).meta({ id: 'ConversationList' }),
  errors: ['forbidden'],
});

export const conversationsGet = route({
  name: 'conversations/get',
  method: 'GET',
  paths: ['/api/conversations/{conversationId}'],
  summary: 'One conversation of yours.',
  access: 'token',
  params,
  status: 200,
  answer: ownConversation,
  errors: ['not_found', 'forbidden'],
});

export const conversationsUpdate = route({
  name: 'conversations/update',
  method: 'PATCH',
  paths: ['/api/conversations/{conversationId}'],
  summary: 'Change the title or settings of a group. What is left out stays.',
  access: 'token',
  params,
  body: conversationPatch,
  status: 200,
  answer: ownConversation,
  errors: ['not_found', 'forbidden', 'direct_conversation'],
});

export const conversationsDelete = route({
  name: 'conversations/delete',
  method: 'DELETE',
  paths: ['/api/conversations/{conversationId}'],
  summary: 'Delete a group for everybody. Nobody sees it any more; its messages go with retention.',
  access: 'token',
  params,
  status: 204,
  errors: ['not_found', 'forbidden', 'direct_conversation'],
});

export const conversationsRead = route({
  name: 'conversations/read',
  method: 'PUT',
  paths: ['/api/conversations/{conversationId}/read'],
  summary: 'You have read it up to a number, or all of it. Only ever raises it. Safe to repeat.',
  access: 'token',
  params,
  body: readMark,
  status: 200,
  answer: receipt,
  errors: ['not_found', 'forbidden'],
});
