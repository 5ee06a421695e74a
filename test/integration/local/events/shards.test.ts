import { expect, it } from 'vitest';
import { openCheckpoints } from '../../../../infra/local/events/checkpoints.ts';
import { systemClock } from '../../../../infra/local/events/clock.ts';
import type { Shard, StreamApi } from '../../../../infra/local/events/stream-api.ts';
import { openStreamLog } from '../../../../infra/local/events/stream-log.ts';
import type { EngineRecord } from '../../../../infra/local/events/stream-record.ts';
import { startStreamSource } from '../../../../infra/local/events/stream-source.ts';
import type { TableModel } from '../../../../infra/local/model.ts';
import { aMapping } from './given.ts';

const table: TableModel = {
  logicalId: 'Table',
  name: 'Table',
  arn: 'table',
  streamArn: 'stream',
  create: { KeySchema: [{ AttributeName: 'PK', KeyType: 'HASH' }] },
  ttlAttribute: undefined,
};

const record = (place: number): EngineRecord => ({
  eventName: 'INSERT',
  dynamodb: {
    ApproximateCreationDateTime: Date.now() / 1000,
    Keys: { PK: { S: String(place) } },
    SequenceNumber: String(place),
    SizeBytes: 1,
    StreamViewType: 'KEYS_ONLY',
  },
});

const shard = (id: string, parentId?: string): Shard => ({ id, parentId, first: '1', last: undefined });

/** An engine whose shards close, as Dynoxide's never do: shard → the places of its records. */
function anEngine(shards: Shard[], records: Record<string, number[]>, open: string): StreamApi {
  return {
    streamOf: async () => ({ arn: 'engine', shards }),
    iterator: async (_, id, from) => `${id} ${typeof from === 'object' ? from.after : from === 'LATEST' ? 99 : 0}`,
    records: async (iterator) => {
      const [id = '', after = '0'] = iterator.split(' ');
      const [next] = (records[id] ?? []).filter((place) => place > Number(after));
      if (next !== undefined) return { records: [record(next)], next: `${id} ${next}` };
      return { records: [], next: id === open ? iterator : undefined };
    },
  };
}

async function read(api: StreamApi, checkpointOf: Record<string, string> = {}) {
  const stopping = new AbortController();
  const checkpoints = await openCheckpoints(undefined);
  const mapping = aMapping('stream', { startingPosition: 'TRIM_HORIZON' });
  for (const [id, place] of Object.entries(checkpointOf)) checkpoints.set(mapping.logicalId, 'engine', id, place);
  const seen: string[] = [];
  const all = Promise.withResolvers<void>();
  const common = { clock: systemClock, report: () => undefined, signal: stopping.signal };
  const log = openStreamLog({
    ...common,
    tableName: 'Table',
    streamArn: 'stream',
    api,
    pollMs: 1,
    expired: () => false,
    onRecords: () => undefined,
  });
  const source = await startStreamSource({
    ...common,
    mapping,
    table,
    log,
    checkpoints,
    takes: () => true,
    delivery: () => ({
      ...common,
      mapping,
      discard: async () => undefined,
      backoff: () => 1,
      invoke: async (event) => {
        const { Records } = event as { Records: { dynamodb: { Keys: { PK: { S: string } } } }[] };
        seen.push(...Records.map(({ dynamodb }) => dynamodb.Keys.PK.S));
        if (seen.includes('6')) all.resolve();
        return { ok: true, requestId: '1', payload: undefined };
      },
    }),
  });
  await all.promise;
  await source.idle();
  stopping.abort();
  return { seen, places: checkpoints.placesOf(mapping.logicalId, 'engine') };
}

const shards = [shard('parent'), shard('child', 'parent'), shard('grandchild', 'child')];
const records = { parent: [1, 2], child: [3, 4], grandchild: [5, 6] };

it('reads a shard only once its parent is read to its end', async () => {
  const { seen, places } = await read(anEngine(shards, records, 'grandchild'));
  expect(seen).toEqual(['1', '2', '3', '4', '5', '6']);
  expect(places).toEqual({ parent: 'end', child: 'end', grandchild: '6' });
});

it('goes on in the shard where it was, and from there to the ones that follow', async () => {
  const { seen } = await read(anEngine(shards, records, 'grandchild'), { parent: 'end', child: '3' });
  expect(seen).toEqual(['4', '5', '6']);
});

it('goes on behind a shard that the engine no longer has', async () => {
  const { seen, places } = await read(anEngine(shards.slice(1), records, 'grandchild'), { parent: '2' });
  expect(seen).toEqual(['3', '4', '5', '6']);
  expect(places).not.toHaveProperty('parent');
});
