import * as z from 'zod';
import { ownConversation } from '../conversation.ts';
import { conversationId } from '../identifiers.ts';
import { ownStatePatch, unreadTotals } from '../own-state.ts';
import { route } from '../route.ts';

const params = z.strictObject({ conversationId });

export const ownStateUpdate = route({
  name: 'own-state/update',
  method: 'PATCH',
  paths: ['/api/conversations/{conversationId}/me'],
  summary: 'Mute, archive or pin a conversation, for yourself. What is left out stays. Safe to repeat.',
  access: 'token',
  params,
  body: ownStatePatch,
  status: 200,
  answer: ownConversation,
  errors: ['not_found', 'forbidden'],
});

export const ownStateMarkUnread = route({
  name: 'own-state/mark-unread',
  method: 'PUT',
  paths: ['/api/conversations/{conversationId}/unread'],
  summary: 'Mark a conversation as unread, until you read or post. What you have read stays read. Safe to repeat.',
  access: 'token',
  params,
  status: 200,
  answer: ownConversation,
  errors: ['not_found', 'forbidden'],
});

export const ownStateClearUnread = route({
  name: 'own-state/clear-unread',
  method: 'DELETE',
  paths: ['/api/conversations/{conversationId}/unread'],
  summary: 'Take the mark back. Safe to repeat.',
  access: 'token',
  params,
  status: 200,
  answer: ownConversation,
  errors: ['not_found', 'forbidden'],
});

export const meUnread = route({
  name: 'me/unread',
  method: 'GET',
  paths: ['/api/me/unread'],
  summary: 'What is unread in all your conversations together.',
  access: 'token',
  status: 200,
  answer: unreadTotals,
  errors: ['forbidden'],
});
