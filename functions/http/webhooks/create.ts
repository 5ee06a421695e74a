/** Registers an endpoint, if events may be sent there. Its secret is answered here, and never again. */
import { publicWebhook } from '../../../shared/domain/webhooks.ts';
import { webhooksCreate } from '../../../shared/protocol/routes/webhooks.ts';
import { onRequest } from '../../../shared/runtime/http.ts';
import { live, type WebhookDeps } from '../../../shared/runtime/webhook-deps.ts';
import { requireReachable } from '../../../shared/runtime/webhook-registration.ts';
import { newWebhookSecret } from '../../../shared/runtime/webhook-secrets.ts';

export const createWebhook = ({
  webhooks,
  webhookSecrets,
  resolve,
  settings,
  clock,
}: Pick<WebhookDeps, 'webhooks' | 'resolve' | 'settings' | 'clock' | 'webhookSecrets'>) =>
  onRequest(webhooksCreate, async ({ body, caller: { tenant } }) => {
    await requireReachable(body.url, { ...settings.WEBHOOK_SETTINGS, resolve });
    const secret = newWebhookSecret();
    const state = await webhooks.create(tenant, body, (webhookId) =>
      webhookSecrets.seal(secret, { tenant, webhookId }),
    );
    return { ...publicWebhook(state, clock.now()), secret };
  });

export const handler = live(createWebhook);
