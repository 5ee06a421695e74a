/** Examples of bodies, answers and frames: the schema's own, but where the story has a better one. */
import type * as z from 'zod';
import type { Command } from '../../../shared/protocol/commands.ts';
import { type ServerEvent, serverEvents } from '../../../shared/protocol/events.ts';
import type { Route } from '../../../shared/protocol/route.ts';
import { problemExample } from '../problem.ts';
import { idOf } from '../schemas.ts';
import { schemaExamples } from './schemas.ts';
import {
  deletedMessage,
  draftState,
  editedMessage,
  memberBob,
  newGroup,
  ownGroup,
  reactionRemoved,
  times,
  webhookDelivery,
} from './story.ts';

/** By route, command or event. */
const betterAnswers: Record<string, unknown> = {
  'conversations/create': newGroup,
  'own-state/mark-unread': { ...ownGroup, markedUnread: true },
  'own-state/update': { ...ownGroup, mutedUntil: times.expires },
  'drafts/clear': { ...draftState, draft: null },
  'members/update': { ...memberBob, role: 'admin' },
  'messages/update': editedMessage,
  'messages/delete': deletedMessage,
  'reactions/remove': reactionRemoved,
  'webhooks/test': {
    ...webhookDelivery,
    eventType: 'webhook.test',
    status: 'pending',
    attempts: 0,
    nextAttemptAt: times.sent,
    lastAttempt: null,
  },
  'webhooks/redeliver': { ...webhookDelivery, status: 'pending', attempts: 0, nextAttemptAt: times.edited },
  'message.updated': editedMessage,
  'message.deleted': deletedMessage,
  'reaction.removed': reactionRemoved,
  'member.updated': { ...memberBob, role: 'admin' },
};

/** The reference that the example frames of a client carry, and their answers repeat. */
const reference = '7';

/** @returns undefined where nobody has written one; a test names those. */
export const exampleOf = (schema: z.ZodType): unknown => exampleNamed(idOf(schema) ?? '');

export const exampleNamed = (id: string): unknown =>
  id === 'Problem' ? problemExample('rate_limited') : schemaExamples[id];

export const answerExample = ({ name, answer }: Route): unknown => betterAnswers[name] ?? (answer && exampleOf(answer));

export const commandFrame = ({ name, data }: Command) => ({ event: name, id: reference, data: exampleOf(data) });

export const eventFrame = ({ name, data }: ServerEvent) => ({
  event: name,
  ...(name === 'error' && { id: reference }),
  data: betterAnswers[name] ?? exampleOf(data),
});

/** The event that a command is answered with. */
export const answerEvent = ({ answer }: Pick<Command, 'answer'>): ServerEvent => {
  const all: readonly ServerEvent[] = serverEvents;
  const event = all.find(({ name }) => name === answer);
  if (!event) throw new Error(`There is no event ${answer}.`);
  return event;
};

export const answerFrame = (event: ServerEvent) => {
  const { event: name, data } = eventFrame(event);
  return { event: name, id: reference, data };
};
