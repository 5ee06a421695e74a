/**
 * Moves a conversation that woke up to its new hour in the inbox of each member, and one that was deleted out of it.
 * At most once an hour for a conversation. Safe to repeat: a place only ever moves forward.
 */
import pMap from 'p-map';
import { type Deps, live } from '../../shared/runtime/deps.ts';
import { onDomainEvents } from '../../shared/runtime/queue.ts';
import { together } from '../../shared/runtime/together.ts';

const atOnce = 16;

export const inboxRefresh = ({ conversations, members }: Pick<Deps, 'conversations' | 'members'>) =>
  onDomainEvents('inbox-refresh', ['conversation.active', 'conversation.deleted'], async ({ detail }) => {
    const { tenantId, conversationId } = detail;
    const [state, everybody] = await together([
      conversations.stateOf(tenantId, conversationId),
      members.all(tenantId, conversationId),
    ]);
    if (!state) return;
    const activityAt = state.deletedAt ? null : state.lastActivityAt;
    await pMap(everybody, (member) => members.placeInInbox(tenantId, member, activityAt), { concurrency: atOnce });
  });

export const handler = live(inboxRefresh);
