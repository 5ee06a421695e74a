/** Begins one delivery anew, whatever became of it. */
import { publicDelivery } from '../../../shared/data/webhook-items.ts';
import { webhooksRedeliver } from '../../../shared/protocol/routes/webhooks.ts';
import { onRequest } from '../../../shared/runtime/http.ts';
import { live, type WebhookDeps } from '../../../shared/runtime/webhook-deps.ts';
import { createReplays } from '../../../shared/runtime/webhook-replays.ts';

export const redeliver = (deps: Pick<WebhookDeps, 'webhooks' | 'webhookDeliveries' | 'webhookLanes' | 'clock'>) => {
  const { one } = createReplays(deps);
  return onRequest(webhooksRedeliver, async ({ params, caller }) =>
    publicDelivery(await one(caller.tenant, params.webhookId, params.deliveryId)),
  );
};

export const handler = live(redeliver);
