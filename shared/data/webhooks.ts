import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Clock } from '../domain/clock.ts';
import { newWebhookId, rotated, type WebhookState } from '../domain/webhooks.ts';
import { Problem } from '../protocol/errors.ts';
import { type Webhook, type WebhookCreate, type WebhookPatch, webhookLimit } from '../protocol/webhook.ts';
import { webhookCountKey, webhookKey } from './keys.ts';
import {
  cancellationReasons,
  isConditionFailed,
  type Table,
  type Write,
  writeFreshly,
  writeTogether,
} from './table.ts';
import { setOrRemove, webhookFrom, webhookItem } from './webhook-items.ts';
import { createWebhookList } from './webhook-list.ts';

/** What nothing has happened to. */
const healthy = {
  disabledReason: null,
  disabledAt: null,
  failures: 0,
  failingSince: null,
  slowUntil: null,
  restUntil: null,
} as const satisfies Partial<WebhookState>;

/** The endpoints of a tenant's webhooks. Secrets come in and go out sealed. */
export const createWebhooks = ({ table, clock }: { table: Table; clock: Clock }) => {
  /** @throws Problem `not_found` */
  const find = async (tenant: string, id: string): Promise<WebhookState> => {
    const Key = webhookKey(tenant, id);
    const { Item } = await table.client.send(new GetCommand({ TableName: table.name, Key, ConsistentRead: true }));
    if (!Item) throw new Problem('not_found');
    return webhookFrom(Item);
  };

  const set = async (
    tenant: string,
    id: string,
    fields: Record<string, unknown>,
    [condition, values]: [string, Record<string, unknown>],
  ): Promise<WebhookState> => {
    const { ExpressionAttributeValues, ...update } = setOrRemove(fields);
    const { Attributes = {} } = await table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: webhookKey(tenant, id),
        ...update,
        ConditionExpression: condition,
        ExpressionAttributeValues: { ...ExpressionAttributeValues, ...values },
        ReturnValues: 'ALL_NEW',
      }),
    );
    return webhookFrom(Attributes);
  };

  const oneMore = (tenant: string): Write => ({
    Update: {
      TableName: table.name,
      Key: webhookCountKey(tenant),
      UpdateExpression: 'ADD webhooks :one',
      ConditionExpression: 'attribute_not_exists(webhooks) OR webhooks < :most',
      ExpressionAttributeValues: { ':one': 1, ':most': webhookLimit },
    },
  });
  const oneLess = (tenant: string): Write => ({
    Update: {
      TableName: table.name,
      Key: webhookCountKey(tenant),
      UpdateExpression: 'ADD webhooks :less',
      ExpressionAttributeValues: { ':less': -1 },
    },
  });

  /** @param refusal where one of the conditions does not hold */
  const together = async (writes: Write[], refusal: Problem): Promise<void> => {
    try {
      await writeTogether(table, async () => ({ writes, result: undefined }), { retryConditions: false });
    } catch (error) {
      throw cancellationReasons(error).includes('ConditionalCheckFailed') ? refusal : error;
    }
  };

  return {
    find,

    ...createWebhookList(table),

    /** @param seal seals its secret for the id that it gets. @throws Problem `too_many_webhooks` */
    create: async (
      tenant: string,
      draft: WebhookCreate,
      seal: (webhookId: string) => Promise<string>,
    ): Promise<WebhookState> => {
      const now = clock.now().toISOString();
      const id = newWebhookId();
      const secrets = [{ sealed: await seal(id), until: null }];
      const unused = { secrets, inFlight: 0, takenAt: null };
      const state: WebhookState = { id, ...draft, ...healthy, ...unused, createdAt: now, updatedAt: now };
      const Put = { TableName: table.name, Item: webhookItem(tenant, state) };
      await together(
        [oneMore(tenant), { Put }],
        new Problem('too_many_webhooks', { detail: `At most ${webhookLimit}.` }),
      );
      return state;
    },

    /** What is left out stays. One that becomes enabled begins anew. @throws Problem `not_found` */
    update: (tenant: string, id: string, patch: WebhookPatch): Promise<WebhookState> =>
      writeFreshly(async () => {
        const { enabled } = await find(tenant, id);
        const begins = patch.enabled === true && !enabled ? healthy : {};
        const fields = { ...patch, ...begins, updatedAt: clock.now().toISOString() };
        return set(tenant, id, fields, ['enabled = :found', { ':found': enabled }]);
      }),

    /** @throws Problem `not_found` */
    remove: async (tenant: string, id: string): Promise<void> => {
      const Key = webhookKey(tenant, id);
      const Delete = { TableName: table.name, Key, ConditionExpression: 'attribute_exists(PK)' };
      await together([{ Delete }, oneLess(tenant)], new Problem('not_found'));
    },

    /** The secret before it stays valid for a while. @throws Problem `not_found` */
    rotate: (tenant: string, id: string, sealed: string): Promise<WebhookState> =>
      writeFreshly(async () => {
        const { secrets } = await find(tenant, id);
        const now = clock.now();
        const fields = { secrets: rotated(secrets, sealed, now), updatedAt: now.toISOString() };
        return set(tenant, id, fields, ['secrets = :found', { ':found': secrets }]);
      }),

    /** On Parley's own account. Safe to repeat: of several who disable it, the first one's reason stays. */
    disable: async (tenant: string, id: string, reason: NonNullable<Webhook['disabledReason']>): Promise<void> => {
      const now = clock.now().toISOString();
      const fields = { enabled: false, disabledReason: reason, disabledAt: now, updatedAt: now };
      try {
        await set(tenant, id, fields, ['enabled = :yes', { ':yes': true }]);
      } catch (error) {
        if (!isConditionFailed(error)) throw error;
      }
    },
  };
};
export type Webhooks = ReturnType<typeof createWebhooks>;
