import type { Writes } from '../writes.ts';
import type { Clock } from './clock.ts';
import type { EngineStream, StartAt, StreamApi } from './stream-api.ts';
import { type EngineRecord, type StreamRecord, streamRecord } from './stream-record.ts';

/** As many records as DynamoDB gives at once. */
const pageSize = 1000;

export interface LogPage {
  records: StreamRecord[];
  /** Undefined at the end of a closed shard. */
  next: string | undefined;
  /** More records are likely to be there already. */
  full: boolean;
  /** The count of writes when it was asked for, if nothing else is there. */
  asOf: number | undefined;
}

/** Asked at least so often, whatever was written: iterators do not last for ever. */
const longestSilenceMs = 60_000;

/**
 * The stream of one table, read on behalf of everyone who follows it. Readers keep their own places; those that are at the same
 * place at the same time share one call, because the engine serves everything from one database file.
 */
export interface StreamLog {
  stream(): Promise<EngineStream>;
  iterator(engineArn: string, shardId: string, from: StartAt): Promise<string>;
  read(iterator: string): Promise<LogPage>;
  /**
   * The next time to poll: the same moment for all who wait. Without a write there is nothing new.
   * @param asOf what the last page was
   * @param enough ends the waiting for it
   */
  nextPoll(asOf: number | undefined, enough: AbortSignal): Promise<void>;
  /** Whether nothing can have come since the last page. */
  isCurrent(asOf: number | undefined): boolean;
}

export interface StreamLogOptions {
  tableName: string;
  /** What functions see as the source of the event. */
  streamArn: string;
  api: StreamApi;
  pollMs: number;
  writes?: Writes | undefined;
  clock: Clock;
  signal: AbortSignal;
  /** Whether a removal was made for the item's TTL. */
  expired: (record: EngineRecord) => boolean;
  /** Hears every page that was fetched; a record comes again where a reader goes over it again. */
  onRecords: (records: EngineRecord[]) => void;
}

export function openStreamLog({
  tableName,
  streamArn,
  api,
  pollMs,
  writes,
  clock,
  signal,
  ...hear
}: StreamLogOptions): StreamLog {
  const reading = new Map<string, Promise<LogPage>>();
  let described: Promise<EngineStream> | undefined;
  let poll: Promise<void> | undefined;

  const fetchPage = async (iterator: string): Promise<LogPage> => {
    const asOf = writes?.count;
    const { records, next } = await api.records(iterator, pageSize, signal);
    hear.onRecords(records);
    return {
      records: records.map((record) => streamRecord(record, streamArn, hear.expired)),
      next,
      full: records.length >= pageSize,
      // A page with records may have left some for the next one.
      asOf: records.length === 0 ? asOf : undefined,
    };
  };

  const isCurrent = (asOf: number | undefined) => asOf !== undefined && asOf === writes?.count;

  return {
    isCurrent,
    stream: () => {
      described ??= api.streamOf(tableName).finally(() => {
        described = undefined;
      });
      return described;
    },
    iterator: api.iterator,
    read: (iterator) => {
      const shared = reading.get(iterator);
      if (shared) return shared;
      const page = fetchPage(iterator).finally(() => reading.delete(iterator));
      reading.set(iterator, page);
      return page;
    },
    nextPoll: async (asOf, enough) => {
      const longest = clock.now() + longestSilenceMs;
      do {
        poll ??= clock.sleep(pollMs, signal).then(() => {
          poll = undefined;
        });
        await poll;
      } while (isCurrent(asOf) && clock.now() < longest && !enough.aborted && !signal.aborted);
    },
  };
}
