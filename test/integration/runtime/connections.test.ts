import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Connections, createConnections, PostFailed, postsAtOnce } from '../../../shared/runtime/connections.ts';

interface Seen {
  method: string | undefined;
  url: string | undefined;
  headers: IncomingMessage['headers'];
  body: string;
}

let server: Server;
let seen: Seen[];
let sockets: number;
/** What the gateway does with each request in turn; the last goes on. */
let answers: ((response: ServerResponse) => void)[];
let connections: Connections;

const status = (code: number) => (response: ServerResponse) => response.writeHead(code).end('{}');
const silence = () => undefined;
const hangUp = (response: ServerResponse) => response.socket?.destroy();

const patience = { retries: 2, timeoutMs: 5_000 };
const onlyOnce = { ...patience, retries: 0 };

const environment = {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'ASIAEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_SESSION_TOKEN: 'token',
};

beforeEach(async () => {
  seen = [];
  sockets = 0;
  answers = [status(200)];
  server = createServer(async (request, response) => {
    seen.push({ method: request.method, url: request.url, headers: request.headers, body: await text(request) });
    (answers.length > 1 ? answers.shift() : answers[0])?.(response);
  });
  server.on('connection', () => {
    sockets += 1;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  connections = createConnections(`http://127.0.0.1:${port}/prod`, environment);
});

afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

describe('a post', () => {
  it('carries the frame to the connection, signed', async () => {
    expect(await connections.post('L0SM9cOFvHcCJ_g=', '{"event":"é"}', patience)).toBe('sent');

    expect(seen).toMatchObject([
      {
        method: 'POST',
        url: '/prod/@connections/L0SM9cOFvHcCJ_g%3D',
        body: '{"event":"é"}',
        headers: {
          'content-type': 'application/json',
          'x-amz-security-token': 'token',
          authorization: expect.stringMatching(
            /^AWS4-HMAC-SHA256 Credential=ASIAEXAMPLE\/\d{8}\/us-east-1\/execute-api\//,
          ),
        },
      },
    ]);
  });

  it('says `gone` of a connection that is no more, and does not ask twice', async () => {
    answers = [status(410)];

    expect(await connections.post('c=', '{}', patience)).toBe('gone');
    expect(seen).toHaveLength(1);
  });

  it.each([400, 413])('says `refused` of a frame that is never taken (%i), and does not ask twice', async (code) => {
    answers = [status(code)];

    expect(await connections.post('c=', '{}', patience)).toBe('refused');
    expect(seen).toHaveLength(1);
  });

  it.each([429, 500, 503])('is tried again after a failure that passes (%i)', async (code) => {
    answers = [status(code), status(200)];

    expect(await connections.post('c=', '{}', patience)).toBe('sent');
    expect(seen).toHaveLength(2);
  });

  it('is tried again on a new socket where the old one breaks', async () => {
    answers = [status(200), hangUp, status(200)];

    await connections.post('c=', '{}', patience);
    expect(await connections.post('c=', '{}', patience)).toBe('sent');
    expect(sockets).toBe(2);
  });

  it('fails with the last status once the retries are used up', async () => {
    answers = [status(503)];

    const failure = await connections.post('c=', '{}', patience).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(PostFailed);
    expect(failure).toMatchObject({ status: 503 });
    expect(seen).toHaveLength(3);
  });

  it('fails at once with what no retry helps', async () => {
    answers = [status(403)];

    await expect(connections.post('c=', '{}', patience)).rejects.toMatchObject({ name: 'PostFailed', status: 403 });
    expect(seen).toHaveLength(1);
  });

  it('is given up when no answer comes in time, and its socket with it', async () => {
    answers = [silence, status(200)];
    const broken = once(server, 'connection').then(([socket]) => once(socket, 'close'));

    await expect(connections.post('c=', '{}', { retries: 0, timeoutMs: 50 })).rejects.toThrow('in time');
    await broken;
    expect(await connections.post('c=', '{}', onlyOnce)).toBe('sent');
  });

  it('goes over a socket that is kept', async () => {
    for (let i = 0; i < 5; i += 1) await connections.post(`c${i}=`, '{}', onlyOnce);

    expect(sockets).toBe(1);
  });

  it('shares at most 128 sockets with all the others', async () => {
    const all = Array.from({ length: 200 }, (_, i) => connections.post(`c${i}=`, '{}', patience));

    expect(new Set(await Promise.all(all))).toEqual(new Set(['sent']));
    expect(sockets).toBeLessThanOrEqual(postsAtOnce);
  });
});

describe('closing a connection', () => {
  it('deletes it', async () => {
    answers = [status(204)];

    await connections.close('L0SM9cOFvHcCJ_g=');
    expect(seen).toMatchObject([{ method: 'DELETE', url: '/prod/@connections/L0SM9cOFvHcCJ_g%3D', body: '' }]);
  });

  it('is content if it is gone already', async () => {
    answers = [status(410)];

    await expect(connections.close('c=')).resolves.toBeUndefined();
  });

  it('fails where the gateway does not do it', async () => {
    answers = [status(403)];

    await expect(connections.close('c=')).rejects.toMatchObject({ name: 'PostFailed', status: 403 });
  });
});

describe('making it', () => {
  it.each(['AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'])('names the missing variable %s', (name) => {
    expect(() => createConnections('http://127.0.0.1:1/prod', { ...environment, [name]: undefined })).toThrow(name);
  });

  it('goes to the endpoint that the environment names rather than to the stage', async () => {
    const { port } = server.address() as AddressInfo;
    const elsewhere = createConnections('https://abc.execute-api.us-east-1.amazonaws.com/prod', {
      ...environment,
      AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: `http://127.0.0.1:${port}`,
    });

    expect(await elsewhere.post('c=', '{}', patience)).toBe('sent');
    expect(seen[0]?.url).toBe('/@connections/c%3D');
  });
});
