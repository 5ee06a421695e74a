import { conversationFrom, messageFrom } from '../data/items.ts';
import type { Followed } from '../data/stream.ts';
import { activityBucket } from '../domain/conversation.ts';
import type { DomainEvent } from '../domain/domain-events.ts';
import { mentionChanges } from '../domain/mentions.ts';

/** What a stream record means to the rest of the world. */
export const domainEventsOf = ({ key, before, after }: Followed): DomainEvent[] => {
  if (!after) return [];
  if (key.kind === 'conversation' && before) {
    const hour = activityBucket(conversationFrom(after).lastActivityAt);
    if (activityBucket(conversationFrom(before).lastActivityAt) === hour) return [];
    const { tenant: tenantId, conversationId } = key;
    const id = `${tenantId}/${conversationId}/active/${hour}`;
    return [
      {
        type: 'conversation.active',
        detail: { version: 1, id, tenantId, occurredAt: String(after.lastActivityAt), conversationId },
      },
    ];
  }
  if (key.kind === 'message') {
    const message = messageFrom(after);
    const userIds = mentionChanges(before && messageFrom(before), message);
    if (userIds.length === 0) return [];
    const { tenant: tenantId, conversationId, seq } = key;
    const id = `${tenantId}/${conversationId}/${seq}/mentions/${message.version}`;
    const occurredAt = message.deletedAt ?? message.editedAt ?? message.createdAt;
    return [
      { type: 'message.mentions', detail: { version: 1, id, tenantId, occurredAt, conversationId, seq, userIds } },
    ];
  }
  if (key.kind === 'change' && after.kind === 'conversation.deleted') {
    const { tenant: tenantId, conversationId, rev } = key;
    const id = `${tenantId}/${conversationId}/${rev}`;
    return [
      {
        type: 'conversation.deleted',
        detail: { version: 1, id, tenantId, occurredAt: String(after.at), conversationId },
      },
    ];
  }
  if (key.kind === 'profile' && after.deletedAt && !before?.deletedAt) {
    const { tenant: tenantId, userId } = key;
    const occurredAt = String(after.deletedAt);
    return [
      {
        type: 'user.deleted',
        detail: { version: 1, id: `${tenantId}/${userId}/deleted/${occurredAt}`, tenantId, occurredAt, userId },
      },
    ];
  }
  return [];
};
