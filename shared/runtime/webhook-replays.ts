/** Deliveries that begin at somebody's wish: the first time for a test, or anew. */
import pMap from 'p-map';
import type { z } from 'zod';
import type { DeliveryState } from '../data/webhook-items.ts';
import { laneOf, type WebhookState } from '../domain/webhooks.ts';
import { Problem } from '../protocol/errors.ts';
import { replayPage, type WebhookPayload, type webhookReplay } from '../protocol/webhook.ts';
import type { WebhookDeps } from './webhook-deps.ts';
import { taskOf } from './webhook-dispatch.ts';

type Deps = Pick<WebhookDeps, 'webhooks' | 'webhookDeliveries' | 'webhookLanes' | 'clock'>;

const writesAtOnce = 10;

export const createReplays = ({ webhooks, webhookDeliveries, webhookLanes, clock }: Deps) => {
  /** @throws Problem `not_found`, `webhook_disabled` */
  const enabled = async (tenant: string, webhookId: string): Promise<WebhookState> => {
    const webhook = await webhooks.find(tenant, webhookId);
    if (!webhook.enabled) throw new Problem('webhook_disabled');
    return webhook;
  };

  /** Queued before it is noted: a message that is there brings the round about by itself, a note alone would bring about nothing. */
  const beginAnew = async (
    tenant: string,
    webhook: WebhookState,
    deliveries: readonly DeliveryState[],
    replayId: string | null,
  ): Promise<void> => {
    const now = clock.now();
    const tasks = deliveries.map((one) => taskOf(tenant, one, now, one.round + 1));
    await webhookLanes.add(laneOf(webhook, { attempt: 1, now }), tasks);
    await pMap(deliveries, (one) => webhookDeliveries.noteRound(tenant, one, replayId), { concurrency: writesAtOnce });
  };

  return {
    enabled,

    begin: async (tenant: string, payload: WebhookPayload, webhook: WebhookState): Promise<DeliveryState> => {
      const [filed] = await webhookDeliveries.file(tenant, payload, [webhook]);
      if (!filed) throw new Error('Nothing was filed.');
      const now = clock.now();
      await webhookLanes.add(laneOf(webhook, { attempt: 1, now }), [taskOf(tenant, filed.delivery, now)]);
      return filed.delivery;
    },

    /** @throws Problem `not_found`, `webhook_disabled`, `event_expired` */
    one: async (tenant: string, webhookId: string, deliveryId: string): Promise<DeliveryState> => {
      const webhook = await enabled(tenant, webhookId);
      const delivery = await webhookDeliveries.find(tenant, webhookId, deliveryId);
      await beginAnew(tenant, webhook, [delivery], null);
      const now = clock.now().toISOString();
      const begun = { status: 'pending', failure: null, attempts: 0, nextAttemptAt: now } as const;
      return { ...delivery, ...begun };
    },

    /** @throws Problem `not_found`, `webhook_disabled` */
    range: async (
      tenant: string,
      webhookId: string,
      { from, to, status, replayId, cursor }: z.output<typeof webhookReplay>,
    ): Promise<{ replayed: number; nextCursor: string | null; hasMore: boolean }> => {
      const webhook = await enabled(tenant, webhookId);
      const page = { from, to, limit: replayPage, cursor };
      const { items, nextCursor } = await webhookDeliveries.between(tenant, webhookId, page);
      const wanted = items.filter(
        (one) =>
          (one.status === 'failed' || (one.status === 'delivered' && status === 'all')) && one.replayId !== replayId,
      );
      await beginAnew(tenant, webhook, wanted, replayId);
      return { replayed: wanted.length, nextCursor, hasMore: nextCursor !== null };
    },
  };
};
