import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { awsJson } from '../events/aws-json.ts';
import type { TableModel } from '../model.ts';
import { StartError } from '../start-error.ts';
import { findBinary } from './binary.ts';
import { createTables, deleteTables } from './create-tables.ts';
import { indexStreamRecords, prepareDatabaseFile } from './database-file.ts';
import { startDynoxide } from './dynoxide.ts';

/** A DynamoDB that is up and has the tables. */
export interface Engine {
  /** `http://127.0.0.1:<port>`: DynamoDB and DynamoDB Streams. */
  endpoint: string;
  stop(): Promise<void>;
}

export interface EngineOptions {
  tables: TableModel[];
  /** Keeps the items between runs. Without it they are gone after `stop`. */
  databaseFile?: string | undefined;
  /** A DynamoDB that somebody else runs, in place of the engine. */
  endpoint?: string | undefined;
  /** Empties the tables at that endpoint. */
  fresh?: boolean | undefined;
  /** The engine ended by itself; `message` is one sentence. */
  onCrash(message: string): void;
}

/** @throws {StartError} if there is no engine for this machine, it does not start, or its data does not fit */
export async function startEngine({
  tables,
  databaseFile,
  endpoint,
  fresh = false,
  onCrash,
}: EngineOptions): Promise<Engine> {
  if (endpoint !== undefined) return useEndpoint(endpoint, tables, fresh);
  const binary = findBinary();
  const temporary = databaseFile === undefined ? await temporaryDirectory() : undefined;
  const file = databaseFile ?? join(temporary ?? '', 'tables.db');
  await mkdir(dirname(file), { recursive: true });
  const isNew = !existsSync(file);
  prepareDatabaseFile(file);
  const engine = await startDynoxide({ binary, databaseFile: file, temporary, onCrash });
  try {
    await createTables(dynamodbAt(engine.endpoint), tables);
    if (isNew) indexStreamRecords(file);
  } catch (error) {
    await engine.stop();
    throw error;
  }
  return engine;
}

async function useEndpoint(endpoint: string, tables: TableModel[], fresh: boolean): Promise<Engine> {
  const dynamodb = dynamodbAt(endpoint);
  try {
    if (fresh) await deleteTables(dynamodb, tables);
    await createTables(dynamodb, tables);
  } catch (error) {
    if (error instanceof StartError) throw error;
    throw new StartError(`Nothing usable answers at AWS_ENDPOINT_URL_DYNAMODB (${endpoint}): ${reason(error)}.`);
  }
  return { endpoint, stop: async () => {} };
}

function dynamodbAt(endpoint: string) {
  return awsJson(endpoint, 'dynamodb', 'DynamoDB_20120810');
}

/** A fetch that fails says why in its cause. */
function reason(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? cause.message : message;
}

const megabyte = 1024 * 1024;

/**
 * A file with an index is faster than the engine's own memory, which cannot have one, and faster still where no disk has to be
 * waited for.
 */
async function temporaryDirectory(): Promise<string> {
  const memory = await statfs('/dev/shm').catch(() => undefined);
  const roomy = memory !== undefined && memory.bavail * memory.bsize > 1024 * megabyte;
  return mkdtemp(join(roomy ? '/dev/shm' : tmpdir(), 'parley-'));
}
