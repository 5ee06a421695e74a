import { GetCommand, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import pMap from 'p-map';
import { type Clock, epochSeconds } from '../domain/clock.ts';
import { deliveryIdFloor, deliveryIdOf, type WebhookState } from '../domain/webhooks.ts';
import { Problem } from '../protocol/errors.ts';
import { deliveryId as deliveryIdSchema, type WebhookPayload } from '../protocol/webhook.ts';
import { cursorOf, type Page, positionIn } from './cursors.ts';
import { isExpired } from './items.ts';
import { webhookDeliveryKey, webhookEventKey, webhookKey } from './keys.ts';
import type { Limits } from './limits.ts';
import { getMany, type Item, isConditionFailed, queryAll, type Table } from './table.ts';
import { type DeliveryState, deliveryFrom, deliveryItem, setOrRemove, webhookFrom } from './webhook-items.ts';

interface Deps {
  table: Table;
  clock: Clock;
  limits: Limits;
}

const keptSeconds = 30 * 86_400;
const putsAtOnce = 10;

/** Which try of a delivery it is: the first round is the delivery itself, each replay is another. */
export interface Try {
  round: number;
  attempt: number;
}

/** Where a delivery is to be found, with all that it takes. */
export interface DeliveryPlace {
  webhookId: string;
  deliveryId: string;
  eventId: string;
}

/** Deliveries of events to endpoints, and what is told of each event. */
export const createWebhookDeliveries = ({ table, clock, limits }: Deps) => {
  const put = async (Item: Item): Promise<boolean> => {
    try {
      await table.client.send(
        new PutCommand({ TableName: table.name, Item, ConditionExpression: 'attribute_not_exists(PK)' }),
      );
      return true;
    } catch (error) {
      if (isConditionFailed(error)) return false;
      throw error;
    }
  };

  /** @returns false where the condition does not hold */
  const set = async (
    tenant: string,
    { webhookId, id }: { webhookId: string; id: string },
    fields: Record<string, unknown>,
    [ConditionExpression, values]: [string, Record<string, unknown>],
  ): Promise<boolean> => {
    const { ExpressionAttributeValues, ...update } = setOrRemove(fields);
    const Key = webhookDeliveryKey(tenant, webhookId, id);
    try {
      await table.client.send(
        new UpdateCommand({
          TableName: table.name,
          Key,
          ...update,
          ConditionExpression,
          ExpressionAttributeValues: { ...ExpressionAttributeValues, ...values },
        }),
      );
      return true;
    } catch (error) {
      if (isConditionFailed(error)) return false;
      throw error;
    }
  };

  const begun = (tenant: string, webhookId: string, payload: WebhookPayload): [DeliveryState, Item] => {
    const now = clock.now();
    const at = now.toISOString();
    const state: DeliveryState = {
      id: deliveryIdOf(webhookId, { id: payload.id, occurredAt: payload.timestamp }),
      webhookId,
      eventId: payload.id,
      eventType: payload.type,
      occurredAt: payload.timestamp,
      status: 'pending',
      failure: null,
      attempts: 0,
      nextAttemptAt: at,
      lastAttempt: null,
      createdAt: at,
      round: 1,
      startedAt: at,
      replayId: null,
    };
    const key = webhookDeliveryKey(tenant, webhookId, state.id);
    return [state, { ...key, ...deliveryItem(state), expiresAt: epochSeconds(now) + keptSeconds }];
  };

  const stretch = (tenant: string, webhookId: string, low: string, high: string) => ({
    KeyConditionExpression: 'PK = :pk AND SK BETWEEN :low AND :high',
    ExpressionAttributeValues: { ':pk': webhookDeliveryKey(tenant, webhookId, '').PK, ':low': low, ':high': high },
    ConsistentRead: true,
  });

  return {
    /**
     * Keeps what is told of an event, and that it is to be delivered. Safe to repeat: of an event that comes twice, each endpoint has
     * one delivery.
     * @returns the deliveries in the order of the endpoints, with whether they are new
     */
    file: async (
      tenant: string,
      payload: WebhookPayload,
      webhooks: readonly Pick<WebhookState, 'id'>[],
    ): Promise<{ delivery: DeliveryState; isNew: boolean }[]> => {
      const now = clock.now();
      await table.client.send(
        new PutCommand({
          TableName: table.name,
          Item: {
            ...webhookEventKey(tenant, payload.id),
            body: JSON.stringify(payload),
            // No longer than the messages that it may tell of.
            expiresAt: Math.min(epochSeconds(now) + keptSeconds, limits.expiryOf(tenant, now)),
          },
        }),
      );
      return pMap(
        webhooks,
        async ({ id }) => {
          const [delivery, item] = begun(tenant, id, payload);
          return { delivery, isNew: await put(item) };
        },
        { concurrency: putsAtOnce },
      );
    },

    /** All that an attempt takes, in one round trip. `body` is undefined once it is not kept any more. */
    load: async (tenant: string, { webhookId, deliveryId, eventId }: DeliveryPlace) => {
      const [webhook, delivery, event] = await getMany(
        table,
        [
          webhookKey(tenant, webhookId),
          webhookDeliveryKey(tenant, webhookId, deliveryId),
          webhookEventKey(tenant, eventId),
        ],
        { consistent: true },
      );
      const now = epochSeconds(clock.now());
      return {
        webhook: webhook && webhookFrom(webhook),
        delivery: delivery && deliveryFrom(delivery),
        body: event && !isExpired(event, now) ? String(event.body) : undefined,
      };
    },

    /** Notes what became of a try. @returns false where a later one has been noted already, or the delivery is gone */
    note: async (
      tenant: string,
      { webhookId, deliveryId }: DeliveryPlace,
      { round, attempt }: Try,
      outcome: Pick<DeliveryState, 'status' | 'failure' | 'nextAttemptAt'> &
        Partial<Pick<DeliveryState, 'lastAttempt' | 'startedAt'>>,
    ): Promise<boolean> =>
      set(tenant, { webhookId, id: deliveryId }, { ...outcome, round, attempts: attempt }, [
        '#round < :round OR (#round = :round AND #attempts <= :attempts)',
        {},
      ]),

    /** Notes that a delivery begins anew, unless it did already. */
    noteRound: async (tenant: string, delivery: DeliveryState, replayId: string | null): Promise<void> => {
      const now = clock.now().toISOString();
      const named = replayId === null ? {} : { replayId };
      const begun = { status: 'pending', failure: null, attempts: 0, startedAt: now, nextAttemptAt: now };
      const round = delivery.round + 1;
      if (await set(tenant, delivery, { round, ...begun, ...named }, ['#round = :found', { ':found': delivery.round }]))
        return;
      // Its worker was quicker.
      if (replayId !== null) await set(tenant, delivery, { round, replayId }, ['#round = :round', {}]);
    },

    /** @throws Problem `not_found`; `event_expired` where what is told of the event is not kept any more */
    find: async (tenant: string, webhookId: string, id: string): Promise<DeliveryState> => {
      const Key = webhookDeliveryKey(tenant, webhookId, id);
      const { Item } = await table.client.send(new GetCommand({ TableName: table.name, Key, ConsistentRead: true }));
      const now = epochSeconds(clock.now());
      if (!Item || isExpired(Item, now)) throw new Problem('not_found');
      const delivery = deliveryFrom(Item);
      const [event] = await getMany(table, [webhookEventKey(tenant, delivery.eventId)]);
      if (!event || isExpired(event, now)) throw new Problem('event_expired');
      return delivery;
    },

    /** The newest event first. */
    page: async (
      tenant: string,
      webhookId: string,
      { limit, cursor }: { limit: number; cursor?: string | undefined },
    ): Promise<Page<DeliveryState>> => {
      const scope = `deliveries:${webhookDeliveryKey(tenant, webhookId, '').PK}`;
      const before = cursor === undefined ? undefined : positionIn(cursor, scope, deliveryIdSchema);
      const { ExpressionAttributeValues, ...query } = stretch(tenant, webhookId, 'dlv_', before ?? 'dlv_~');
      const items = await queryAll(
        table,
        {
          ...query,
          FilterExpression: 'expiresAt > :now',
          ExpressionAttributeValues: { ...ExpressionAttributeValues, ':now': epochSeconds(clock.now()) },
          ScanIndexForward: false,
        },
        // The first is where the page before ended; one more than shown tells whether there are more.
        limit + 2,
      );
      const rest = items.map(deliveryFrom).filter(({ id }) => id !== before);
      const shown = rest.slice(0, limit);
      const last = shown.at(-1);
      return { items: shown, nextCursor: rest.length > limit && last ? cursorOf(scope, last.id) : null };
    },

    /** Deliveries of events that occurred within a range, the oldest first, some at a time, whatever became of them. */
    between: async (
      tenant: string,
      webhookId: string,
      { from, to, limit, cursor }: { from: string; to: string; limit: number; cursor?: string | undefined },
    ): Promise<Page<DeliveryState>> => {
      const { PK } = webhookDeliveryKey(tenant, webhookId, '');
      const scope = `replay:${PK}:${from}:${to}`;
      const after = cursor === undefined ? undefined : positionIn(cursor, scope, deliveryIdSchema);
      // No id is as short as a bound: the upper one is before all ids of its millisecond.
      const query = stretch(tenant, webhookId, after ? `${after}!` : deliveryIdFloor(from), deliveryIdFloor(to));
      const { Items = [] } = await table.client.send(
        new QueryCommand({ TableName: table.name, ...query, Limit: limit + 1 }),
      );
      const now = epochSeconds(clock.now());
      const some = Items.filter((item) => !isExpired(item, now))
        .map(deliveryFrom)
        .slice(0, limit);
      const last = some.at(-1);
      return { items: some, nextCursor: Items.length > limit && last ? cursorOf(scope, last.id) : null };
    },
  };
};
export type WebhookDeliveries = ReturnType<typeof createWebhookDeliveries>;
