import { once } from 'node:events';
import { cp, readFile, rename, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type Cloud, type CloudOptions, startCloud } from '../../../../infra/local/cloud.ts';
import { fixtureAssembly } from '../../../fixtures/cdk/assembly.ts';
import { temporaryDirectory } from '../temporary.ts';
import { openSocket } from './open-socket.ts';

let assembly: string;
beforeAll(async () => {
  assembly = await fixtureAssembly();
});

/** A cloud of the running test, ended with it. */
async function start(options: Partial<CloudOptions> = {}): Promise<Cloud> {
  const cloud = await startCloud({ assembly, streamPollMs: 10, ...options });
  onTestFinished(() => cloud.stop());
  return cloud;
}

const json = async (response: Response) => (await response.json()) as Record<string, unknown>;

/** The reasons and record counts that the reactor logged. */
const reactions = (logs: string[]) => logs.filter((text) => text.includes('reacted')).map((text) => JSON.parse(text));

describe('a cloud', () => {
  let cloud: Cloud;
  const logs: string[] = [];
  beforeAll(async () => {
    cloud = await startCloud({ assembly, streamPollMs: 10, onLog: ({ text }) => logs.push(text) });
  });
  afterAll(() => cloud.stop());

  it('serves the HTTP API at the paths of its routes', async () => {
    expect(await json(await fetch(`${cloud.url}/health`))).toMatchObject({ route: 'GET /health' });
    expect((await fetch(`${cloud.apiUrl}/things/1`, { method: 'POST' })).status).toBe(401);
    const headers = { authorization: 'ada' };
    expect(await json(await fetch(`${cloud.apiUrl}/things/1`, { method: 'POST', headers, body: 'hi' }))).toMatchObject({
      body: 'hi',
      authorizer: { lambda: { user: 'ada' } },
    });
    expect((await fetch(`${cloud.url}/nowhere`)).status).toBe(404);
  });

  it('serves the WebSocket API at /ws', async () => {
    const socket = await openSocket(`${cloud.webSocketUrl}?token=bob`);
    socket.send(JSON.stringify({ event: 'thing.echo' }));
    expect(await socket.next()).toMatchObject({ route: 'thing.echo', authorizer: { user: 'bob' } });
    await expect(openSocket(`${cloud.webSocketUrl}?token=nobody`)).rejects.toThrow('403');
    await expect(openSocket(`${cloud.url.replace('http', 'ws')}/elsewhere`)).rejects.toThrow('404');
    expect((await fetch(`${cloud.url}/ws`)).status).toBe(426);
  });

  it('cuts every socket on demand, as a failing network does', async () => {
    const socket = await openSocket(`${cloud.webSocketUrl}?token=bob`);
    cloud.dropConnections();
    expect(await socket.closed).toBe(1006);
  });

  it('issues tokens that its own keys verify, and tells the stacks whom to trust', async () => {
    const issuer = `${cloud.url}/identity`;
    const keys = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`));
    await expect(jwtVerify(await cloud.issueToken({ user: 'ada' }), keys, { issuer })).resolves.toBeDefined();
    const { issuers } = await json(await fetch(`${cloud.url}/health`));
    expect(JSON.parse(String(issuers))).toEqual([
      { issuer, jwksUri: `${issuer}/.well-known/jwks.json`, audience: 'parley', tenantClaim: 'tenant' },
    ]);
  });

  it('feeds what is written to the functions that wait for it, and says when all is quiet', async () => {
    const TableName = String(cloud.tables[0]?.name);
    const dynamodb = new DynamoDBClient(cloud.clientConfig);
    await dynamodb.send(new PutItemCommand({ TableName, Item: { PK: { S: 'a' }, SK: { S: 'b' } } }));
    await cloud.settled();
    expect(reactions(logs)).toMatchObject([{ records: 1 }]);
  });

  it('puts a message that came over the queue URL of a function into the queue', async () => {
    const before = reactions(logs).length;
    const { queue } = await json(await fetch(`${cloud.url}/health`));
    const { endpoint: _, ...config } = cloud.clientConfig;
    const sqs = new SQSClient(config);
    await sqs.send(new SendMessageCommand({ QueueUrl: String(queue), MessageBody: 'hello' }));
    await cloud.settled();
    expect(reactions(logs)).toHaveLength(before + 1);
    expect(cloud.queue('Queue')).toEqual({ ready: [], delayed: [], inFlight: [] });
  });

  it('invokes a function by its name', async () => {
    expect(await cloud.invoke('OnQueue', { Records: [] })).toMatchObject({
      ok: true,
      payload: { batchItemFailures: [] },
    });
    expect(() => cloud.invoke('Nobody', {})).toThrow(
      'No function is named Nobody; there are OnStream, OnQueue, Echo, Authorizer.',
    );
    expect(() => cloud.queue('Nothing')).toThrow('No queue is named Nothing; there are Dead, Queue.');
  });

  it('reports what each function may do', () => {
    const echo = cloud.permissions().find((it) => it.function === 'Echo');
    expect(echo?.unused.length).toBeGreaterThan(0);
  });
});

describe('data', () => {
  it('is there after a restart, and gone after a fresh start', async () => {
    const dataDirectory = await temporaryDirectory();
    const read = async ({ tables, clientConfig }: Cloud) => {
      const command = { TableName: String(tables[0]?.name), Key: { PK: { S: 'a' }, SK: { S: 'b' } } };
      return (await new DynamoDBClient(clientConfig).send(new GetItemCommand(command))).Item;
    };
    const first = await start({ dataDirectory });
    const Item = { PK: { S: 'a' }, SK: { S: 'b' } };
    const TableName = String(first.tables[0]?.name);
    await new DynamoDBClient(first.clientConfig).send(new PutItemCommand({ TableName, Item }));
    const keys = first.identity.jwks();
    await first.stop();

    const second = await start({ dataDirectory });
    expect(await read(second)).toEqual(Item);
    expect(second.identity.jwks()).toEqual(keys);
    await second.stop();

    const third = await start({ dataDirectory, fresh: true });
    expect(await read(third)).toBeUndefined();
  });

  it('belongs to one cloud at a time, which a fresh start respects', async () => {
    const dataDirectory = await temporaryDirectory();
    const first = await start({ dataDirectory });
    await expect(start({ dataDirectory, fresh: true })).rejects.toThrow(/^Another Parley is running on the data in /);
    expect((await fetch(`${first.url}/health`)).status).toBe(200);
    await first.stop();
    await expect(start({ dataDirectory })).resolves.toBeDefined();
  });
});

describe('a busy port', () => {
  it.each(['127.0.0.1', '::1'])('is one sentence, on %s too', async (host) => {
    const server = createServer().listen(0, host);
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    await expect(start({ port })).rejects.toThrow(
      `Port ${port} is in use; take another with \`npm start -- --port ${port + 1}\`.`,
    );
  });
});

describe('a reload', () => {
  /** The same app, edited. */
  async function edited(edit: (template: string) => string, source = (text: string) => text): Promise<string> {
    const copy = await temporaryDirectory();
    await cp(assembly, copy, { recursive: true });
    const file = join(copy, 'FixtureDoors.template.json');
    const template = await readFile(file, 'utf8');
    const hash = /"S3Key": "([0-9a-f]+)\.zip"/.exec(template)?.[1];
    const code = await readFile(join(copy, `asset.${hash}`, 'index.mjs'), 'utf8');
    await writeFile(file, edit(template));
    if (source(code) === code) return copy;
    await rename(join(copy, `asset.${hash}`), join(copy, 'asset.new'));
    await writeFile(join(copy, 'asset.new/index.mjs'), source(code));
    const assets = join(copy, 'FixtureDoors.assets.json');
    await writeFile(assets, (await readFile(assets, 'utf8')).replace(`"asset.${hash}"`, '"asset.new"'));
    return copy;
  }

  it('runs new code of a function from its next event on, without losing a socket', async () => {
    const cloud = await start();
    const socket = await openSocket(`${cloud.webSocketUrl}?token=bob`);
    expect(
      cloud.reload(
        await edited(
          (it) => it,
          (it) => it.replace('statusCode: 200', 'statusCode: 299'),
        ),
      ),
    ).toBe(true);
    expect((await fetch(`${cloud.url}/health`)).status).toBe(299);
    socket.send(JSON.stringify({ event: 'thing.echo' }));
    expect(await socket.next()).toMatchObject({ route: 'thing.echo' });
  });

  it('takes over the settings of a function', async () => {
    const cloud = await start();
    expect(cloud.reload(await edited((it) => it.replace('"TABLE_NAME": ', '"TABLE_NAME": "other", "OLD": ')))).toBe(
      true,
    );
    expect(await json(await fetch(`${cloud.url}/health`))).toMatchObject({ table: 'other' });
  });

  it('changes nothing if more than functions changed', async () => {
    const cloud = await start();
    expect(cloud.reload(await edited((it) => it.replace('GET /health', 'GET /healthy')))).toBe(false);
    expect((await fetch(`${cloud.url}/health`)).status).toBe(200);
  });
});

it('limits of connections can be shortened', async () => {
  const cloud = await start({ limits: { idleSeconds: 0.05 } });
  const socket = await openSocket(`${cloud.webSocketUrl}?token=bob`);
  expect(await socket.closed).toBe(1001);
});

it('a template that cannot be honoured ends the start, and nothing is left running', async () => {
  const copy = await temporaryDirectory();
  await cp(assembly, copy, { recursive: true });
  const file = join(copy, 'FixtureData.template.json');
  await writeFile(file, (await readFile(file, 'utf8')).replace('"VisibilityTimeout"', '"VisibilityTimeOut"'));
  const port = 45_871;
  await expect(start({ assembly: copy, port })).rejects.toThrow(
    'VisibilityTimeOut: this property is not supported here',
  );
  await expect(start({ port })).resolves.toBeDefined();
});
