import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import { inject } from 'vitest';
import type { Cloud } from '../../infra/local/cloud.ts';
import { ownMark } from './target.ts';

/** Who comes and goes, and what others were told of it: that goes on by itself for some seconds. */
const passing = /^(conn:|cameAt|leftAt|changedAt|shown|lastSeenAt)/;

const lasting = (item: Record<string, unknown>): Record<string, unknown> =>
  item.SK === 'PRESENCE' ? Object.fromEntries(Object.entries(item).filter(([name]) => !passing.test(name))) : item;

/**
 * Everything that is stored, by key, once nothing is on its way any more: what a refused request must leave as it was. Without what
 * passes by itself: heartbeats, and who is there. Where it is deployed others write too: there, what is stored of this file's tenants.
 */
export const tableContent = async (cloud: Cloud): Promise<Record<string, unknown>> => {
  await cloud.settled();
  const client = DynamoDBDocumentClient.from(new DynamoDBClient(cloud.clientConfig));
  const content: Record<string, unknown> = {};
  const TableName = cloud.tables[0]?.name;
  for await (const { Items = [] } of paginateScan({ client }, { TableName, ConsistentRead: true })) {
    for (const item of Items) {
      if (item.SK === 'HEARTBEAT' || (inject('target') && !String(item.PK).includes(ownMark))) continue;
      content[`${item.PK} ${item.SK}`] = lasting(item);
    }
  }
  return content;
};
