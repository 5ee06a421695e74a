import { envelopeOf } from '../domain/domain-events.ts';
import { publicWebhook, type WebhookState } from '../domain/webhooks.ts';
import type { Webhook } from '../protocol/webhook.ts';
import type { Bus } from './bus.ts';

/** Tells the tenant, by an event on the bus, that Parley disables one of its webhooks. */
export type TellDisabled = (
  tenant: string,
  state: WebhookState,
  reason: NonNullable<Webhook['disabledReason']>,
  now: Date,
) => Promise<void>;

export const tellDisabledOn =
  (bus: Bus): TellDisabled =>
  async (tenantId, state, reason, now) => {
    const occurredAt = now.toISOString();
    const webhook = { ...publicWebhook(state, now), enabled: false, disabledReason: reason, disabledAt: occurredAt };
    // The same for all who notice it at once.
    const parts = [state.id, state.failingSince ?? state.updatedAt];
    const detail = {
      ...envelopeOf('webhook.disabled', parts, { tenantId, occurredAt, actor: null }),
      data: { webhook },
    };
    await bus.publish([{ event: { type: 'webhook.disabled', detail }, byWebhooks: true }]);
  };
