/**
 * Tells the members of a group how many of them have received and read what: once for all raises of a batch, which gathers for ten
 * seconds. Counted anew from the members each time, so that raises that come twice, late or out of order change nothing.
 */

import { caughtUp } from '../../shared/domain/posters.ts';
import { countSteps, mostHeardMembers, shownDelivered } from '../../shared/domain/receipts.ts';
import { type Deps, live } from '../../shared/runtime/deps.ts';
import { onConversationEvents } from '../../shared/runtime/queue.ts';
import { createRedeliveryQueue, type RedeliveryQueue } from '../../shared/runtime/redelivery.ts';
import { together } from '../../shared/runtime/together.ts';

const patience = { retries: 1, timeoutMs: 1_000 };
const atOnce = 16;

export const receiptCounts = ({
  clock,
  conversations,
  members,
  posting,
  presence,
  redelivery,
}: Pick<Deps, 'clock' | 'conversations' | 'members' | 'posting' | 'presence'> & { redelivery: RedeliveryQueue }) =>
  onConversationEvents(
    'receipt-counts',
    ['receipt.raised'],
    async ({ tenantId, conversationId }) => {
      // Before they are read: of two counts, the one that began later has seen all that the other has.
      const version = clock.now().getTime();
      const [conversation, found] = await together([
        conversations.stateOf(tenantId, conversationId),
        members.all(tenantId, conversationId, {
          consistent: true,
          // One more than are told shows that they are too many.
          atMost: mostHeardMembers + 1,
        }),
      ]);
      if (!conversation || found.length === 0 || found.length > mostHeardMembers) return;
      const everybody = found.map((one) => caughtUp(conversation, one));
      const users = everybody.map((one) => one.userId);
      const data = {
        conversationId,
        version,
        read: countSteps(everybody, (one) => one.shownReadSeq),
        delivered: countSteps(everybody, shownDelivered),
      };
      const frame = { event: 'receipt.count', data } as const;
      const listening = await presence.connectionsOf(tenantId, users);
      const { undelivered } = await posting.post(
        tenantId,
        [{ to: new Set(users), except: new Set(), isReceipt: true, frame }],
        listening,
        patience,
      );
      if (undelivered.length > 0) await redelivery.add(tenantId, undelivered);
    },
    atOnce,
  );

export const handler = live((deps) =>
  receiptCounts({
    clock: deps.clock,
    conversations: deps.conversations,
    members: deps.members,
    posting: deps.posting,
    presence: deps.presence,
    redelivery: createRedeliveryQueue(deps.settings.REDELIVERY_QUEUE_URL),
  }),
);
