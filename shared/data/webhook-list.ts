import type { WebhookState } from '../domain/webhooks.ts';
import { webhookPrefix, webhooksPartition } from './keys.ts';
import { queryAll, type Table } from './table.ts';
import { webhookFrom } from './webhook-items.ts';

/** A tenant's webhooks, for those who only look. */
export const createWebhookList = (table: Table) => ({
  /** The oldest first. @param consistent false where a moment ago will do */
  list: async (tenant: string, { consistent = true } = {}): Promise<WebhookState[]> => {
    const items = await queryAll(table, {
      KeyConditionExpression: 'PK = :pk AND begins_with(SK, :prefix)',
      ExpressionAttributeValues: { ':pk': webhooksPartition(tenant), ':prefix': webhookPrefix },
      ConsistentRead: consistent,
    });
    const age = ({ createdAt, id }: WebhookState) => `${createdAt} ${id}`;
    return items.map(webhookFrom).sort((a, b) => (age(a) < age(b) ? -1 : 1));
  },
});
export type WebhookList = ReturnType<typeof createWebhookList>;
