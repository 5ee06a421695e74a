import * as z from 'zod';
import { conversationId, userId } from '../identifiers.ts';
import { listOf, pageQuery } from '../lists.ts';
import { presence } from '../presence.ts';
import { route } from '../route.ts';

export const presenceOfUser = route({
  name: 'presence/of-user',
  method: 'GET',
  // The second is for ids that hold a slash, which only the end of a path may hold.
  paths: ['/api/users/{userId}/presence', '/api/presence/{userId}'],
  summary: 'Whether somebody is there. Who hides it from you is like somebody who never was.',
  access: 'token',
  params: z.strictObject({ userId }),
  status: 200,
  answer: presence,
  errors: [],
});

export const presenceOfConversation = route({
  name: 'presence/of-conversation',
  method: 'GET',
  paths: ['/api/conversations/{conversationId}/presence'],
  summary: 'Which members of a conversation are there, by user id.',
  access: 'token',
  params: z.strictObject({ conversationId }),
  query: pageQuery,
  status: 200,
  answer: listOf('presences', presence).meta({ id: 'PresenceList' }),
  errors: ['not_found', 'forbidden'],
});
