import { expect, it } from 'vitest';
import type { TableModel } from '../../../../infra/local/model.ts';
import { withEngines } from './engines.ts';
import { aCloud, aMapping, aTable, put, type StreamEvent } from './given.ts';

const engines = withEngines();

const expiresIn = (seconds: number) => ({ expiresAt: { N: String(Math.floor(Date.now() / 1000) + seconds) } });
const isThere = async (table: TableModel, sk: string) =>
  'Item' in (await engines.dynamodb('GetItem', { TableName: table.name, Key: { PK: { S: 'a' }, SK: { S: sk } } }));

/** A table with TTL, a function on its removals, and a promise of the first one. */
async function anExpiringCloud(table: TableModel, removals: number) {
  const removed = Promise.withResolvers<void>();
  const records: StreamEvent['Records'] = [];
  const mapping = aMapping(table.streamArn ?? '', { filters: [{ eventName: ['REMOVE'] }] });
  const cloud = await aCloud<StreamEvent>(
    engines,
    { tables: [table], eventSources: [mapping] },
    (event) => {
      records.push(...event.Records);
      if (records.length >= removals) removed.resolve();
    },
    { sweepMs: 10 },
  );
  return { cloud, records, removed: removed.promise };
}

it('removes what had expired before the start and what expires later, in the name of the service', async () => {
  const table = await aTable(engines, 'expiresAt');
  await put(engines, table, 'a', 'old', expiresIn(-10));
  const { records, removed } = await anExpiringCloud(table, 2);
  await put(engines, table, 'a', 'soon', expiresIn(1));
  await put(engines, table, 'a', 'later', expiresIn(100));
  await put(engines, table, 'a', 'never');
  await removed;

  expect(records.map(({ dynamodb }) => dynamodb.Keys?.SK?.S)).toEqual(['old', 'soon']);
  for (const { userIdentity, dynamodb } of records) {
    expect(userIdentity).toEqual({ type: 'Service', principalId: 'dynamodb.amazonaws.com' });
    expect(dynamodb.OldImage).toBeDefined();
  }
  expect(await isThere(table, 'later')).toBe(true);
  expect(await isThere(table, 'never')).toBe(true);
});

it("leaves a user's own deletion unmarked, and an item whose time was extended", async () => {
  const table = await aTable(engines, 'expiresAt');
  const { cloud, records, removed } = await anExpiringCloud(table, 2);
  await put(engines, table, 'a', 'deleted', expiresIn(100));
  await engines.dynamodb('DeleteItem', { TableName: table.name, Key: { PK: { S: 'a' }, SK: { S: 'deleted' } } });
  await put(engines, table, 'a', 'extended', expiresIn(-1));
  await put(engines, table, 'a', 'extended', expiresIn(100));
  await put(engines, table, 'a', 'expired', expiresIn(-1));
  await removed;
  await cloud.settled();

  const last = records.findLast(({ dynamodb }) => dynamodb.Keys?.SK?.S !== 'extended');
  expect(records[0]?.userIdentity).toBeUndefined();
  expect(last?.userIdentity).toBeDefined();
});

it('spares what expired over five years ago, as DynamoDB does', async () => {
  const table = await aTable(engines, 'expiresAt');
  await put(engines, table, 'a', 'ancient', { expiresAt: { N: '1' } });
  const { removed } = await anExpiringCloud(table, 1);
  await put(engines, table, 'a', 'soon', expiresIn(-1));
  await removed;

  expect(await isThere(table, 'ancient')).toBe(true);
});

it('removes from a table that no function follows', async () => {
  const table = await aTable(engines, 'expiresAt');
  await aCloud(engines, { tables: [table] }, undefined, { sweepMs: 10 });
  await put(engines, table, 'a', 'expired', expiresIn(-1));
  await expect.poll(() => isThere(table, 'expired'), { interval: 10 }).toBe(false);
});

it('spares an item whose time was extended without the stream having told yet', async () => {
  const table = await aTable(engines, 'expiresAt');
  for (const sk of ['extended', 'soon']) await put(engines, table, 'a', sk, expiresIn(1));
  const model = { tables: [table], eventSources: [aMapping(table.streamArn ?? '')] };
  await aCloud(engines, model, undefined, { sweepMs: 10, pollMs: 60_000 });
  await put(engines, table, 'a', 'extended', expiresIn(100));
  await expect.poll(() => isThere(table, 'soon'), { interval: 10, timeout: 5000 }).toBe(false);

  expect(await isThere(table, 'extended')).toBe(true);
});
