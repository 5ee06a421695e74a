import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { afterAll, beforeAll } from 'vitest';
import { type AwsJson, awsJson } from '../../../../infra/local/events/aws-json.ts';

export interface Engines {
  dynamodb: AwsJson;
  dynamodbEndpoint: string;
  sqs: FauxqsServer;
  sqsEndpoint: string;
  /** A folder that is removed after the tests. */
  folder: string;
}

/** Real engines for all tests of a file. */
export function withEngines(): Engines {
  const engines = {} as Engines;
  let stop = async () => {};

  beforeAll(async () => {
    const port = await freePort();
    const folder = await mkdtemp(join(tmpdir(), 'parley-events-'));
    const binary = new URL('../../../../node_modules/@dynoxide/linux-x64/dynoxide', import.meta.url).pathname;
    const child = spawn(binary, ['serve', '--port', String(port)], { stdio: ['ignore', 'ignore', 'pipe'] });
    const ended = once(child, 'exit');
    await once(child.stderr, 'data');
    const sqs = await startFauxqs({ port: 0, logger: false });
    const dynamodbEndpoint = `http://127.0.0.1:${port}`;
    Object.assign(engines, {
      folder,
      dynamodbEndpoint,
      dynamodb: awsJson(dynamodbEndpoint, 'dynamodb', 'DynamoDB_20120810'),
      sqs,
      sqsEndpoint: `http://127.0.0.1:${sqs.port}`,
    });
    stop = async () => {
      child.kill();
      await Promise.all([ended, sqs.stop(), rm(folder, { recursive: true })]);
    };
  });
  afterAll(() => stop());
  return engines;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
