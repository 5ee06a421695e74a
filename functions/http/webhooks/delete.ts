/** Removes a webhook; deliveries that are on their way find it gone. */
import { webhooksDelete } from '../../../shared/protocol/routes/webhooks.ts';
import { onRequest } from '../../../shared/runtime/http.ts';
import { live, type WebhookDeps } from '../../../shared/runtime/webhook-deps.ts';

export const deleteWebhook = ({ webhooks }: Pick<WebhookDeps, 'webhooks'>) =>
  onRequest(webhooksDelete, ({ params, caller }) => webhooks.remove(caller.tenant, params.webhookId));

export const handler = live(deleteWebhook);
