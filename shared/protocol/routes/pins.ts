import * as z from 'zod';
import { conversationId, messageId } from '../identifiers.ts';
import { listOf } from '../lists.ts';
import { pin, pinLimit } from '../pin.ts';
import { route } from '../route.ts';

const ofMessage = z.strictObject({ messageId });
const paths = ['/api/messages/{messageId}/pin'] as const;

export const pinsList = route({
  name: 'pins/list',
  method: 'GET',
  paths: ['/api/conversations/{conversationId}/pins'],
  summary: `The pinned messages of a conversation that you see, the newest pin first: all of them, at most ${pinLimit}. Deleted and expired ones are left out.`,
  access: 'token',
  params: z.strictObject({ conversationId }),
  status: 200,
  answer: listOf('pins', pin).meta({ id: 'PinList' }),
  errors: ['not_found', 'forbidden'],
});

export const pinsAdd = route({
  name: 'pins/add',
  method: 'PUT',
  paths,
  summary: 'Pin a message for everybody, as an admin of the group, or as either of two. Safe to repeat.',
  access: 'token',
  params: ofMessage,
  status: 200,
  answer: pin,
  errors: ['not_found', 'forbidden', 'message_deleted', 'too_many_pins'],
});

export const pinsRemove = route({
  name: 'pins/remove',
  method: 'DELETE',
  paths,
  summary: 'Take a pin off a message. Safe to repeat.',
  access: 'token',
  params: ofMessage,
  status: 204,
  errors: ['not_found', 'forbidden'],
});
