/** Gives a webhook a new secret, which is answered here and never again. The one before is honoured for a day. */
import { publicWebhook } from '../../../shared/domain/webhooks.ts';
import { webhooksRotateSecret } from '../../../shared/protocol/routes/webhooks.ts';
import { onRequest } from '../../../shared/runtime/http.ts';
import { live, type WebhookDeps } from '../../../shared/runtime/webhook-deps.ts';
import { newWebhookSecret } from '../../../shared/runtime/webhook-secrets.ts';

export const rotateSecret = ({
  webhooks,
  webhookSecrets,
  clock,
}: Pick<WebhookDeps, 'webhooks' | 'clock' | 'webhookSecrets'>) =>
  onRequest(webhooksRotateSecret, async ({ params: { webhookId }, caller: { tenant } }) => {
    const secret = newWebhookSecret();
    const sealed = await webhookSecrets.seal(secret, { tenant, webhookId });
    return { ...publicWebhook(await webhooks.rotate(tenant, webhookId, sealed), clock.now()), secret };
  });

export const handler = live(rotateSecret);
