/** The worker of a lane: makes one attempt at a time. */
import type { Lane } from '../domain/webhooks.ts';
import { createBus } from './bus.ts';
import { onQueue } from './queue.ts';
import { createWebhookAttempts, type WebhookAttempts } from './webhook-attempts.ts';
import type { WebhookDeps } from './webhook-deps.ts';
import { webhookTask } from './webhook-lanes.ts';
import { tellDisabledOn } from './webhook-news.ts';
import { createWebhookPost } from './webhook-post.ts';

export const onLane = (lane: Lane, attempt: WebhookAttempts) =>
  onQueue(lane === 'usual' ? 'webhook-delivery' : 'webhook-delivery-slow', async (body) =>
    attempt(lane, webhookTask.parse(body)),
  );

export const liveAttempts = (deps: WebhookDeps): WebhookAttempts => {
  const { WEBHOOK_SETTINGS, BUS_NAME } = deps.settings;
  return createWebhookAttempts({
    webhooks: deps.webhooks,
    webhookTurns: deps.webhookTurns,
    webhookDeliveries: deps.webhookDeliveries,
    webhookLanes: deps.webhookLanes,
    webhookSecrets: deps.webhookSecrets,
    webhookPost: createWebhookPost({ ...WEBHOOK_SETTINGS, resolve: deps.resolve }),
    tellDisabled: tellDisabledOn(createBus(BUS_NAME)),
    clock: deps.clock,
    firstRetryMs: WEBHOOK_SETTINGS.firstRetryMs,
    random: Math.random,
  });
};
