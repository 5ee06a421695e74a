/** Delivers an event that tells of nothing but itself, so that its receiver can be tried. */
import { randomUUID } from 'node:crypto';
import { publicDelivery } from '../../../shared/data/webhook-items.ts';
import { eventIdOf } from '../../../shared/domain/webhooks.ts';
import { webhooksTest } from '../../../shared/protocol/routes/webhooks.ts';
import { onRequest } from '../../../shared/runtime/http.ts';
import { live, type WebhookDeps } from '../../../shared/runtime/webhook-deps.ts';
import { createReplays } from '../../../shared/runtime/webhook-replays.ts';

export const testWebhook = (deps: Pick<WebhookDeps, 'webhooks' | 'webhookDeliveries' | 'webhookLanes' | 'clock'>) => {
  const { enabled, begin } = createReplays(deps);
  return onRequest(webhooksTest, async ({ params, caller: { tenant, user } }) => {
    const webhook = await enabled(tenant, params.webhookId);
    const payload = {
      type: 'webhook.test',
      timestamp: deps.clock.now().toISOString(),
      id: eventIdOf(tenant, webhook.id, 'test', randomUUID()),
      version: 1,
      tenantId: tenant,
      actor: user,
      data: { webhookId: webhook.id },
    };
    return publicDelivery(await begin(tenant, payload, webhook));
  });
};

export const handler = live(testWebhook);
