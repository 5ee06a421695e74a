/** What became of the deliveries to a webhook. */
import { publicDelivery } from '../../../shared/data/webhook-items.ts';
import { webhooksDeliveries } from '../../../shared/protocol/routes/webhooks.ts';
import { onRequest } from '../../../shared/runtime/http.ts';
import { together } from '../../../shared/runtime/together.ts';
import { live, type WebhookDeps } from '../../../shared/runtime/webhook-deps.ts';

export const listDeliveries = ({ webhooks, webhookDeliveries }: Pick<WebhookDeps, 'webhooks' | 'webhookDeliveries'>) =>
  onRequest(webhooksDeliveries, async ({ params: { webhookId }, query, caller: { tenant } }) => {
    const [, { items, nextCursor }] = await together([
      webhooks.find(tenant, webhookId),
      webhookDeliveries.page(tenant, webhookId, query),
    ]);
    return { deliveries: items.map(publicDelivery), nextCursor, hasMore: nextCursor !== null };
  });

export const handler = live(listDeliveries);
