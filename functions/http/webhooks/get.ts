/** One webhook, without its secret. */
import { publicWebhook } from '../../../shared/domain/webhooks.ts';
import { webhooksGet } from '../../../shared/protocol/routes/webhooks.ts';
import { onRequest } from '../../../shared/runtime/http.ts';
import { live, type WebhookDeps } from '../../../shared/runtime/webhook-deps.ts';

export const getWebhook = ({ webhooks, clock }: Pick<WebhookDeps, 'webhooks' | 'clock'>) =>
  onRequest(webhooksGet, async ({ params, caller }) =>
    publicWebhook(await webhooks.find(caller.tenant, params.webhookId), clock.now()),
  );

export const handler = live(getWebhook);
