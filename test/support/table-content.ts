import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import type { Cloud } from '../../infra/local/cloud.ts';

/** Everything that is stored, by key, once nothing is on its way any more: what a refused request must leave as it was. */
export const tableContent = async (cloud: Cloud): Promise<Record<string, unknown>> => {
  await cloud.settled();
  const client = DynamoDBDocumentClient.from(new DynamoDBClient(cloud.clientConfig));
  const content: Record<string, unknown> = {};
  const TableName = cloud.tables[0]?.name;
  for await (const { Items = [] } of paginateScan({ client }, { TableName, ConsistentRead: true })) {
    for (const item of Items) content[`${item.PK} ${item.SK}`] = item;
  }
  return content;
};
