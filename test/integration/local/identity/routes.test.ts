import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FrontDoor, listen } from '../../../../infra/local/front-door.ts';
import { createIdentityProvider } from '../../../../infra/local/identity/provider.ts';
import { identityRoutes } from '../../../../infra/local/identity/routes.ts';

let door: FrontDoor;
beforeAll(async () => {
  door = await listen({ port: 0, onError: console.error });
  const provider = await createIdentityProvider({ issuer: `${door.origin}/identity` });
  door.open({
    identity: identityRoutes(provider),
    outbox: (_, response) => void response.writeHead(404).end(),
    http: async (_, response) => void response.writeHead(404).end(),
    webSocket: (_, socket) => socket.destroy(),
  });
});
afterAll(() => door.close());

const at = (path: string, init?: RequestInit) => fetch(`${door.origin}/identity${path}`, init);
const json = async (response: Response) => (await response.json()) as Record<string, string>;
const ask = (body: string) => at('/token', { method: 'POST', body });

describe('below /identity', () => {
  it('the configuration leads to the keys', async () => {
    const configuration = await json(await at('/.well-known/openid-configuration'));
    expect(configuration).toMatchObject({ issuer: `${door.origin}/identity` });
    const { keys } = await json(await fetch(String(configuration.jwks_uri)));
    expect(keys).toMatchObject([{ kty: 'RSA', alg: 'RS256', use: 'sig' }]);
  });

  it('a token is had for a name', async () => {
    const response = await ask('{"user":"ada","role":"moderator"}');
    expect(response.status).toBe(200);
    const { token } = await json(response);
    expect(decodeJwt(String(token))).toMatchObject({
      sub: 'ada',
      roles: ['moderator'],
      iss: `${door.origin}/identity`,
    });
  });

  it.each([
    ['broken JSON', '{', 'The body is not JSON; send for example {"user": "ada"}.'],
    ['a list', '[]', 'The body must be an object.'],
    ['no user', '{}', 'user is missing.'],
    ['a user without a name', '{"user":""}', 'user must not be empty.'],
    ['a user that is a number', '{"user":7}', 'user must be text.'],
    ['a name that nobody can read', '{"user":"a\\u0007"}', 'user must not contain control characters.'],
    [
      'an unknown role',
      '{"user":"ada","role":"king"}',
      'role must be one of "member", "agent", "moderator", "admin", "service".',
    ],
    ['a life of half a second', '{"user":"ada","expiresInSeconds":0.5}', 'expiresInSeconds must be a whole number.'],
    ['unknown fields', '{"user":"ada","tennant":"x","y":1}', 'tennant and y are not known here.'],
    ['a body that is too long', JSON.stringify({ user: 'a'.repeat(20_000) }), 'The body is longer than 16384 bytes.'],
  ])('%s is a 400 that says what is wrong in one sentence', async (_, body, message) => {
    const response = await ask(body);
    expect(response.status).toBe(400);
    expect((await json(response)).message).toBe(message);
  });

  it('other methods and paths are refused', async () => {
    expect((await at('/token')).status).toBe(405);
    expect((await at('/.well-known/jwks.json', { method: 'POST' })).status).toBe(405);
    expect((await at('/nothing')).status).toBe(404);
  });
});

describe('npm run token', () => {
  const run = (...args: string[]) =>
    new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
      const script = join(import.meta.dirname, '../../../../infra/local/launch.mjs');
      const child = execFile(process.execPath, [script, 'identity/token.ts', ...args], (_, stdout, stderr) =>
        resolve({ code: child.exitCode ?? -1, stdout, stderr }),
      );
    });
  const port = () => ['--port', String(door.port)];

  it('prints a token and nothing else', async () => {
    const { code, stdout, stderr } = await run(
      'ada',
      '--tenant',
      'acme',
      '--role',
      'admin',
      '--role',
      'agent',
      ...port(),
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split('\n')).toHaveLength(2);
    expect(decodeJwt(stdout.trim())).toMatchObject({ sub: 'ada', tenant: 'acme', roles: ['admin', 'agent'] });
  });

  it.each([
    ['nobody is named', [], 'Name one user.'],
    ['a role is unknown', ['ada', '--role', 'king'], 'There is no role king.'],
    ['a port is none', ['ada', '--port', 'x'], 'x is not a port.'],
    [
      'nothing listens',
      ['ada', '--port', '9'],
      'Nothing listens at http://localhost:9: start Parley with `npm start` first.',
    ],
  ])('says in one sentence that %s', async (_, args, sentence) => {
    const { code, stdout, stderr } = await run(...args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr.split('\n')[0]).toBe(sentence);
  });

  it('says what the provider refused', async () => {
    expect((await run('a'.repeat(200), ...port())).stderr).toBe('No token: user must hold at most 128 characters.\n');
  });
});
