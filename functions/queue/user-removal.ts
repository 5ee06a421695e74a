/**
 * Takes a deleted user out of every group. A group's last owner hands over to whoever has been there longest, admins first; a group
 * without anybody else ends. Direct conversations stay for the other. Safe to repeat.
 */
import { type Deps, live } from '../../shared/runtime/deps.ts';
import { onDomainEvents } from '../../shared/runtime/queue.ts';

export const userRemoval = ({ departures, inbox }: Pick<Deps, 'departures' | 'inbox'>) =>
  onDomainEvents('user-removal', ['user.deleted'], async ({ detail: { tenantId, userId } }) => {
    for (const conversationId of await inbox.conversationIdsOf(tenantId, userId)) {
      await departures.depart(tenantId, conversationId, userId);
    }
  });

export const handler = live(userRemoval);
