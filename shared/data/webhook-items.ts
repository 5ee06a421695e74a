/** Between the items of webhooks and the domain's plain values. What is null there is left out here. */
import type { SealedSecret, WebhookState } from '../domain/webhooks.ts';
import type { WebhookAttempt, WebhookDelivery } from '../protocol/webhook.ts';
import { webhookKey } from './keys.ts';
import type { Item } from './table.ts';

const withoutNulls = (fields: object): Item =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined));

export const webhookItem = (tenant: string, state: WebhookState): Item => ({
  ...webhookKey(tenant, state.id),
  ...withoutNulls(state),
});

const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);

export const webhookFrom = (item: Item): WebhookState => ({
  id: String(item.id),
  url: String(item.url),
  description: String(item.description),
  eventTypes: item.eventTypes as string[],
  enabled: item.enabled === true,
  disabledReason: (item.disabledReason as WebhookState['disabledReason'] | undefined) ?? null,
  disabledAt: textOrNull(item.disabledAt),
  secrets: item.secrets as SealedSecret[],
  failures: Number(item.failures),
  failingSince: textOrNull(item.failingSince),
  slowUntil: textOrNull(item.slowUntil),
  restUntil: textOrNull(item.restUntil),
  inFlight: Number(item.inFlight),
  takenAt: textOrNull(item.takenAt),
  createdAt: String(item.createdAt),
  updatedAt: String(item.updatedAt),
});

/** `SET` for what has a value, `REMOVE` for null; what is undefined stays. */
export const setOrRemove = (fields: Record<string, unknown>) => {
  const named = Object.entries(fields).filter(([, value]) => value !== undefined);
  const set = named.filter(([, value]) => value !== null);
  const removed = named.filter(([, value]) => value === null);
  return {
    UpdateExpression: [
      set.length > 0 ? `SET ${set.map(([name]) => `#${name} = :${name}`).join(', ')}` : '',
      removed.length > 0 ? `REMOVE ${removed.map(([name]) => `#${name}`).join(', ')}` : '',
    ].join(' '),
    ExpressionAttributeNames: Object.fromEntries(named.map(([name]) => [`#${name}`, name])),
    ExpressionAttributeValues: Object.fromEntries(set.map(([name, value]) => [`:${name}`, value])),
  };
};

export interface DeliveryState extends WebhookDelivery {
  /** How often it began: a replay is another round. */
  round: number;
  startedAt: string;
  /** Of the last range of time that it was replayed with. */
  replayId: string | null;
}

export const deliveryItem = (state: DeliveryState): Item => withoutNulls(state);

export const deliveryFrom = (item: Item): DeliveryState => ({
  id: String(item.id),
  webhookId: String(item.webhookId),
  eventId: String(item.eventId),
  eventType: String(item.eventType),
  occurredAt: String(item.occurredAt),
  status: item.status as DeliveryState['status'],
  failure: (item.failure as DeliveryState['failure'] | undefined) ?? null,
  attempts: Number(item.attempts),
  nextAttemptAt: textOrNull(item.nextAttemptAt),
  lastAttempt: attemptFrom(item.lastAttempt as Item | undefined),
  createdAt: String(item.createdAt),
  round: Number(item.round),
  startedAt: String(item.startedAt),
  replayId: textOrNull(item.replayId),
});

const attemptFrom = (item: Item | undefined): WebhookAttempt | null =>
  item === undefined
    ? null
    : {
        at: String(item.at),
        outcome: item.outcome as WebhookAttempt['outcome'],
        statusCode: (item.statusCode as number | null | undefined) ?? null,
        latencyMs: Number(item.latencyMs),
        responseBody: textOrNull(item.responseBody),
      };

export const publicDelivery = ({ round: _, startedAt: __, replayId: ___, ...shown }: DeliveryState): WebhookDelivery =>
  shown;
