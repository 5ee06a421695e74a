/**
 * Finds out whom a message concerns who is not there, and leaves each of them to a message of their own. Safe to repeat: what is told
 * twice is found out there.
 */
import * as z from 'zod';
import { isElsewhere, isNews, isTold, mayHearOf } from '../../shared/domain/notifications.ts';
import { messageId, placeOfMessage } from '../../shared/protocol/identifiers.ts';
import { type Deps, live } from '../../shared/runtime/deps.ts';
import { addToLogContext } from '../../shared/runtime/logger.ts';
import { createUserQueue, type UserQueue } from '../../shared/runtime/notification-queues.ts';
import { onQueue } from '../../shared/runtime/queue.ts';
import type { PresenceSettings } from '../../shared/runtime/settings.ts';

/** The message itself is looked at as it is now, which may be newer. */
const messageCreated = z.object({
  'detail-type': z.literal('message.created'),
  detail: z.object({
    tenantId: z.string(),
    traceparent: z.string().optional(),
    data: z.object({ message: z.object({ id: messageId }) }),
  }),
});

export const notify = ({
  recipients,
  clock,
  presence,
  queue,
}: Pick<Deps, 'recipients' | 'clock'> & { presence: PresenceSettings; queue: UserQueue }) =>
  onQueue('notify', async (body) => {
    const { tenantId: tenant, traceparent, data } = messageCreated.parse(body).detail;
    const { conversationId, seq } = placeOfMessage(data.message.id);
    addToLogContext({ tenant, conversationId });
    const occasion = await recipients.occasionOf(tenant, conversationId, seq);
    const now = clock.now();
    const senderId = occasion?.message.senderId;
    if (!occasion || typeof senderId !== 'string' || !isNews(occasion, now)) return;
    // Those who said nothing of this conversation are asked for what they said of all once they are known.
    const members = (await recipients.membersFor(tenant, occasion)).filter((one) => isTold(occasion, one, 'all', now));
    if (members.length === 0) return;
    const byUser = new Map(members.map((one) => [one.userId, one]));
    const people = await recipients.peopleOf(tenant, [...byUser.keys(), senderId]);
    const sender = people.find(({ user }) => user === senderId)?.state ?? {
      user: senderId,
      blocked: new Set<string>(),
    };
    const told = people.filter((one) => {
      const member = byUser.get(one.user);
      return (
        member !== undefined &&
        isTold(occasion, member, one.usual, now) &&
        mayHearOf(one.state, sender) &&
        isElsewhere(one, presence.lives, now)
      );
    });
    await queue.send(
      told.map(({ user }) => ({ tenant, user, conversationId, seq, senderId, attempt: 1, traceparent })),
    );
  });

export const handler = live(({ recipients, clock, settings }) =>
  notify({ recipients, clock, presence: settings.PRESENCE_SETTINGS, queue: createUserQueue(settings.USER_QUEUE_URL) }),
);
