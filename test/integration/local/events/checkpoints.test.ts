import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { expect, it } from 'vitest';
import { openCheckpoints } from '../../../../infra/local/events/checkpoints.ts';
import { StartError } from '../../../../infra/local/start-error.ts';
import { withEngines } from './engines.ts';
import { aCloud, aMapping, aTable, fail, put, type StreamEvent, sortKeys, unique } from './given.ts';

const engines = withEngines();
const aFile = () => join(engines.folder, 'state', `${unique('checkpoints')}.json`);

it('goes on after a restart where it was, whatever the starting position', async () => {
  const table = await aTable(engines);
  const checkpointsFile = aFile();
  const model = { tables: [table], eventSources: [aMapping(table.streamArn ?? '')] };
  const first = await aCloud<StreamEvent>(engines, model, undefined, { checkpointsFile });
  await put(engines, table, 'a', '1');
  await first.settled();
  await first.stop();
  await put(engines, table, 'a', '2');

  const second = await aCloud<StreamEvent>(engines, model, undefined, { checkpointsFile });
  await second.settled();

  expect(second.invocations.map(({ event }) => sortKeys(event))).toEqual([['2']]);
});

it('delivers again what had not succeeded when it stopped', async () => {
  const table = await aTable(engines);
  const checkpointsFile = aFile();
  const model = { tables: [table], eventSources: [aMapping(table.streamArn ?? '', { batchSize: 1 })] };
  const failing = Promise.withResolvers<void>();
  const first = await aCloud<StreamEvent>(
    engines,
    model,
    (event) => {
      if (!sortKeys(event).includes('2')) return;
      failing.resolve();
      fail();
    },
    { checkpointsFile },
  );
  for (const sk of ['1', '2', '3']) await put(engines, table, 'a', sk);
  await failing.promise;
  await first.stop();

  const second = await aCloud<StreamEvent>(engines, model, undefined, { checkpointsFile });
  await second.settled();

  expect(second.invocations.map(({ event }) => sortKeys(event))).toEqual([['2'], ['3']]);
});

it('remembers a new mapping that has read nothing yet', async () => {
  const table = await aTable(engines);
  await put(engines, table, 'a', 'before');
  const checkpointsFile = aFile();
  const model = { tables: [table], eventSources: [aMapping(table.streamArn ?? '')] };
  const first = await aCloud<StreamEvent>(engines, model, undefined, { checkpointsFile });
  await first.stop();
  await put(engines, table, 'a', 'between');

  const second = await aCloud<StreamEvent>(engines, model, undefined, { checkpointsFile });
  await second.settled();

  expect(second.invocations.map(({ event }) => sortKeys(event))).toEqual([['between']]);
});

it('does not apply the places of an earlier stream to a new one', async () => {
  const checkpoints = await openCheckpoints(undefined);
  checkpoints.set('Mapping', 'stream of the old table', 'shard', '12');
  expect(checkpoints.placesOf('Mapping', 'stream of the old table')).toEqual({ shard: '12' });
  expect(checkpoints.placesOf('Mapping', 'stream of the new table')).toBeUndefined();
});

it('keeps the newest place of many', async () => {
  const file = aFile();
  const checkpoints = await openCheckpoints(file);
  for (let n = 1; n <= 100; n += 1) checkpoints.set('Mapping', 'stream', 'shard', String(n));
  await checkpoints.flush();
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ Mapping: { stream: 'stream', shards: { shard: '100' } } });
});

it.each([
  ['broken JSON', '{"Mapping":'],
  ['a list', '[]'],
  ['places without their stream', '{"Mapping":{"shards":{}}}'],
  ['an empty file', ''],
])('names a damaged file rather than guess: %s', async (_, text) => {
  const file = aFile();
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  await expect(openCheckpoints(file)).rejects.toThrow(
    new StartError(
      `The stream checkpoints in ${relative('', file)} cannot be read; remove that file, or begin anew with \`npm start -- --fresh\`.`,
    ),
  );
});
