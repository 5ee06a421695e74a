import * as z from 'zod';
import { member, memberPatch, membersAdd as membersAddBody } from '../conversation.ts';
import { conversationId, userId } from '../identifiers.ts';
import { listOf, pageQuery } from '../lists.ts';
import { route } from '../route.ts';

const ofConversation = z.strictObject({ conversationId });
const ofMember = z.strictObject({ conversationId, userId });

export const membersList = route({
  name: 'members/list',
  method: 'GET',
  paths: ['/api/conversations/{conversationId}/members'],
  summary: 'The members of a conversation, by user id.',
  access: 'token',
  params: ofConversation,
  query: pageQuery,
  status: 200,
  answer: listOf('members', member).meta({ id: 'MemberList' }),
  errors: ['not_found', 'forbidden'],
});

export const membersAdd = route({
  name: 'members/add',
  method: 'POST',
  paths: ['/api/conversations/{conversationId}/members'],
  summary: 'Add users to a group, all or none. Those who are members already stay as they are. Safe to repeat.',
  access: 'token',
  params: ofConversation,
  body: membersAddBody,
  status: 200,
  answer: z.object({ members: z.array(member) }).meta({ id: 'MembersAdded' }),
  errors: ['not_found', 'forbidden', 'conversation_full', 'direct_conversation'],
});

export const membersUpdate = route({
  name: 'members/update',
  method: 'PATCH',
  paths: ['/api/conversations/{conversationId}/members/{userId}'],
  summary: "Change a member's role.",
  access: 'token',
  params: ofMember,
  body: memberPatch,
  status: 200,
  answer: member,
  errors: ['not_found', 'forbidden', 'last_owner', 'direct_conversation'],
});

export const membersRemove = route({
  name: 'members/remove',
  method: 'DELETE',
  paths: ['/api/conversations/{conversationId}/members/{userId}'],
  summary: 'Remove somebody from a group.',
  access: 'token',
  params: ofMember,
  status: 204,
  errors: ['not_found', 'forbidden', 'last_owner', 'direct_conversation'],
});

export const membersJoin = route({
  name: 'members/join',
  method: 'POST',
  paths: ['/api/conversations/{conversationId}/join'],
  summary: 'Join an open group. Safe to repeat.',
  access: 'token',
  params: ofConversation,
  status: 200,
  answer: member,
  errors: ['not_found', 'forbidden', 'conversation_full'],
});

export const membersLeave = route({
  name: 'members/leave',
  method: 'DELETE',
  paths: ['/api/conversations/{conversationId}/leave'],
  summary: 'Leave a group. Its last owner hands over first.',
  access: 'token',
  params: ofConversation,
  status: 204,
  errors: ['not_found', 'forbidden', 'last_owner', 'direct_conversation'],
});
