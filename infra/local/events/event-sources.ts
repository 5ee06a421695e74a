import type { CloudModel, EventSourceModel, TableModel } from '../model.ts';
import type { FaultPort, Invoker, Report } from '../ports.ts';
import type { Writes } from '../writes.ts';
import { batchInvocation } from './batch-invocation.ts';
import type { Checkpoints } from './checkpoints.ts';
import type { Clock } from './clock.ts';
import { type Expiry, tableExpiry } from './expiry.ts';
import { compilePattern } from './pattern.ts';
import { queueFilter } from './queue-record.ts';
import { type MessageCount, startQueueSource } from './queue-source.ts';
import type { Queues } from './queues.ts';
import { serviceDeletions } from './service-deletions.ts';
import { streamApi } from './stream-api.ts';
import type { Backoff } from './stream-batch.ts';
import { streamDiscard } from './stream-discard.ts';
import { openStreamLog } from './stream-log.ts';
import type { StreamRecord } from './stream-record.ts';
import { startStreamSource } from './stream-source.ts';

/** An event source mapping at work. */
export interface EventSource {
  idle(): Promise<void>;
  stopped: Promise<unknown>;
}

export interface EventSourcesOptions {
  model: CloudModel;
  dynamodbEndpoint: string;
  queues: Queues;
  messagesIn: MessageCount;
  invoker: Invoker;
  faults: FaultPort;
  pollMs: number;
  writes: Writes | undefined;
  longestBatchWindowMs: number;
  sweepMs: number;
  backoff: Backoff;
  clock: Clock;
  report: Report;
  signal: AbortSignal;
}

/**
 * Checks every event source mapping of the model.
 * @returns starts them, and with them the removal of expired items
 * @throws for a filter that AWS would refuse, naming the mapping
 */
export function eventSources(options: EventSourcesOptions): (checkpoints: Checkpoints) => Promise<EventSource[]> {
  const { model, report, dynamodbEndpoint } = options;
  const mappings = model.eventSources.filter(({ enabled }) => enabled);
  const streams = mappings.flatMap((mapping) => {
    const table = model.tables.find(({ streamArn }) => streamArn === mapping.sourceArn);
    return table ? [{ mapping, table, takes: named(mapping, streamFilter) }] : [];
  });
  const queues = mappings.filter(({ sourceArn }) => model.queues.some(({ arn }) => arn === sourceArn));
  for (const mapping of queues) named(mapping, ({ filters }) => queueFilter(filters));
  for (const mapping of mappings) {
    if (queues.includes(mapping) || streams.some((stream) => stream.mapping === mapping)) continue;
    report({
      level: 'warn',
      message: 'event source is not supported here',
      mapping: mapping.logicalId,
      source: mapping.sourceArn,
    });
  }

  return async (checkpoints) => {
    const api = streamApi(dynamodbEndpoint);
    const started: EventSource[] = [];
    for (const table of model.tables) {
      const followers = streams.filter((stream) => stream.table === table);
      const { log, expiry } = follow(table, followers.length > 0, api, options);
      for (const { mapping, takes } of followers) {
        const delivery = streamDeliveries(mapping, options);
        started.push(await startStreamSource({ ...options, mapping, table, takes, log, checkpoints, delivery }));
      }
      expiry?.start();
    }
    for (const mapping of queues) {
      started.push(startQueueSource({ ...options, mapping, invoke: invocationOf(mapping, options) }));
    }
    return started;
  };
}

/** What all mappings of one table's stream share. */
function follow(table: TableModel, followed: boolean, api: ReturnType<typeof streamApi>, options: EventSourcesOptions) {
  const { ttlAttribute } = table;
  const deletions = ttlAttribute === undefined ? undefined : serviceDeletions(ttlAttribute);
  const expiry: Expiry | undefined =
    ttlAttribute !== undefined && deletions
      ? tableExpiry({
          ...options,
          endpoint: options.dynamodbEndpoint,
          table: { ...table, ttlAttribute },
          deletions,
          followed,
        })
      : undefined;
  const log = openStreamLog({
    ...options,
    api,
    tableName: table.name,
    streamArn: table.streamArn ?? '',
    expired: (record) => deletions?.has(record) ?? false,
    onRecords: (records) => expiry?.learn(records),
  });
  return { log, expiry };
}

function streamDeliveries(mapping: EventSourceModel, options: EventSourcesOptions) {
  const invoke = invocationOf(mapping, options);
  return (shardId: string) => ({
    ...options,
    mapping,
    invoke,
    discard: streamDiscard({ ...options, mapping, shardId }),
  });
}

const invocationOf = ({ functionArn }: EventSourceModel, options: EventSourcesOptions) =>
  batchInvocation({ ...options, functions: options.model.functions, functionArn });

function streamFilter({ filters }: EventSourceModel): (record: StreamRecord) => boolean {
  if (filters.length === 0) return () => true;
  const tests = filters.map((filter) => compilePattern(filter, 'filter'));
  return ({ lambda }) => tests.some((test) => test(lambda));
}

function named<T>(mapping: EventSourceModel, check: (mapping: EventSourceModel) => T): T {
  try {
    return check(mapping);
  } catch (error) {
    throw new Error(`Event source mapping ${mapping.logicalId}: ${(error as Error).message}`);
  }
}
