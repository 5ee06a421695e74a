/** A request to an endpoint, over real sockets; names lead where a test says. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HostAddress } from '../../../shared/runtime/webhook-addresses.ts';
import { createWebhookPost } from '../../../shared/runtime/webhook-post.ts';
import { Receiver } from '../../support/receiver.ts';

const headers = { 'content-type': 'application/json', 'webhook-id': 'evt_1' };
const body = '{"type":"message.created"}';
const here: HostAddress[] = [{ address: '127.0.0.1', family: 4 }];

let receiver: Receiver;
beforeEach(async () => {
  receiver = await Receiver.open();
});
afterEach(() => receiver.closes());

const posts = (url: string, options: Partial<Parameters<typeof createWebhookPost>[0]> = {}) =>
  createWebhookPost({ allowLocal: true, timeoutMs: 300, resolve: async () => here, ...options })(url, body, headers);
const named = (host: string) => receiver.url.replace('127.0.0.1', host);

it('is a POST of the body as it is, with its headers, to the path and query', async () => {
  expect(await posts(`${receiver.url}/sub?key=1`)).toEqual({
    outcome: 'delivered',
    statusCode: 200,
    latencyMs: expect.any(Number),
    responseBody: 'thanks',
    retryAfter: undefined,
  });
  expect(receiver.received).toEqual([
    { path: '/hook/sub?key=1', headers: expect.objectContaining(headers), text: body, body: JSON.parse(body) },
  ]);
});

it.each([301, 302, 307, 308, 400, 404, 410, 429, 500, 503])('%d is a failure', async (status) => {
  receiver.replies = () => ({ status, headers: { 'retry-after': '7' }, body: 'no' });
  expect(await posts(receiver.url)).toMatchObject({
    outcome: 'bad_status',
    statusCode: status,
    responseBody: 'no',
    retryAfter: '7',
  });
});

it.each([200, 201, 202, 204])('%d is delivered', async (status) => {
  receiver.replies = () => ({ status });
  expect(await posts(receiver.url)).toMatchObject({ outcome: 'delivered', statusCode: status });
});

it('does not follow where it points', async () => {
  const elsewhere = await Receiver.open();
  for (const location of [elsewhere.url, 'http://169.254.169.254/latest/meta-data/', '/other']) {
    receiver.replies = () => ({ status: 307, headers: { location } });
    expect(await posts(receiver.url)).toMatchObject({ outcome: 'bad_status', statusCode: 307 });
  }
  expect(elsewhere.received).toEqual([]);
  expect(receiver.received).toHaveLength(3);
  await elsewhere.closes();
});

describe('to a name', () => {
  it('is sent to the address that was checked: the name is looked up once', async () => {
    const asked: string[] = [];
    const resolve = async (host: string) => {
      asked.push(host);
      // A name that leads elsewhere from the second look on.
      return asked.length === 1 ? here : [{ address: '127.0.0.2', family: 4 as const }];
    };
    expect(await posts(named('hooks.example.com'), { resolve })).toMatchObject({ outcome: 'delivered' });
    expect(asked).toEqual(['hooks.example.com']);
    expect(receiver.received[0]?.headers.host).toMatch(/^hooks\.example\.com:/);
  });

  it('is not sent where it leads to an address that is not public, though it did not when it was registered', async () => {
    const url = `https://hooks.example.com:${new URL(receiver.url).port}`;
    for (const address of ['127.0.0.1', '10.0.0.1', '169.254.169.254', '::1', '::ffff:127.0.0.1']) {
      const resolve = async () => [{ address, family: address.includes(':') ? (6 as const) : (4 as const) }];
      expect(await posts(url, { allowLocal: false, resolve })).toMatchObject({
        outcome: 'address_refused',
        statusCode: null,
      });
    }
    expect(receiver.received).toEqual([]);
  });

  it('fails where there is none, or nobody says in time', async () => {
    const none = () => Promise.reject(new Error('ENOTFOUND'));
    expect(await posts(named('none.example.com'), { resolve: none })).toMatchObject({ outcome: 'connection_failed' });
    const never = () => new Promise<never>(() => undefined);
    expect(await posts(named('slow.example.com'), { resolve: never })).toMatchObject({ outcome: 'timeout' });
  });
});

describe('to a receiver that is not well', () => {
  it('ends in time when nobody answers', async () => {
    receiver.replies = () => 'silence';
    const { outcome, statusCode, latencyMs } = await posts(receiver.url);
    expect({ outcome, statusCode }).toEqual({ outcome: 'timeout', statusCode: null });
    expect(latencyMs).toBeGreaterThanOrEqual(290);
  });

  it('fails when the connection is cut, and when there is nobody', async () => {
    receiver.replies = () => 'reset';
    expect(await posts(receiver.url)).toMatchObject({ outcome: 'connection_failed', statusCode: null });
    expect(await posts('http://127.0.0.1:1/')).toMatchObject({ outcome: 'connection_failed' });
  });

  it('keeps 2 KB of what it says, and reads no more', async () => {
    receiver.replies = () => ({ status: 500, body: 'é'.repeat(1_000_000) });
    const { responseBody } = await posts(receiver.url);
    expect(responseBody).toBe('é'.repeat(1_024));
  });

  it('waits for its status, and not for a body that does not end', async () => {
    const patient = { timeoutMs: 10_000 };
    receiver.replies = () => ({ status: 200, headers: { 'content-length': '100' }, body: 'beginning' });
    expect(await posts(receiver.url, patient)).toMatchObject({ outcome: 'delivered', responseBody: 'beginning' });
  });

  it('keeps text that is none readable', async () => {
    receiver.replies = () => ({ status: 200, body: Buffer.from([0xff, 0x00, 0x41]).toString('latin1') });
    expect((await posts(receiver.url)).responseBody).toContain('A');
  });
});
