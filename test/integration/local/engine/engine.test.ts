import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findBinary } from '../../../../infra/local/engine/binary.ts';
import { prepareDatabaseFile } from '../../../../infra/local/engine/database-file.ts';
import { startDynoxide } from '../../../../infra/local/engine/dynoxide.ts';
import { type EngineOptions, startEngine } from '../../../../infra/local/engine/engine.ts';
import { awsJson } from '../../../../infra/local/events/aws-json.ts';
import type { TableModel } from '../../../../infra/local/model.ts';
import { StartError } from '../../../../infra/local/start-error.ts';
import { temporaryDirectory } from '../temporary.ts';

const some = { ProjectionType: 'INCLUDE', NonKeyAttributes: ['b', 'a'] };
const index = (key: string, Projection: object = some) => ({
  IndexName: 'GSI1',
  KeySchema: [{ AttributeName: key, KeyType: 'HASH' }],
  Projection,
});

const table: TableModel = {
  logicalId: 'Table',
  name: 'chat',
  arn: 'arn:aws:dynamodb:us-east-1:000000000000:table/chat',
  streamArn: undefined,
  ttlAttribute: undefined,
  create: {
    TableName: 'chat',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: 'PK', AttributeType: 'S' },
      { AttributeName: 'Other', AttributeType: 'S' },
    ],
    KeySchema: [{ AttributeName: 'PK', KeyType: 'HASH' }],
    GlobalSecondaryIndexes: [index('Other')],
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
  },
};

/** An engine of the running test, ended with it. */
async function start(options: Partial<EngineOptions> = {}) {
  const engine = await startEngine({ tables: [table], onCrash: () => {}, ...options });
  onTestFinished(() => engine.stop());
  return { ...engine, dynamodb: awsJson(engine.endpoint, 'dynamodb', 'DynamoDB_20120810') };
}

const put = { TableName: 'chat', Item: { PK: { S: 'a' } } };
const get = { TableName: 'chat', Key: { PK: { S: 'a' } } };

async function sentenceOf(starting: Promise<unknown>): Promise<string> {
  const error = await starting.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(StartError);
  return (error as StartError).message;
}

describe('an engine', () => {
  it('is up with the tables of the model, and empty', async () => {
    const { dynamodb } = await start();
    expect(await dynamodb('GetItem', get)).toEqual({});
    await dynamodb('PutItem', put);
    expect(await dynamodb('GetItem', get)).toMatchObject({ Item: put.Item });
  });

  it('keeps what is in its file from one start to the next', async () => {
    const databaseFile = join(await temporaryDirectory(), 'tables.db');
    const first = await start({ databaseFile });
    await first.dynamodb('PutItem', put);
    await first.stop();

    const second = await start({ databaseFile });
    expect(await second.dynamodb('GetItem', get)).toMatchObject({ Item: put.Item });
  });

  it('gives its file the index that writes need', async () => {
    const databaseFile = join(await temporaryDirectory(), 'tables.db');
    await start({ databaseFile });
    using database = new DatabaseSync(databaseFile, { readOnly: true });
    const plan = database
      .prepare(
        'EXPLAIN QUERY PLAN SELECT MAX(CAST(sequence_number AS INTEGER)) FROM _stream_records WHERE table_name = ?',
      )
      .all('chat');
    expect(JSON.stringify(plan)).toContain('parley_stream_records');
  });

  it('forgets stream records after a day, but not how far it counted', async () => {
    const databaseFile = join(await temporaryDirectory(), 'tables.db');
    const first = await start({ databaseFile });
    for (const PK of ['a', 'b', 'c']) await first.dynamodb('PutItem', { TableName: 'chat', Item: { PK: { S: PK } } });
    await first.stop();

    prepareDatabaseFile(databaseFile, Date.now() + 25 * 60 * 60 * 1000);
    using database = new DatabaseSync(databaseFile);
    expect(database.prepare('SELECT sequence_number FROM _stream_records').all()).toEqual([{ sequence_number: '3' }]);
  });

  it('can be one that somebody else runs, whose tables are emptied only for a fresh start', async () => {
    const theirs = await start({ tables: [] });
    const ours = await start({ endpoint: theirs.endpoint });
    await ours.dynamodb('PutItem', put);
    const again = await start({ endpoint: theirs.endpoint });
    expect(await again.dynamodb('GetItem', get)).toMatchObject({ Item: put.Item });
    const fresh = await start({ endpoint: theirs.endpoint, fresh: true });
    expect(await fresh.dynamodb('GetItem', get)).toEqual({});
  });

  it('does not outlive the process that started it, however that ends', async () => {
    const temporary = await temporaryDirectory();
    const engine = (file: string) => JSON.stringify(join(import.meta.dirname, '../../../../infra/local/engine', file));
    const script = `
      import { findBinary } from ${engine('binary.ts')};
      import { startDynoxide } from ${engine('dynoxide.ts')};
      const temporary = ${JSON.stringify(temporary)};
      const options = { binary: findBinary(), databaseFile: temporary + '/tables.db', temporary, onCrash() {} };
      console.log((await startDynoxide(options)).endpoint);`;
    const parent = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = await once(parent.stdout, 'data');
    const endpoint = String(line).trim();
    expect((await fetch(endpoint)).status).toBeLessThan(500);
    parent.kill('SIGKILL');
    await expect.poll(() => fetch(endpoint).catch(() => 'gone'), { timeout: 5000 }).toBe('gone');
    await expect.poll(() => existsSync(temporary), { timeout: 5000 }).toBe(false);
  });
});

describe('one sentence says', () => {
  it.each([
    ['other indexes', { GlobalSecondaryIndexes: [index('Other', { ProjectionType: 'ALL' })] }],
    [
      'another key',
      { KeySchema: [{ AttributeName: 'Other', KeyType: 'HASH' }], GlobalSecondaryIndexes: [index('PK')] },
    ],
    [
      'other key attributes',
      {
        AttributeDefinitions: [
          { AttributeName: 'PK', AttributeType: 'S' },
          { AttributeName: 'Other', AttributeType: 'N' },
        ],
      },
    ],
    ['another stream', { StreamSpecification: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' } }],
  ])('that a table was made with %s', async (difference, change) => {
    const databaseFile = join(await temporaryDirectory(), 'tables.db');
    const first = await start({ databaseFile });
    await first.stop();
    const tables = [{ ...table, create: { ...table.create, ...change } }];
    expect(await sentenceOf(start({ databaseFile, tables }))).toBe(
      `The table chat was made with ${difference} than the stack has now; \`npm start -- --fresh\` begins anew.`,
    );
  });

  it.each([
    ['is no database', (file: string) => writeFile(file, 'no database at all, '.repeat(100))],
    ['was cut short', (file: string) => truncate(file, 5000)],
  ])('that a file %s', async (_, damage) => {
    const databaseFile = join(await temporaryDirectory(), 'tables.db');
    const first = await start({ databaseFile });
    await first.stop();
    await damage(databaseFile);
    expect(await sentenceOf(start({ databaseFile }))).toMatch(
      /^The data in .*tables\.db cannot be read; `npm start -- --fresh` begins anew\.$/,
    );
  });

  it('that there is no build for a platform, and what to do', () => {
    const nowhere = () => {
      throw new Error('not found');
    };
    expect(() => findBinary('plan9', 'mips', nowhere)).toThrow(
      "Parley's database engine Dynoxide has no build for plan9-mips; name a DynamoDB endpoint with AWS_ENDPOINT_URL_DYNAMODB instead.",
    );
    expect(() => findBinary('linux', 'x64', nowhere)).toThrow(/^The package @dynoxide\/linux-x64, .* run `npm ci`\.$/);
  });

  it('that nothing answers at the endpoint of somebody else', async () => {
    expect(await sentenceOf(start({ endpoint: 'http://127.0.0.1:9' }))).toMatch(
      /^Nothing usable answers at AWS_ENDPOINT_URL_DYNAMODB \(http:\/\/127\.0\.0\.1:9\): /,
    );
  });

  it('that the engine did not start, in its own words', async () => {
    const binary = await program('console.error("error: out of ink"); process.exit(3);');
    expect(await sentenceOf(startDynoxide({ binary, onCrash: () => {} }))).toBe(
      'The database engine Dynoxide did not start: error: out of ink.',
    );
  });

  it('that the engine ended while it ran', async () => {
    const binary = await program(`
      require('node:http').createServer(() => { console.error('out of ink'); process.exit(3); })
        .listen(process.argv[process.argv.indexOf('--port') + 1], '127.0.0.1');`);
    const { promise: crashed, resolve: onCrash } = Promise.withResolvers<string>();
    const { endpoint } = await startDynoxide({ binary, onCrash });
    await fetch(endpoint).catch(() => {});
    expect(await Promise.race([crashed, setTimeout(5000)])).toBe(
      'The database engine Dynoxide ended unexpectedly (exit code 3): out of ink',
    );
  });
});

/** A program that stands in for an engine that fails. */
async function program(source: string): Promise<string> {
  const file = join(await temporaryDirectory(), 'engine.cjs');
  await writeFile(file, `#!${process.execPath}\n${source}`, { mode: 0o755 });
  return file;
}
