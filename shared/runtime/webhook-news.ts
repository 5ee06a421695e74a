import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { promptly } from '../data/aws-calls.ts';
import { eventIdOf, publicWebhook, type WebhookState } from '../domain/webhooks.ts';
import type { Webhook } from '../protocol/webhook.ts';

/** Tells the tenant, by an event on the bus, that Parley disables one of its webhooks. */
export type TellDisabled = (
  tenant: string,
  state: WebhookState,
  reason: NonNullable<Webhook['disabledReason']>,
  now: Date,
) => Promise<void>;

export const tellDisabledOn =
  (busName: string, client = new EventBridgeClient(promptly)): TellDisabled =>
  async (tenant, state, reason, now) => {
    const occurredAt = now.toISOString();
    const webhook = { ...publicWebhook(state, now), enabled: false, disabledReason: reason, disabledAt: occurredAt };
    const detail = {
      // The same for all who notice it at once.
      id: eventIdOf(tenant, state.id, 'disabled', state.failingSince ?? state.updatedAt),
      version: 1,
      tenantId: tenant,
      occurredAt,
      actor: null,
      data: { webhook },
    };
    const { FailedEntryCount } = await client.send(
      new PutEventsCommand({
        Entries: [
          {
            EventBusName: busName,
            Source: 'parley',
            DetailType: 'webhook.disabled',
            Detail: JSON.stringify(detail),
            Time: now,
          },
        ],
      }),
    );
    if (FailedEntryCount) throw new Error('The bus refused an event.');
  };
