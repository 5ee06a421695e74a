/**
 * Moves a conversation that woke up to its new hour in the inbox of each member, and one that was deleted out of it.
 * At most once an hour for a conversation. Safe to repeat: a place only ever moves forward. Of a large room, each message takes some
 * members and leaves those after them to the next.
 */
import pMap from 'p-map';
import { type Deps, live } from '../../shared/runtime/deps.ts';
import { continuationOf, onDomainEvents } from '../../shared/runtime/queue.ts';
import { createQueue, type Queue } from '../../shared/runtime/sqs.ts';
import { together } from '../../shared/runtime/together.ts';

/** Far fewer than a batch of messages has the time for. */
const membersAtOnce = 500;
const writesAtOnce = 16;

export const inboxRefresh = ({
  conversations,
  members,
  queue,
}: Pick<Deps, 'conversations' | 'members'> & { queue: Queue }) =>
  onDomainEvents('inbox-refresh', ['conversation.active', 'conversation.deleted'], async (event, after) => {
    const { tenantId, conversationId } = event.detail;
    const [state, some] = await together([
      conversations.stateOf(tenantId, conversationId),
      members.after(tenantId, conversationId, { user: after, limit: membersAtOnce }),
    ]);
    if (!state) return;
    const activityAt = state.deletedAt ? null : state.lastActivityAt;
    await pMap(some.members, (member) => members.placeInInbox(tenantId, member, activityAt), {
      concurrency: writesAtOnce,
    });
    if (some.last !== undefined) await queue.send([continuationOf(event, some.last)]);
  });

export const handler = live((deps) =>
  inboxRefresh({
    conversations: deps.conversations,
    members: deps.members,
    queue: createQueue(deps.settings.INBOX_QUEUE_URL),
  }),
);
