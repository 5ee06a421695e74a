/** What functions of webhooks may need, and no more. As deps.ts has it. */
import { createLimits, type Limits } from '../data/limits.ts';
import { openTable, type Table } from '../data/table.ts';
import { createWebhookDeliveries, type WebhookDeliveries } from '../data/webhook-deliveries.ts';
import { createWebhookTurns, type WebhookTurns } from '../data/webhook-turns.ts';
import { createWebhooks, type Webhooks } from '../data/webhooks.ts';
import { type Clock, systemClock } from '../domain/clock.ts';
import { lazily, type Makers } from './lazily.ts';
import { secretAt } from './secret-value.ts';
import { type Settings, settingsFrom } from './settings.ts';
import { type Resolve, resolveByDns } from './webhook-addresses.ts';
import { createWebhookLanes, type WebhookLanes } from './webhook-lanes.ts';
import { createWebhookSecrets, type WebhookSecrets } from './webhook-secrets.ts';

export interface WebhookDeps {
  clock: Clock;
  settings: Settings;
  table: Table;
  limits: Limits;
  webhooks: Webhooks;
  webhookTurns: WebhookTurns;
  webhookDeliveries: WebhookDeliveries;
  webhookLanes: WebhookLanes;
  webhookSecrets: WebhookSecrets;
  resolve: Resolve;
}

const makers = (environment: NodeJS.ProcessEnv): Makers<WebhookDeps> => ({
  clock: () => systemClock,
  settings: () => settingsFrom(environment),
  table: ({ settings }) => openTable(settings.TABLE_NAME),
  limits: ({ settings }) => createLimits(settings.TENANT_SETTINGS),
  webhooks: (deps) => createWebhooks(deps),
  webhookTurns: (deps) => createWebhookTurns(deps),
  webhookDeliveries: (deps) => createWebhookDeliveries(deps),
  webhookLanes: ({ settings }) =>
    createWebhookLanes({ usual: () => settings.WEBHOOK_QUEUE_URL, slow: () => settings.WEBHOOK_SLOW_QUEUE_URL }),
  webhookSecrets: ({ settings }) => createWebhookSecrets(secretAt(settings.WEBHOOK_KEY_ARN)),
  resolve: () => resolveByDns,
});

/** The handler that Lambda calls: made once per instance, of the real dependencies. */
export const live = <Handler>(make: (deps: WebhookDeps) => Handler): Handler => make(lazily(makers(process.env)));
