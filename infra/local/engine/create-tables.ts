import { isDeepStrictEqual } from 'node:util';
import { type AwsJson, ServiceError } from '../events/aws-json.ts';
import type { TableModel } from '../model.ts';
import { StartError } from '../start-error.ts';

interface IndexShape {
  IndexName?: string;
  KeySchema?: unknown;
  Projection?: { ProjectionType?: string; NonKeyAttributes?: string[] };
}

interface TableShape {
  KeySchema?: unknown;
  AttributeDefinitions?: { AttributeName: string; AttributeType: string }[];
  GlobalSecondaryIndexes?: IndexShape[];
  LocalSecondaryIndexes?: IndexShape[];
  StreamSpecification?: { StreamViewType?: string };
}

/**
 * Creates the tables that are not there. One that is there keeps its items.
 * @throws {StartError} if it has other keys, indexes or another stream than the model says: data cannot be moved over
 */
export async function createTables(dynamodb: AwsJson, tables: TableModel[]): Promise<void> {
  await Promise.all(tables.map((table) => createTable(dynamodb, table)));
}

/** Deletes those of the tables that are there. */
export async function deleteTables(dynamodb: AwsJson, tables: TableModel[]): Promise<void> {
  for (const { name } of tables) {
    await dynamodb('DeleteTable', { TableName: name }).catch((error: unknown) => {
      if (!(error instanceof ServiceError) || error.name !== 'ResourceNotFoundException') throw error;
    });
  }
}

async function createTable(dynamodb: AwsJson, table: TableModel): Promise<void> {
  try {
    await dynamodb('CreateTable', table.create);
  } catch (error) {
    if (!(error instanceof ServiceError) || error.name !== 'ResourceInUseException') throw error;
    const { Table: existing } = await dynamodb('DescribeTable', { TableName: table.name });
    const difference = differs(existing as TableShape, table.create as TableShape);
    if (difference === undefined) return;
    throw new StartError(
      `The table ${table.name} was made with ${difference} than the stack has now; \`npm start -- --fresh\` begins anew.`,
    );
  }
}

function differs(existing: TableShape, wanted: TableShape): string | undefined {
  if (!isDeepStrictEqual(existing.KeySchema, wanted.KeySchema)) return 'another key';
  if (!isDeepStrictEqual(attributes(existing), attributes(wanted))) return 'other key attributes';
  for (const kind of ['GlobalSecondaryIndexes', 'LocalSecondaryIndexes'] as const) {
    if (!isDeepStrictEqual(indexes(existing[kind]), indexes(wanted[kind]))) return 'other indexes';
  }
  const streams = [existing, wanted].map((table) => table.StreamSpecification?.StreamViewType);
  return streams[0] === streams[1] ? undefined : 'another stream';
}

function attributes({ AttributeDefinitions = [] }: TableShape): string[] {
  return AttributeDefinitions.map(({ AttributeName, AttributeType }) => `${AttributeName} ${AttributeType}`).sort();
}

/** What was asked for of each index, in the order of their names. */
function indexes(list: IndexShape[] = []): unknown[] {
  return list
    .map(({ IndexName = '', KeySchema, Projection }) => ({
      IndexName,
      KeySchema,
      type: Projection?.ProjectionType,
      attributes: [...(Projection?.NonKeyAttributes ?? [])].sort(),
    }))
    .sort((one, other) => one.IndexName.localeCompare(other.IndexName));
}
