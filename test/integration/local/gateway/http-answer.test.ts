import { once } from 'node:events';
import { connect as dial } from 'node:net';
import { describe, expect, it } from 'vitest';
import { fails, functions, never, route } from './functions.ts';
import { httpApi, serve } from './http-server.ts';

const answering = (handler: () => unknown, timeoutMs = 29_000) =>
  serve(httpApi([route('ANY /', 'f', { timeoutMs })]), functions({ f: handler }));

describe('answers of an HTTP API', () => {
  it('are what the function says: status, headers, cookies, body', async () => {
    const { fetch } = await answering(() => ({
      statusCode: 201,
      headers: { 'Content-Type': 'application/json', 'X-Count': 3 },
      cookies: ['a=1; Secure', 'b=2'],
      body: '{"ok":true}',
    }));

    const response = await fetch('/');

    expect(response.status).toBe(201);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(response.headers.get('x-count')).toBe('3');
    expect(response.headers.getSetCookie()).toEqual(['a=1; Secure', 'b=2']);
    expect(response.headers.get('apigw-requestid')).toMatch(/=$/);
    expect(await response.json()).toEqual({ ok: true });
  });

  it('are plain text where the function names no type', async () => {
    const { fetch } = await answering(() => ({ statusCode: 200, body: 'hi' }));

    expect((await fetch('/')).headers.get('content-type')).toBe('text/plain;charset=UTF-8');
  });

  it('decode a base64 body', async () => {
    const { fetch } = await answering(() => ({ statusCode: 200, body: 'AP8B', isBase64Encoded: true }));

    expect([...new Uint8Array(await (await fetch('/')).arrayBuffer())]).toEqual([0, 255, 1]);
  });

  it.each([
    ['an object', { a: 1 }, '{"a":1}'],
    ['a list', [1, 2], '[1,2]'],
    ['text', 'hi', 'hi'],
    ['nothing', undefined, 'null'],
  ])('take %s without a statusCode for the body of a 200', async (_, payload, body) => {
    const { fetch } = await answering(() => payload);

    const response = await fetch('/');

    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.text()).toBe(body);
  });

  it('have no body for HEAD, but its length', async () => {
    const { fetch } = await answering(() => ({ statusCode: 200, body: 'hello' }));

    const response = await fetch('/', { method: 'HEAD' });

    expect(response.headers.get('content-length')).toBe('5');
    expect(await response.text()).toBe('');
  });

  it.each([
    ['fails', fails('secret detail')],
    ['answers with a status that is none', () => ({ statusCode: 'teapot' })],
    ['answers with a body that is no text', () => ({ statusCode: 200, body: { a: 1 } })],
    ['answers with a header that HTTP does not allow', () => ({ statusCode: 200, headers: { 'x-a': 'a\r\nb: c' } })],
  ])('are a 500 without details when the function %s', async (_, handler) => {
    const { fetch, lines } = await answering(handler);

    const response = await fetch('/');

    expect(response.status).toBe(500);
    expect(await response.json()).toEqual({ message: 'Internal Server Error' });
    expect(lines).toMatchObject([{ level: 'error', message: 'HTTP integration failed' }]);
    expect(JSON.stringify(lines)).not.toContain('secret');
  });

  it('are a 503 when the function takes longer than the integration may', async () => {
    const { fetch } = await answering(never, 50);

    const response = await fetch('/');

    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({ message: 'Service Unavailable' });
  });

  it('are a 503 when the function is throttled', async () => {
    const { fetch } = await answering(() => {
      throw Object.assign(new Error('Rate exceeded'), { name: 'TooManyRequestsException' });
    });

    expect((await fetch('/')).status).toBe(503);
  });

  it('are a 413 for a body over 10 MB, without asking the function', async () => {
    const invoker = functions({});
    const { fetch } = await serve(httpApi([route('POST /', 'f')]), invoker);

    const response = await fetch('/', { method: 'POST', body: Buffer.alloc(10 * 1024 * 1024 + 1) });

    expect(response.status).toBe(413);
    expect(await response.json()).toEqual({ message: 'Request Entity Too Large' });
    expect(invoker.eventsOf('f')).toEqual([]);
  });

  it('need nobody to hear them: a client that leaves in the middle of its body reaches no function', async () => {
    const invoker = functions({});
    const { port, fetch, lines } = await serve(httpApi([route('POST /', 'f')]), invoker);
    const socket = dial(port, '127.0.0.1');
    socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf');
    await once(socket, 'ready');

    socket.destroy();
    await once(socket, 'close');

    expect((await fetch('/', { method: 'POST', body: 'whole' })).status).toBe(200);
    expect(invoker.eventsOf('f')).toHaveLength(1);
    expect(lines).toEqual([]);
  });

  it('are a 429 beyond the burst, until the bucket is refilled', async () => {
    let now = 1_000_000;
    const api = httpApi([route('GET /', 'f')], { throttle: { rate: 2, burst: 3 } });
    const { fetch } = await serve(api, functions({}), { now: () => now });
    const statuses = async (count: number) => {
      const seen: number[] = [];
      for (let asked = 0; asked < count; asked += 1) seen.push((await fetch('/')).status);
      return seen;
    };

    expect(await statuses(5)).toEqual([200, 200, 200, 429, 429]);
    expect(await (await fetch('/')).json()).toEqual({ message: 'Too Many Requests' });
    now += 1000;
    expect(await statuses(3)).toEqual([200, 200, 429]);
    now += 3_600_000;
    expect(await statuses(4)).toEqual([200, 200, 200, 429]);
  });
});
