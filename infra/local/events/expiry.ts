import type { TableModel } from '../model.ts';
import type { Report } from '../ports.ts';
import type { Writes } from '../writes.ts';
import { type AwsJson, awsJson, ServiceError } from './aws-json.ts';
import type { Clock } from './clock.ts';
import { keyText, type ServiceDeletions } from './service-deletions.ts';
import type { AttributeMap, EngineRecord } from './stream-record.ts';

/** Removes what has outlived its TTL attribute, as DynamoDB does; only sooner. */
export interface Expiry {
  /** Learns from the table's stream what expires when. */
  learn(records: readonly EngineRecord[]): void;
  start(): void;
}

export interface ExpiryOptions {
  table: TableModel & { ttlAttribute: string };
  endpoint: string;
  deletions: ServiceDeletions;
  /** Whether `learn` will be told of every write. A table that nobody follows is scanned at every sweep. */
  followed: boolean;
  sweepMs: number;
  writes: Writes | undefined;
  clock: Clock;
  report: Report;
  signal: AbortSignal;
}

/** What expires within this time is held in memory; a scan every half of it finds the rest. */
const horizonMs = 60 * 60 * 1000;
/** DynamoDB leaves alone what expired over five years ago. */
const oldestMs = 5 * 365 * 24 * 60 * 60 * 1000;
const scanPage = 500;

/**
 * The engine has no sweep of its own when it runs as a server, and a scan of the table at every sweep would stop everything else for
 * its duration. So a scan at the start finds what is there, and the stream tells what comes.
 */
export function tableExpiry(options: ExpiryOptions): Expiry {
  const { table, endpoint, deletions, followed, sweepMs, writes, clock, report, signal } = options;
  const dynamodb = awsJson(endpoint, 'dynamodb', 'DynamoDB_20120810');
  const due = new Map<string, { keys: AttributeMap; expiry: string }>();
  const keyNames = (table.create.KeySchema as { AttributeName: string }[]).map(({ AttributeName }) => AttributeName);

  const note = (keys: AttributeMap, item: AttributeMap | undefined) => {
    const expiry = item?.[table.ttlAttribute]?.N;
    const at = Number(expiry) * 1000;
    if (typeof expiry === 'string' && at < clock.now() + horizonMs && at > clock.now() - oldestMs) {
      due.set(keyText(keys), { keys, expiry });
    } else {
      due.delete(keyText(keys));
    }
  };

  const scan = async () => {
    for await (const item of soonExpiring(dynamodb, table, keyNames, clock, signal)) {
      note(Object.fromEntries(keyNames.map((name) => [name, item[name] ?? {}])), item);
    }
  };

  const remove = async (keys: AttributeMap, expiry: string) => {
    deletions.add(keys, expiry);
    try {
      await dynamodb('DeleteItem', {
        TableName: table.name,
        Key: keys,
        ConditionExpression: '#ttl = :expiry',
        ExpressionAttributeNames: { '#ttl': table.ttlAttribute },
        ExpressionAttributeValues: { ':expiry': { N: expiry } },
      }).finally(() => writes?.add());
    } catch (error) {
      deletions.remove(keys, expiry);
      if (!(error instanceof ServiceError) || error.name !== 'ConditionalCheckFailedException') throw error;
      const { Item } = await dynamodb('GetItem', { TableName: table.name, Key: keys, ConsistentRead: true });
      note(keys, Item as AttributeMap | undefined);
    }
  };

  const sweep = async () => {
    for (const [name, entry] of due) {
      if (signal.aborted) return;
      if (Number(entry.expiry) * 1000 >= clock.now()) continue;
      await remove(entry.keys, entry.expiry);
      if (due.get(name) === entry) due.delete(name);
    }
  };

  const run = async () => {
    let scanned = Number.NEGATIVE_INFINITY;
    while (!signal.aborted) {
      try {
        if (!followed || clock.now() - scanned > horizonMs / 2) {
          scanned = clock.now();
          await scan();
        }
        await sweep();
      } catch (error) {
        if (!signal.aborted)
          report({ level: 'warn', message: 'expired items not removed', table: table.name, error: String(error) });
      }
      await clock.sleep(sweepMs, signal);
    }
  };

  return {
    learn: (records) => {
      for (const { dynamodb: record } of records) note(record.Keys, record.NewImage);
    },
    start: () => void run(),
  };
}

async function* soonExpiring(
  dynamodb: AwsJson,
  { name, ttlAttribute }: ExpiryOptions['table'],
  keyNames: string[],
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<AttributeMap> {
  const names = Object.fromEntries([...keyNames, ttlAttribute].map((attribute, index) => [`#${index}`, attribute]));
  let from: unknown;
  do {
    const page = await dynamodb('Scan', {
      TableName: name,
      Limit: scanPage,
      ProjectionExpression: Object.keys(names).join(', '),
      FilterExpression: `#${keyNames.length} <= :horizon`,
      ExpressionAttributeNames: names,
      ExpressionAttributeValues: { ':horizon': { N: String(Math.floor((clock.now() + horizonMs) / 1000)) } },
      ...(from !== undefined && { ExclusiveStartKey: from }),
    });
    yield* page.Items as AttributeMap[];
    from = page.LastEvaluatedKey;
  } while (from !== undefined && !signal.aborted);
}
