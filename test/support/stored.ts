import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import type { Cloud } from '../../infra/local/cloud.ts';
import { conversationKey, type Key, messageKey, messagePrefix, presenceKey, turnKey } from '../../shared/data/keys.ts';
import type { Conversation } from '../../shared/protocol/conversation.ts';

type Room = Pick<Conversation, 'id'>;

/** What is in the table, seen and touched as the account's owner may: for what no client sees, and for the past. */
export const storedIn = (cloud: Cloud) => {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient(cloud.clientConfig));
  const TableName = cloud.tables[0]?.name;
  const get = async (Key: Key) =>
    (await client.send(new GetCommand({ TableName, Key, ConsistentRead: true }))).Item ?? {};
  const update = (Key: Key, change: Omit<UpdateCommandInput, 'TableName' | 'Key'>) =>
    client.send(new UpdateCommand({ TableName, Key, ...change }));
  const changeConnections = async (tenant: string, user: string, change: Record<string, unknown>): Promise<void> => {
    const item = await get(presenceKey(tenant, user));
    for (const [name, value] of Object.entries(item).filter(([one]) => one.startsWith('conn:'))) {
      await update(presenceKey(tenant, user), {
        UpdateExpression: 'SET #connection = :changed',
        ExpressionAttributeNames: { '#connection': name },
        ExpressionAttributeValues: { ':changed': { ...(value as object), ...change } },
      });
    }
  };

  /** The preview of the newest message, if there is one, is as old as that message. */
  const ageNewest = async (tenant: string, id: string, at: string): Promise<void> => {
    const values = { ExpressionAttributeValues: { ':at': at } };
    await update(conversationKey(tenant, id), { UpdateExpression: 'SET lastActivityAt = :at', ...values });
    try {
      await update(conversationKey(tenant, id), {
        UpdateExpression: 'SET lastMessage.createdAt = :at',
        ConditionExpression: 'attribute_exists(lastMessage.createdAt)',
        ...values,
      });
    } catch (error) {
      if ((error as Error).name !== 'ConditionalCheckFailedException') throw error;
    }
  };

  return {
    get,
    put: (Item: Record<string, unknown>) => client.send(new PutCommand({ TableName, Item })),

    /** As if it had been kept for as long as it is kept, and DynamoDB had not removed it yet. */
    expire: (key: Key) =>
      update(key, { UpdateExpression: 'SET expiresAt = :past', ExpressionAttributeValues: { ':past': 1 } }),

    /** As if it were time for DynamoDB to remove it. @param at in seconds since 1970 */
    letExpire: (key: Key, at: number) =>
      update(key, { UpdateExpression: 'SET expiresAt = :at', ExpressionAttributeValues: { ':at': at } }),

    /** Ids of the connections that a user is listed with. */
    connectionsOf: async (tenant: string, user: string): Promise<string[]> =>
      Object.keys(await get(presenceKey(tenant, user))).flatMap((name) => name.match(/^conn:(.*)$/)?.[1] ?? []),

    /** As if the token that opened the user's connections had ended. */
    endTokensOf: (tenant: string, user: string) => changeConnections(tenant, user, { expiresAt: 1 }),

    /** Lets the user's connections have been open for longer: a young one is not struck off yet, since it may still be opening. */
    ageConnectionsOf: (tenant: string, user: string, seconds = 60) =>
      changeConnections(tenant, user, { connectedAt: new Date(Date.now() - seconds * 1000).toISOString() }),

    /** As a conversation was stored before there were settings but `open`, and before the newest message's expiry was noted. */
    asFoundedBefore: (tenant: string, { id }: Room, open = true) =>
      update(conversationKey(tenant, id), {
        UpdateExpression: 'SET settings = :settings REMOVE lastMessageExpiresAt, retentionChangedAt',
        ExpressionAttributeValues: { ':settings': { open } },
      }),

    /** As a send leaves it that dies once it has taken its number. @returns the number */
    takeNumber: async (tenant: string, { id }: Room, senderId: string, content: string): Promise<number> => {
      const at = new Date().toISOString();
      const { Attributes } = await update(conversationKey(tenant, id), {
        UpdateExpression:
          'SET seq = seq + :one, lastMessageSeq = seq + :one, lastMessage = :preview, lastActivityAt = :now',
        ExpressionAttributeValues: {
          ':one': 1,
          ':now': at,
          ':preview': {
            senderId,
            content,
            contentType: 'text/plain',
            attachmentCount: 0,
            status: 'sent',
            createdAt: at,
          },
        },
        ReturnValues: 'UPDATED_NEW',
      });
      return Number(Attributes?.seq);
    },

    /** As if somebody had last posted in a slow conversation that much longer ago. */
    ageTurn: (tenant: string, user: string, { id }: Room, seconds: number) =>
      update(turnKey(tenant, user, id), {
        UpdateExpression: 'SET postedAt = postedAt - :ms',
        ExpressionAttributeValues: { ':ms': seconds * 1_000 },
      }),

    /** As if the newest message's time were up, as far as its conversation knows. */
    expireNewest: (tenant: string, { id }: Room) =>
      update(conversationKey(tenant, id), {
        UpdateExpression: 'SET lastMessageExpiresAt = :past',
        ExpressionAttributeValues: { ':past': Math.floor(Date.now() / 1_000) - 1 },
      }),

    /** Moves what was said in a conversation into the past, so that nobody has to wait for a hole to be old enough. */
    age: async (tenant: string, { id }: Room, seconds = 60): Promise<void> => {
      const at = new Date(Date.now() - seconds * 1000).toISOString();
      const { PK } = conversationKey(tenant, id);
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName,
          KeyConditionExpression: 'PK = :pk AND begins_with(SK, :messages)',
          ExpressionAttributeValues: { ':pk': PK, ':messages': messagePrefix },
          ConsistentRead: true,
        }),
      );
      const aged = { ExpressionAttributeValues: { ':at': at } };
      await Promise.all([
        ageNewest(tenant, id, at),
        ...Items.map(({ seq }) =>
          update(messageKey(tenant, id, Number(seq)), { UpdateExpression: 'SET createdAt = :at', ...aged }),
        ),
      ]);
    },
  };
};
