import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { BatchWriteCommand, DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import pMap from 'p-map';
import type { Cloud } from '../../../infra/local/cloud.ts';
import { conversationFrom, memberItem } from '../../../shared/data/items.ts';
import { conversationKey } from '../../../shared/data/keys.ts';
import { newMember } from '../../../shared/domain/conversation.ts';
import { liveFeedOf } from '../../../shared/domain/large-rooms.ts';

const batch = 25;
const atOnce = 4;

/** Writes members `user-0`, `user-1` … into the table, as if they had been let in one by one. @returns the room's shards */
export const enlargeRoom = async (cloud: Cloud, tenant: string, room: string, members: number): Promise<number> => {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient(cloud.clientConfig));
  const TableName = String(cloud.tables[0]?.name);
  const Key = conversationKey(tenant, room);
  const { Item = {} } = await client.send(new GetCommand({ TableName, Key, ConsistentRead: true }));
  const conversation = conversationFrom(Item);
  const now = new Date();
  // The first ones founded it.
  const users = Array.from(
    { length: members - conversation.memberCount },
    (_, i) => `user-${conversation.memberCount + i}`,
  );
  const batches = Array.from({ length: Math.ceil(users.length / batch) }, (_, i) =>
    users.slice(i * batch, (i + 1) * batch),
  );
  await pMap(
    batches,
    (some) => {
      const puts = some.map((user) => ({
        PutRequest: {
          Item: memberItem(tenant, newMember(conversation, user, 'member', now), conversation.lastActivityAt),
        },
      }));
      return client.send(new BatchWriteCommand({ RequestItems: { [TableName]: puts } }));
    },
    { concurrency: atOnce },
  );
  const { live, shards } = liveFeedOf(conversation, members, { largeRoomAbove: 256, shardSize: 1_000 });
  await client.send(
    new UpdateCommand({
      TableName,
      Key,
      UpdateExpression: 'SET memberCount = :count, #live = :live, #shards = :shards',
      ExpressionAttributeNames: { '#live': 'live', '#shards': 'shards' },
      ExpressionAttributeValues: { ':count': members, ':live': live, ':shards': shards },
    }),
  );
  client.destroy();
  return shards;
};
