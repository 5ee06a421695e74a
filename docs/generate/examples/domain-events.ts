/** An example of each event on the bus, out of the same story as all the others. */
import { envelopeOf } from '../../../shared/domain/domain-events.ts';
import type { PublicEventType } from '../../../shared/protocol/domain-events.ts';
import * as story from './story.ts';

const { groupId, times } = story;
const reaction = { messageId: story.sentMessage.id, emoji: '👍', userId: 'mary' };

interface Told {
  at: string;
  by: string | null;
  data: unknown;
}

const told: Record<PublicEventType, Told> = {
  'conversation.created': {
    at: times.created,
    by: 'ada',
    data: { conversation: { ...story.group, seq: 0, rev: 0, lastMessage: null, lastActivityAt: times.created } },
  },
  'conversation.updated': {
    at: times.edited,
    by: 'ada',
    data: { conversation: { ...story.group, title: 'Difference Engine', updatedAt: times.edited } },
  },
  'conversation.deleted': {
    at: times.deleted,
    by: 'ada',
    data: { conversation: { ...story.group, updatedAt: times.deleted } },
  },
  'member.added': { at: times.created, by: 'ada', data: { member: { ...story.memberBob, lastDeliveredSeq: 40 } } },
  'member.updated': { at: times.sent, by: 'ada', data: { member: story.bobBecameAdmin.member } },
  'member.removed': { at: times.deleted, by: 'bob', data: { member: { ...story.memberBob, rev: 9 } } },
  'message.created': { at: times.sent, by: 'ada', data: { message: story.sentMessage } },
  'message.updated': { at: times.edited, by: 'ada', data: { message: story.editedMessage } },
  'message.deleted': { at: times.deleted, by: 'ada', data: { message: story.deletedMessage } },
  'message.expired': { at: '2027-02-19T12:01:00.000Z', by: null, data: { messageId: story.sentMessage.id } },
  'reaction.added': { at: times.edited, by: 'mary', data: reaction },
  'reaction.removed': { at: times.deleted, by: 'mary', data: reaction },
  'receipt.read': { at: times.read, by: 'bob', data: { userId: 'bob', lastReadSeq: 42 } },
  'user.online': { at: times.created, by: 'bob', data: { userId: 'bob', lastSeenAt: null } },
  'user.offline': { at: times.edited, by: 'bob', data: { userId: 'bob', lastSeenAt: times.read } },
  'user.updated': { at: times.created, by: null, data: { user: story.ada } },
  'user.deleted': { at: times.deleted, by: null, data: { userId: 'mary' } },
  'webhook.disabled': {
    at: times.deleted,
    by: null,
    data: { webhook: { ...story.webhook, enabled: false, disabledReason: 'gone', disabledAt: times.deleted } },
  },
};

/** `detail` of an event. */
export const eventExample = (type: PublicEventType) => {
  const { at: occurredAt, by: actor, data } = told[type];
  return {
    ...envelopeOf(type, [occurredAt], { tenantId: 'acme', occurredAt, actor }),
    ...(/^(user|webhook)\./.test(type) ? {} : { conversationId: groupId }),
    data,
  };
};
