/** From events to deliveries: which endpoints of a tenant are to hear of an event, and one delivery for each of them. */
import * as z from 'zod';
import type { WebhookDeliveries } from '../data/webhook-deliveries.ts';
import type { DeliveryState } from '../data/webhook-items.ts';
import type { Webhooks } from '../data/webhooks.ts';
import type { Clock } from '../domain/clock.ts';
import { hears, type Lane, laneOf } from '../domain/webhooks.ts';
import { timestamp } from '../protocol/identifiers.ts';
import type { WebhookPayload } from '../protocol/webhook.ts';
import { rememberedWebhooks } from './remembered-webhooks.ts';
import type { WebhookLanes, WebhookTask } from './webhook-lanes.ts';

/** A public event as the bus hands it over. */
export const busEvent = z.object({
  'detail-type': z.string(),
  detail: z.object({
    id: z.string().min(1).max(256),
    version: z.int(),
    tenantId: z.string(),
    occurredAt: timestamp,
    actor: z.string().nullable(),
    conversationId: z.string().optional(),
    traceparent: z.string().optional(),
    data: z.unknown().refine((data) => data !== undefined),
  }),
});

export const payloadOf = ({ 'detail-type': type, detail }: z.output<typeof busEvent>): WebhookPayload => {
  const { id, version, tenantId, occurredAt, actor, conversationId, data } = detail;
  return { type, timestamp: occurredAt, id, version, tenantId, actor, ...(conversationId && { conversationId }), data };
};

/** The first try of a round. */
export const taskOf = (tenant: string, delivery: DeliveryState, now: Date, round = delivery.round): WebhookTask => ({
  tenant,
  webhookId: delivery.webhookId,
  deliveryId: delivery.id,
  eventId: delivery.eventId,
  round,
  attempt: 1,
  waits: 0,
  dueAt: now.getTime(),
});

interface Deps {
  webhooks: Pick<Webhooks, 'list'>;
  webhookDeliveries: Pick<WebhookDeliveries, 'file'>;
  webhookLanes: WebhookLanes;
  clock: Clock;
}

export const createWebhookDispatch = ({ webhooks, webhookDeliveries, webhookLanes, clock }: Deps) => {
  const webhooksOf = rememberedWebhooks({ webhooks, clock });
  /**
   * Safe to repeat: an event that comes twice is delivered once.
   * @param isRetried the message was worked off before, perhaps in part: deliveries that exist may not be in a queue yet
   */
  return async (
    payload: WebhookPayload,
    { isRetried, traceparent }: { isRetried: boolean; traceparent?: string | undefined },
  ): Promise<void> => {
    const hearing = (await webhooksOf(payload.tenantId)).filter((one) => hears(one, payload.type));
    if (hearing.length === 0) return;
    const filed = await webhookDeliveries.file(payload.tenantId, payload, hearing);
    const now = clock.now();
    const byLane: Record<Lane, WebhookTask[]> = { usual: [], slow: [] };
    for (const [i, { delivery, isNew }] of filed.entries()) {
      const webhook = hearing[i];
      if (!webhook || !(isNew || isRetried)) continue;
      byLane[laneOf(webhook, { attempt: 1, now })].push({ ...taskOf(payload.tenantId, delivery, now), traceparent });
    }
    for (const lane of ['usual', 'slow'] as const) await webhookLanes.add(lane, byLane[lane]);
  };
};
