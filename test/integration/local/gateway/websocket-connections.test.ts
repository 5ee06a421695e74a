import { describe, expect, it } from 'vitest';
import { functions, route } from './functions.ts';
import { accepting, givenAClient, lifecycle, serve, webSocketApi } from './websocket-server.ts';

const KB = 1024;

describe('@connections of a WebSocket API', () => {
  it('posts text, in order', async () => {
    const { client, gateway, connectionId } = await givenAClient();

    const posted = ['ä', 'b', ''].map((body) => gateway.connections.post(connectionId, Buffer.from(body)));

    expect(await Promise.all(posted)).toEqual(['sent', 'sent', 'sent']);
    expect([await client.next(), await client.next(), await client.next()]).toEqual(['ä', 'b', '']);
  });

  it('posts up to 128 KB, in frames of 32 KB', async () => {
    const { client, gateway, connectionId } = await givenAClient();
    const body = 'ü'.repeat(64 * KB);

    expect(await gateway.connections.post(connectionId, Buffer.from(body))).toBe('sent');
    expect(await client.next()).toBe(body);
    expect(await gateway.connections.post(connectionId, Buffer.from(`${body}x`))).toBe('too-large');
  });

  it('finds no connection that is unknown, closed or closing', async () => {
    const { client, invoker, gateway, connectionId } = await givenAClient();
    const { connections } = gateway;

    expect(await connections.post('nobody=', Buffer.from('x'))).toBe('gone');
    client.socket.close();
    await invoker.event('disconnect');

    expect(await connections.post(connectionId, Buffer.from('x'))).toBe('gone');
    expect(connections.get(connectionId)).toBeUndefined();
    expect(connections.close(connectionId)).toBe('gone');
  });

  it('tells about a connection', async () => {
    const invoker = functions(accepting);
    const { connect, gateway } = await serve(webSocketApi(lifecycle), invoker);
    await connect('', { headers: { 'User-Agent': 'test' } });
    const { connectionId } = (await invoker.event('connect')).requestContext;

    expect(gateway.connections.get(connectionId)).toEqual({
      connectedAt: expect.stringMatching(/^\d{4}-.*Z$/),
      lastActiveAt: expect.stringMatching(/^\d{4}-.*Z$/),
      sourceIp: '127.0.0.1',
      userAgent: 'test',
    });
  });

  it('closes a connection, which is gone at once', async () => {
    const { client, gateway, connectionId, invoker } = await givenAClient();

    expect(gateway.connections.close(connectionId)).toBe('closed');
    expect(await gateway.connections.post(connectionId, Buffer.from('x'))).toBe('gone');

    expect(await client.closed).toEqual({ code: 1000, reason: 'Connection Closed Normally' });
    expect((await invoker.event('disconnect')).requestContext).toMatchObject({ disconnectStatusCode: 1000 });
  });

  it('answers limit for a client that does not read, and lets it go on once it does', async () => {
    const { client, gateway, connectionId } = await givenAClient([], {}, { limits: { bufferedBytes: 200 * KB } });
    const post = () => gateway.connections.post(connectionId, Buffer.alloc(100 * KB, 'x'));
    client.socket.pause();
    let sent = 0;
    for (let result = await post(); result !== 'limit'; result = await post()) {
      expect(result).toBe('sent');
      sent += 1;
      // Lets what the kernel still takes go out.
      await new Promise(setImmediate);
    }

    client.socket.resume();
    for (let received = 0; received < sent; received += 1) await client.next();

    expect(await post()).toBe('sent');
    expect(await client.next()).toHaveLength(100 * KB);
  });

  it('cuts a connection whose client reads no answers', async () => {
    const { client, invoker, gateway } = await givenAClient(
      [route('$default', 'f', { returnsResponse: true })],
      { f: () => ({ statusCode: 200, body: 'x'.repeat(100 * KB) }) },
      { limits: { bufferedBytes: 200 * KB } },
    );
    client.socket.pause();

    const asking = setInterval(() => client.socket.send('more'), 1);
    const { requestContext } = await invoker.event('disconnect');
    clearInterval(asking);

    expect(requestContext).toMatchObject({ disconnectStatusCode: 1006 });
    expect(gateway.count()).toBe(0);
  });
});

describe('$disconnect', () => {
  it('is told once who left and how', async () => {
    const { client, invoker, connectionId } = await givenAClient();

    client.socket.close(4001, 'bored');
    await client.closed;

    expect(await invoker.event('disconnect')).toEqual({
      headers: { Host: '127.0.0.1', 'x-api-key': '', 'X-Forwarded-For': '', 'x-restapi': '' },
      multiValueHeaders: { Host: ['127.0.0.1'], 'x-api-key': [''], 'X-Forwarded-For': [''], 'x-restapi': [''] },
      requestContext: expect.objectContaining({
        routeKey: '$disconnect',
        eventType: 'DISCONNECT',
        disconnectStatusCode: 4001,
        disconnectReason: 'bored',
        connectionId,
      }),
      isBase64Encoded: false,
    });
    expect(invoker.eventsOf('disconnect')).toHaveLength(1);
  });

  it.each([
    ['without a code', (socket: { close(): void }) => socket.close(), 1005, 'Client-side close frame status not set'],
    ['without a word', (socket: { terminate(): void }) => socket.terminate(), 1006, 'Connection closed abnormally'],
  ])('is told of a client that leaves %s', async (_, leave, disconnectStatusCode, disconnectReason) => {
    const { client, invoker } = await givenAClient();

    leave(client.socket);

    expect((await invoker.event('disconnect')).requestContext).toMatchObject({
      disconnectStatusCode,
      disconnectReason,
    });
  });

  it('that fails is reported, and nobody else hears of it', async () => {
    const { client, invoker, lines } = await givenAClient([], {
      disconnect: () => {
        throw new Error('secret');
      },
    });

    client.socket.close();
    await invoker.event('disconnect');
    await expect.poll(() => lines).toMatchObject([{ level: 'error', route: '$disconnect', reason: 'Error' }]);
  });
});

describe('the WebSocket gateway', () => {
  it('holds a thousand connections, each reachable by itself', async () => {
    const invoker = functions(accepting);
    const { connect, gateway } = await serve(webSocketApi(lifecycle), invoker);
    const clients = await Promise.all(Array.from({ length: 1000 }, (_, index) => connect(`?n=${index}`)));
    expect(gateway.count()).toBe(1000);

    for (const { requestContext, queryStringParameters } of invoker.eventsOf('connect')) {
      await gateway.connections.post(requestContext.connectionId, Buffer.from(queryStringParameters?.n ?? ''));
    }

    const heard = await Promise.all(clients.map(({ next }) => next()));
    expect(heard).toEqual(clients.map((_, index) => String(index)));
  });

  it('closes all with a code, or cuts all without a word', async () => {
    const { client, gateway, connect } = await givenAClient();

    gateway.closeAll(1012);
    expect(await client.closed).toMatchObject({ code: 1012 });
    const second = await connect();
    gateway.dropAll();
    expect(await second.closed).toMatchObject({ code: 1006 });
    expect(gateway.count()).toBe(0);
  });

  it('stops by saying goodbye and seeing every $disconnect through', async () => {
    const finished: string[] = [];
    const { client, gateway, refusal, connectionId } = await givenAClient([], {
      disconnect: async ({ requestContext }) => {
        await new Promise(setImmediate);
        finished.push(requestContext.connectionId);
        return { statusCode: 200 };
      },
    });

    await gateway.stop();

    expect(finished).toEqual([connectionId]);
    expect(await client.closed).toMatchObject({ code: 1001 });
    await expect(refusal()).rejects.toThrow();
  });

  it('cuts the socket at a frame received when told so: the message is handled, its answer lost', async () => {
    let drops = false;
    const { client, invoker } = await givenAClient(
      [route('$default', 'f', { returnsResponse: true })],
      { f: () => ({ statusCode: 200, body: 'ack' }) },
      { faults: { dropsSocket: () => drops } },
    );

    drops = true;
    client.socket.send('x');

    expect(await client.closed).toMatchObject({ code: 1006 });
    expect(await invoker.event('f')).toMatchObject({ body: 'x' });
    expect((await invoker.event('disconnect')).requestContext).toMatchObject({ disconnectStatusCode: 1006 });
    await expect(client.next()).rejects.toThrow('the socket closed');
  });

  it('cuts the socket at a frame posted when told so: accepted, and lost', async () => {
    const faults = { dropsSocket: () => true };
    const { client, gateway, connectionId } = await givenAClient([], {}, { faults });

    expect(await gateway.connections.post(connectionId, Buffer.from('x'))).toBe('sent');
    expect(await gateway.connections.post(connectionId, Buffer.from('x'))).toBe('gone');

    expect(await client.closed).toMatchObject({ code: 1006 });
    await expect(client.next()).rejects.toThrow('the socket closed');
  });
});
