/**
 * Brings what the memberships of mentioned users say of a message in line with the message as it is now: so events may come twice, late
 * and in any order.
 */
import { type Deps, live } from '../../shared/runtime/deps.ts';
import { onDomainEvents } from '../../shared/runtime/queue.ts';

export const mentionCount = ({ mentions }: Pick<Deps, 'mentions'>) =>
  onDomainEvents('mention-count', ['message.mentions'], ({ detail: { tenantId, conversationId, seq, userIds } }) =>
    mentions.settle(tenantId, conversationId, seq, userIds),
  );

export const handler = live(mentionCount);
