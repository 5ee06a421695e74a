/** The one table, and the few shapes of calls that the access patterns are made of. */
import { type AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  type DynamoDBDocumentClient as Client,
  DynamoDBDocumentClient,
  GetCommand,
  QueryCommand,
  type QueryCommandInput,
  TransactWriteCommand,
  type TransactWriteCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import pMap from 'p-map';
import pRetry from 'p-retry';
import { Problem } from '../protocol/errors.ts';
import { promptly } from './aws-calls.ts';
import { healthKey, type Key } from './keys.ts';

export interface Table {
  name: string;
  client: Client;
}

export type Item = Record<string, unknown>;
export type Write = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/** @param client configured only in tests; a function takes region, endpoint and credentials from its environment */
export const openTable = (name: string, client = new DynamoDBClient({ ...promptly, maxAttempts: 4 })): Table => {
  // It copies what goes in and out for a logger that nobody set: a seventh of what a call takes of the processor.
  client.middlewareStack.remove('loggerMiddleware');
  return { name, client: DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } }) };
};

const asText = ({ PK, SK }: Key) => `${PK}\n${SK}`;

/** Short pauses with jitter: a caller waits for it, and who collided once should not collide again. */
const patience = { retries: 12, minTimeout: 15, maxTimeout: 600, factor: 1.6, randomize: true };

const batchLimit = 100;

/** A group of a thousand is one round; one of a hundred thousand must not take all of an instance's sockets. */
const chunksAtOnce = 10;

/**
 * Reads many items, 100 to a round trip and ten of those side by side. What DynamoDB leaves unprocessed is asked for again.
 * @returns the items in the order of `keys`; undefined where there is none
 */
export const getMany = async (
  table: Table,
  keys: readonly Key[],
  { consistent = false } = {},
): Promise<(Item | undefined)[]> => {
  const found = new Map<string, Item>();
  const readChunk = async (chunk: Key[]) => {
    let missing = chunk;
    await pRetry(
      async () => {
        const answer = await table.client.send(
          new BatchGetCommand({ RequestItems: { [table.name]: { Keys: missing, ConsistentRead: consistent } } }),
        );
        for (const item of answer.Responses?.[table.name] ?? []) found.set(asText(item as unknown as Key), item);
        missing = (answer.UnprocessedKeys?.[table.name]?.Keys ?? []) as Key[];
        if (missing.length > 0) throw new Unprocessed();
      },
      { ...patience, shouldRetry: ({ error }) => error instanceof Unprocessed },
    );
  };
  const distinct = [...new Map(keys.map((key) => [asText(key), key])).values()];
  const chunks = Array.from({ length: Math.ceil(distinct.length / batchLimit) }, (_, i) =>
    distinct.slice(i * batchLimit, (i + 1) * batchLimit),
  );
  await pMap(chunks, readChunk, { concurrency: chunksAtOnce });
  return keys.map((key) => found.get(asText(key)));
};

class Unprocessed extends Problem {
  constructor() {
    super('unavailable');
  }
}

/** Reads a whole stretch of a partition, page by page, up to `limit` items. */
export const queryAll = async (
  table: Table,
  input: Omit<QueryCommandInput, 'TableName' | 'ExclusiveStartKey'>,
  limit = Number.POSITIVE_INFINITY,
): Promise<Item[]> => {
  const items: Item[] = [];
  let from: Record<string, unknown> | undefined;
  do {
    const answer = await table.client.send(
      new QueryCommand({
        ...input,
        TableName: table.name,
        ...(from ? { ExclusiveStartKey: from } : {}),
        ...(Number.isFinite(limit) ? { Limit: limit - items.length } : {}),
      }),
    );
    items.push(...(answer.Items ?? []));
    from = answer.LastEvaluatedKey;
  } while (from && items.length < limit);
  return items;
};

/**
 * Writes all or nothing. Colliding with another writer of the same items is no failure: it is tried again, anew.
 * @param plan called before each try, so that it can read again what it builds upon
 * @param retryConditions false where a failed condition is an answer, not a sign that the plan is out of date
 */
export const writeTogether = async <T>(
  table: Table,
  plan: () => Promise<{ writes: Write[]; result: T }>,
  { retryConditions = true } = {},
): Promise<T> =>
  pRetry(
    async () => {
      const { writes, result } = await plan();
      if (writes.length > 0) await table.client.send(new TransactWriteCommand({ TransactItems: writes }));
      return result;
    },
    { ...patience, shouldRetry: ({ error }) => isCollision(error, retryConditions) },
  );

const named = (error: unknown, name: string): error is Error => error instanceof Error && error.name === name;

/** Somebody else wrote the same items at the same moment, or what the plan built upon has moved. */
const isCollision = (error: unknown, retryConditions: boolean): boolean => {
  if (named(error, 'TransactionInProgressException')) return true;
  const reasons = cancellationReasons(error);
  if (reasons.includes('ConditionalCheckFailed')) return retryConditions;
  return reasons.includes('TransactionConflict');
};

/** One code per write of a cancelled transaction, `None` for those that would have passed. */
export const cancellationReasons = (error: unknown): string[] => {
  if (!named(error, 'TransactionCanceledException')) return [];
  const { CancellationReasons = [] } = error as { CancellationReasons?: { Code?: string }[] };
  return CancellationReasons.map((reason) => reason.Code ?? 'None');
};

export const isConditionFailed = (error: unknown): error is Error & { Item?: unknown } =>
  named(error, 'ConditionalCheckFailedException');

/** What stood in the way of a write that asked for `ReturnValuesOnConditionCheckFailure`; undefined where there is no such item. */
export const itemThatFailed = (error: Error & { Item?: unknown }): Item | undefined =>
  // Not unmarshalled by the document client: an error's item comes as DynamoDB spells it.
  error.Item ? unmarshall(error.Item as Record<string, AttributeValue>) : undefined;

/** One write outside a transaction that may meet a transaction on its item: tried again until the other is done. */
export const despiteTransactions = <T>(write: () => Promise<T>): Promise<T> =>
  pRetry(write, { ...patience, shouldRetry: ({ error }) => named(error, 'TransactionConflictException') });

/** A write whose condition says that what it builds upon has not moved: planned anew, from a fresh read, until it holds. */
export const writeFreshly = <T>(plan: () => Promise<T>): Promise<T> =>
  pRetry(plan, {
    ...patience,
    shouldRetry: ({ error }) => isConditionFailed(error) || named(error, 'TransactionConflictException'),
  });

/** Asks for nothing but an answer. */
export const isReachable = async (table: Table): Promise<boolean> => {
  try {
    await table.client.send(new GetCommand({ TableName: table.name, Key: healthKey }), {
      abortSignal: AbortSignal.timeout(2_000),
    });
    return true;
  } catch {
    return false;
  }
};
