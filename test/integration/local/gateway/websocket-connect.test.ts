import { once } from 'node:events';
import { connect as dial } from 'node:net';
import { describe, expect, it } from 'vitest';
import { fails, functions, never, route } from './functions.ts';
import { accepting, givenAClient, lifecycle, serve, webSocketApi } from './websocket-server.ts';

const refusedBy = async (connect: () => unknown, timeoutMs = 29_000) => {
  const api = webSocketApi([route('$connect', 'connect', { timeoutMs })]);
  return (await serve(api, functions({ connect }))).refusal();
};

describe('$connect', () => {
  it('is told all of the upgrade request', async () => {
    const invoker = functions(accepting);
    const { connect } = await serve(webSocketApi(lifecycle), invoker);

    await connect('?token=a%20b&token=c&device=web', { headers: { 'User-Agent': 'test', 'X-Tag': 'one' } });

    expect(await invoker.event('connect')).toEqual({
      headers: expect.objectContaining({ 'User-Agent': 'test', 'X-Tag': 'one', 'X-Forwarded-For': '127.0.0.1' }),
      multiValueHeaders: expect.objectContaining({ 'User-Agent': ['test'] }),
      queryStringParameters: { token: 'c', device: 'web' },
      multiValueQueryStringParameters: { token: ['a b', 'c'], device: ['web'] },
      requestContext: {
        routeKey: '$connect',
        eventType: 'CONNECT',
        extendedRequestId: expect.stringMatching(/^[\w-]{15}=$/),
        requestTime: expect.stringMatching(/ \+0000$/),
        messageDirection: 'IN',
        stage: 'ws',
        connectedAt: expect.any(Number),
        requestTimeEpoch: expect.any(Number),
        identity: { sourceIp: '127.0.0.1', userAgent: 'test' },
        requestId: expect.stringMatching(/^[\w-]{15}=$/),
        domainName: '127.0.0.1',
        connectionId: expect.stringMatching(/^[\w-]{15}=$/),
        apiId: 'sock123456',
      },
      isBase64Encoded: false,
    });
  });

  it('leaves out query parameters where there are none', async () => {
    const { invoker } = await givenAClient();

    expect(await invoker.event('connect')).not.toHaveProperty('queryStringParameters');
  });

  it('may be absent', async () => {
    const { connect, gateway } = await serve(webSocketApi([]), functions({}));

    await connect();

    expect(gateway.count()).toBe(1);
  });

  it.each([301, 401, 403, 500])('refuses the handshake with its status %i', async (statusCode) => {
    const { status, body } = await refusedBy(() => ({ statusCode }));

    expect(status).toBe(statusCode);
    expect(body).toEqual({
      message: expect.any(String),
      connectionId: expect.any(String),
      requestId: expect.any(String),
    });
  });

  it.each([
    ['fails', fails('secret')],
    ['answers without a statusCode', () => ({})],
    ['answers with nothing', () => undefined],
  ])('refuses with 502 when it %s', async (_, connect) => {
    expect(await refusedBy(connect)).toMatchObject({ status: 502, body: { message: 'Internal server error' } });
  });

  it('refuses with 504 when it takes too long', async () => {
    expect(await refusedBy(never, 50)).toMatchObject({ status: 504, body: { message: 'Endpoint request timed out' } });
  });

  it('refuses with 429 beyond the burst', async () => {
    const api = webSocketApi(lifecycle, { throttle: { rate: 1, burst: 1 } });
    const { connect, refusal } = await serve(api, functions(accepting), { clock: { now: () => 1_000_000 } });

    await connect();

    expect(await refusal()).toMatchObject({ status: 429, body: { message: 'Too Many Requests' } });
  });

  it('negotiates the subprotocol that the function names, and none by itself', async () => {
    const naming = { connect: () => ({ statusCode: 200, headers: { 'sec-websocket-protocol': 'parley.v1' } }) };
    const named = await serve(webSocketApi(lifecycle), functions(naming));
    const silent = await serve(webSocketApi(lifecycle), functions(accepting));

    const { socket } = await named.connect('', { protocols: ['parley.v0', 'parley.v1'] });

    expect(socket.protocol).toBe('parley.v1');
    await expect(silent.connect('', { protocols: ['parley.v1'] })).rejects.toThrow('Server sent no subprotocol');
  });

  it('offers no compression', async () => {
    const { client } = await givenAClient();

    expect(client.socket.extensions).toBe('');
  });

  it('cannot post to its own connection, which is not there yet', async () => {
    const posted = Promise.withResolvers<string>();
    const invoker = functions({
      connect: async ({ requestContext: { connectionId } }) => {
        posted.resolve(await served.gateway.connections.post(connectionId, Buffer.from('hi')));
        return { statusCode: 200 };
      },
    });
    const served = await serve(webSocketApi(lifecycle), invoker);

    await served.connect();

    expect(await posted.promise).toBe('gone');
  });

  it('is followed by $disconnect when the client has left meanwhile', async () => {
    const answer = Promise.withResolvers<{ statusCode: number }>();
    const invoker = functions({ ...accepting, connect: () => answer.promise });
    const { port, gateway } = await serve(webSocketApi(lifecycle), invoker);
    const socket = dial(port, '127.0.0.1');
    const upgrade = ['GET /ws HTTP/1.1', 'Host: a', 'Connection: Upgrade', 'Upgrade: websocket'];
    const key = ['Sec-WebSocket-Version: 13', `Sec-WebSocket-Key: ${Buffer.alloc(16).toString('base64')}`];
    socket.write([...upgrade, ...key, '', ''].join('\r\n'));
    await invoker.event('connect');

    socket.resetAndDestroy();
    await once(socket, 'close');
    answer.resolve({ statusCode: 200 });

    expect((await invoker.event('disconnect')).requestContext).toMatchObject({ disconnectStatusCode: 1006 });
    expect(gateway.count()).toBe(0);
  });

  it('is not asked about what is no WebSocket handshake', async () => {
    const invoker = functions(accepting);
    const { port } = await serve(webSocketApi(lifecycle), invoker);
    const socket = dial(port, '127.0.0.1');

    socket.write('GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');

    expect(String((await once(socket, 'data'))[0])).toMatch(/^HTTP\/1\.1 400 /);
    expect(invoker.eventsOf('connect')).toEqual([]);
  });
});
