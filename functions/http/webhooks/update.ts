/** Changes a webhook. One that leads elsewhere is looked at as a new one is. */
import { publicWebhook } from '../../../shared/domain/webhooks.ts';
import { webhooksUpdate } from '../../../shared/protocol/routes/webhooks.ts';
import { onRequest } from '../../../shared/runtime/http.ts';
import { live, type WebhookDeps } from '../../../shared/runtime/webhook-deps.ts';
import { requireReachable } from '../../../shared/runtime/webhook-registration.ts';

export const updateWebhook = ({
  webhooks,
  resolve,
  settings,
  clock,
}: Pick<WebhookDeps, 'webhooks' | 'resolve' | 'settings' | 'clock'>) =>
  onRequest(webhooksUpdate, async ({ params, body, caller }) => {
    if (body.url !== undefined) await requireReachable(body.url, { ...settings.WEBHOOK_SETTINGS, resolve });
    return publicWebhook(await webhooks.update(caller.tenant, params.webhookId, body), clock.now());
  });

export const handler = live(updateWebhook);
