/** The tenant's webhooks, without their secrets. */
import { publicWebhook } from '../../../shared/domain/webhooks.ts';
import { webhooksList } from '../../../shared/protocol/routes/webhooks.ts';
import { onRequest } from '../../../shared/runtime/http.ts';
import { live, type WebhookDeps } from '../../../shared/runtime/webhook-deps.ts';

export const listWebhooks = ({ webhooks, clock }: Pick<WebhookDeps, 'webhooks' | 'clock'>) =>
  onRequest(webhooksList, async ({ caller }) => {
    const all = await webhooks.list(caller.tenant);
    return { webhooks: all.map((one) => publicWebhook(one, clock.now())) };
  });

export const handler = live(listWebhooks);
