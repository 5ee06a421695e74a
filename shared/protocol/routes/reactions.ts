import * as z from 'zod';
import { emoji } from '../emoji.ts';
import { conversationId, messageId } from '../identifiers.ts';
import { listOf, pageQuery } from '../lists.ts';
import { reaction, reactionAddition, reactionChange } from '../reaction.ts';
import { route } from '../route.ts';

/** The nested twin also names the conversation; then both have to agree. */
const ofMessage = z.strictObject({ messageId, conversationId: conversationId.optional() });

const allPaths = [
  '/api/messages/{messageId}/reactions',
  '/api/conversations/{conversationId}/messages/{messageId}/reactions',
] as const;

export const reactionsList = route({
  name: 'reactions/list',
  method: 'GET',
  paths: allPaths,
  summary: 'Who reacted to a message, and with what: by emoji, then by user id.',
  access: 'token',
  params: ofMessage,
  query: pageQuery.extend({ emoji: emoji.optional().meta({ description: 'Those who reacted with this one alone.' }) }),
  status: 200,
  answer: listOf('reactions', reaction).meta({ id: 'ReactionList' }),
  errors: ['not_found', 'forbidden'],
});

export const reactionsAdd = route({
  name: 'reactions/add',
  method: 'POST',
  paths: allPaths,
  summary: 'React to a message. One of each emoji from each of you; safe to repeat.',
  access: 'token',
  params: ofMessage,
  body: reactionAddition,
  status: 200,
  answer: reactionChange,
  errors: ['not_found', 'forbidden', 'message_deleted', 'too_many_reactions'],
});

export const reactionsRemove = route({
  name: 'reactions/remove',
  method: 'DELETE',
  paths: [`${allPaths[0]}/{emoji}`, `${allPaths[1]}/{emoji}`],
  summary: 'Take back a reaction of your own. The emoji is percent-encoded. Safe to repeat.',
  access: 'token',
  params: ofMessage.extend({ emoji }),
  status: 200,
  answer: reactionChange,
  errors: ['not_found', 'forbidden', 'message_deleted'],
});
