/**
 * Makes a delivery of each public event for each endpoint of its tenant that asks for it, and puts them into the queues that lead there.
 * Safe to repeat.
 */
import { addToLogContext, logger } from '../../shared/runtime/logger.ts';
import { onQueue } from '../../shared/runtime/queue.ts';
import { live, type WebhookDeps } from '../../shared/runtime/webhook-deps.ts';
import { busEvent, createWebhookDispatch, payloadOf } from '../../shared/runtime/webhook-dispatch.ts';

export const webhookDispatch = (
  deps: Pick<WebhookDeps, 'webhooks' | 'webhookDeliveries' | 'webhookLanes' | 'clock'>,
) => {
  const dispatch = createWebhookDispatch(deps);
  return onQueue('webhook-dispatch', async (body, delivered) => {
    const event = busEvent.safeParse(body);
    // It would be none the next time either.
    if (!event.success)
      return logger.error('no public event', { paths: event.error.issues.map(({ path }) => path.join('.')) });
    const { tenantId: tenant, conversationId, traceparent } = event.data.detail;
    addToLogContext({ tenant, conversationId });
    await dispatch(payloadOf(event.data), { ...delivered, traceparent });
  });
};

export const handler = live(webhookDispatch);
