/**
 * Tells one shard of a large room what happened: whoever subscribed there, many at once. At least once. What cannot be posted goes
 * through the redelivery queue, and connections that are gone are taken out.
 */
import type { Connection } from '../../shared/data/presence.ts';
import { type Deps, live } from '../../shared/runtime/deps.ts';
import { addToLogContext, describeError, logger } from '../../shared/runtime/logger.ts';
import { onQueue } from '../../shared/runtime/queue.ts';
import { createRedeliveryQueue, type RedeliveryQueue } from '../../shared/runtime/redelivery.ts';
import { roomPostFrom } from '../../shared/runtime/room-queue.ts';
import { together } from '../../shared/runtime/together.ts';

/** As in a small conversation: one that answers slowly must not hold up everybody behind it. */
const patience = { retries: 1, timeoutMs: 1_000 };

export const roomFanOut = ({
  subscriptions,
  posting,
  redelivery,
}: Pick<Deps, 'subscriptions' | 'posting'> & { redelivery: RedeliveryQueue }) =>
  onQueue('room-fanout', async (body) => {
    const { tenant, conversationId, traceparents, shard, deliveries } = roomPostFrom(body);
    addToLogContext({ tenant, conversationId });
    const listening = await subscriptions.inShard(tenant, conversationId, shard);
    const { over, undelivered } = await posting.post(tenant, deliveries, listening, patience);

    /** Must not fail what was delivered; the next post finds them again. */
    const tidyUp = (gone: readonly Connection[]) =>
      subscriptions
        .removeFromShard(tenant, conversationId, shard, gone)
        .catch((error: unknown) => logger.warn('gone subscribers stay', { error: describeError(error) }));
    await together([redelivery.add(tenant, undelivered, traceparents), tidyUp(over)]);
  });

export const handler = live((deps) =>
  roomFanOut({
    subscriptions: deps.subscriptions,
    posting: deps.posting,
    redelivery: createRedeliveryQueue(deps.settings.REDELIVERY_QUEUE_URL),
  }),
);
