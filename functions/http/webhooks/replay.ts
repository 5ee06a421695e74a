/** Begins deliveries of a range of time anew, a page at a time. Safe to repeat with the same `replayId`. */
import { webhooksReplay } from '../../../shared/protocol/routes/webhooks.ts';
import { onRequest } from '../../../shared/runtime/http.ts';
import { live, type WebhookDeps } from '../../../shared/runtime/webhook-deps.ts';
import { createReplays } from '../../../shared/runtime/webhook-replays.ts';

export const replay = (deps: Pick<WebhookDeps, 'webhooks' | 'webhookDeliveries' | 'webhookLanes' | 'clock'>) => {
  const { range } = createReplays(deps);
  return onRequest(webhooksReplay, ({ params, body, caller }) => range(caller.tenant, params.webhookId, body));
};

export const handler = live(replay);
