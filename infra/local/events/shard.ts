import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { EventSourceModel, TableModel } from '../model.ts';
import type { Report } from '../ports.ts';
import type { Clock } from './clock.ts';
import { openLane } from './lane.ts';
import { trackProgress } from './progress.ts';
import type { StartAt } from './stream-api.ts';
import { deliverStreamBatch, type StreamDelivery } from './stream-batch.ts';
import type { LogPage, StreamLog } from './stream-log.ts';
import type { StreamRecord } from './stream-record.ts';

/** As many records may be read and not yet dealt with; a blocked function stops the reading, not the memory. */
const maximumOutstanding = 10_000;

export interface ShardFollower {
  idle(): Promise<void>;
  /** Resolves with whether the shard was read to its end and everything in it dealt with; false when stopped before. */
  closed: Promise<boolean>;
  stopped: Promise<unknown>;
}

/** What all shards of an event source mapping have in common. */
export interface SourceOptions {
  mapping: EventSourceModel;
  table: TableModel;
  log: StreamLog;
  /** The mapping's filter. */
  takes: (record: StreamRecord) => boolean;
  /** What a shard needs for its deliveries, apart from its progress. */
  delivery: (shardId: string) => Omit<StreamDelivery, 'finish'>;
  clock: Clock;
  report: Report;
  signal: AbortSignal;
}

export interface ShardOptions extends SourceOptions {
  engineArn: string;
  shardId: string;
  from: StartAt;
  /** Hears how far everything is dealt with. */
  advance: (place: string) => void;
}

/** Reads one shard in order and spreads it over the mapping's lanes: records of one partition key stay in one lane. */
export async function followShard(options: ShardOptions): Promise<ShardFollower> {
  const { mapping, table, log, clock, report, signal, engineArn, shardId } = options;
  const progress = trackProgress<StreamRecord>(({ position }) => options.advance(position));
  const delivery = { ...options.delivery(shardId), finish: progress.finish };
  const running = new Set<Promise<void>>();
  const lanes = Array.from({ length: mapping.parallelizationFactor }, () =>
    openLane({
      ...mapping,
      clock,
      signal,
      deliver: (batch) => {
        const work = deliverStreamBatch(batch, delivery);
        running.add(work);
        return work.finally(() => running.delete(work));
      },
    }),
  );
  const stop = aborted(signal);
  const partitionKey = partitionKeyOf(table.create);

  let iterator: string | undefined = await log.iterator(engineArn, shardId, options.from);
  let place: StartAt = options.from;
  let asOf: number | undefined;
  const asked: ((found: number) => void)[] = [];
  let nudge = new AbortController();

  const take = (records: StreamRecord[]) => {
    for (const record of records) {
      place = { after: record.position };
      progress.begin(record);
      if (options.takes(record)) lanes[laneOf(record, partitionKey, lanes.length)]?.push(record);
      else progress.finish(record);
    }
  };

  const readPage = async (from: string): Promise<LogPage> => {
    try {
      return await log.read(from);
    } catch (error) {
      if (!signal.aborted) {
        report({ level: 'warn', message: 'stream cannot be read', mapping: mapping.logicalId, error: String(error) });
        await clock.sleep(1000, signal);
      }
      // LATEST asked for again would skip what was written meanwhile.
      const again = place === 'LATEST' ? from : await log.iterator(engineArn, shardId, place).catch(() => from);
      return { records: [], next: again, full: true, asOf: undefined };
    }
  };

  const read = async (): Promise<boolean> => {
    while (iterator !== undefined && !signal.aborted) {
      if (progress.outstanding >= maximumOutstanding) await Promise.race([progress.drained(), stop]);
      const answering = asked.splice(0);
      const page = await readPage(iterator);
      if (!signal.aborted) take(page.records);
      iterator = page.next;
      asOf = page.asOf;
      for (const answer of answering) answer(page.full ? 1 : page.records.length);
      if (signal.aborted) break;
      if (page.full || asked.length > 0) continue;
      nudge = new AbortController();
      await Promise.race([log.nextPoll(asOf, nudge.signal), aborted(nudge.signal)]);
    }
    for (const answer of asked.splice(0)) answer(0);
    if (signal.aborted) return false;
    await Promise.race([progress.drained(), stop]);
    return !signal.aborted;
  };

  const readNow = () =>
    new Promise<number>((resolve) => {
      if (iterator === undefined || signal.aborted) return resolve(0);
      asked.push(resolve);
      nudge.abort();
    });

  /** Read twice: the first reading may share a call to the engine that another reader had begun before. */
  const findsMore = async () => !log.isCurrent(asOf) && (await readNow()) + (await readNow()) > 0;

  const closed = read();
  return {
    closed,
    get stopped() {
      return Promise.all([closed, ...running]);
    },
    idle: async () => {
      do await Promise.race([progress.drained(), stop]);
      while (!signal.aborted && ((await findsMore()) || progress.outstanding > 0));
    },
  };
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}

function partitionKeyOf(create: Record<string, unknown>): string {
  const schema = create.KeySchema as { AttributeName: string; KeyType: string }[];
  return schema.find(({ KeyType }) => KeyType === 'HASH')?.AttributeName ?? '';
}

function laneOf({ lambda }: StreamRecord, partitionKey: string, lanes: number): number {
  if (lanes === 1) return 0;
  const key = JSON.stringify(lambda.dynamodb.Keys?.[partitionKey]);
  return createHash('md5').update(key).digest().readUInt32BE(0) % lanes;
}
