import { blockedIn } from '../data/blocks.ts';
import { conversationFrom, memberFrom, messageFrom } from '../data/items.ts';
import type { Followed } from '../data/stream.ts';
import { activityBucket } from '../domain/conversation.ts';
import type { InternalEvent } from '../domain/domain-events.ts';
import { mentionChanges } from '../domain/mentions.ts';
import { raisedAt, risesIn, shownDelivered } from '../domain/receipts.ts';

/** What a stream record means to Parley's own workers, beside what is public. */
export const internalEventsOf = ({ key, before, after, sequenceNumber, traceparent }: Followed): InternalEvent[] => {
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
    const detail = { version: 1, id, tenantId, occurredAt, conversationId, seq, userIds } as const;
    return [{ type: 'message.mentions', detail: { ...detail, ...(traceparent && { traceparent }) } }];
  }
  if (key.kind === 'member' && before) {
    const [was, is] = [memberFrom(before), memberFrom(after)];
    if (is.audience !== 'counts' || !risesIn(was, is).shown) return [];
    const { tenant: tenantId, conversationId, userId } = key;
    const id = `${tenantId}/${conversationId}/${userId}/${is.shownReadSeq}/${shownDelivered(is)}`;
    const occurredAt = raisedAt(is);
    return [{ type: 'receipt.raised', detail: { version: 1, id, tenantId, occurredAt, conversationId, userId } }];
  }
  // What others are told of it changes nothing that would have to be told.
  if (key.kind === 'presence' && after.changedAt !== before?.changedAt) {
    const { tenant: tenantId, userId } = key;
    const id = `${tenantId}/${userId}/presence/${sequenceNumber}`;
    const towards = [...blockedIn(before).symmetricDifference(blockedIn(after))];
    return [
      {
        type: 'presence.changed',
        detail: { version: 1, id, tenantId, occurredAt: String(after.changedAt), userId, towards },
      },
    ];
  }
  return [];
};
