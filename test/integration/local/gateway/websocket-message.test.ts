import { describe, expect, it } from 'vitest';
import { compileWebSocketRoutes } from '../../../../infra/local/gateway/websocket-routes.ts';
import { fails, functions, type GatewayEvent, never, route } from './functions.ts';
import { givenAClient, serve, webSocketApi } from './websocket-server.ts';

const answers = { returnsResponse: true };
const echo = ({ body }: GatewayEvent) => ({ statusCode: 200, body });
const problem = (message: string, connectionId: string) => ({ message, connectionId, requestId: expect.any(String) });

describe('a message to a WebSocket API', () => {
  it('is told to its route with the connection it came from', async () => {
    const { client, invoker, connectionId } = await givenAClient([route('message.send', 'send')]);
    const body = JSON.stringify({ event: 'message.send', data: { text: 'ü' } });

    client.socket.send(body);

    expect(await invoker.event('send')).toEqual({
      requestContext: {
        routeKey: 'message.send',
        messageId: expect.any(String),
        eventType: 'MESSAGE',
        extendedRequestId: expect.any(String),
        requestTime: expect.any(String),
        messageDirection: 'IN',
        stage: 'ws',
        connectedAt: expect.any(Number),
        requestTimeEpoch: expect.any(Number),
        identity: { sourceIp: '127.0.0.1' },
        requestId: expect.any(String),
        domainName: '127.0.0.1',
        connectionId,
        apiId: 'sock123456',
      },
      body,
      isBase64Encoded: false,
    });
  });

  it.each([
    ['of an unknown event', '{"event":"nonsense"}'],
    ['without the property', '{}'],
    ['that is no object', '[1]'],
    ['that is no JSON', 'hello'],
    ['that is empty', ''],
    ['that names a route of the lifecycle', '{"event":"$connect"}'],
    ['that names an inherited property', '{"event":{"toString":1}}'],
  ])('%s goes to $default', async (_, body) => {
    const { client, invoker } = await givenAClient([route('$default', 'default'), route('known', 'known')]);

    client.socket.send(body);

    expect(await invoker.event('default')).toMatchObject({ body, requestContext: { routeKey: '$default' } });
  });

  it('without a route is answered Forbidden where there is no $default', async () => {
    const { client, connectionId } = await givenAClient();

    client.socket.send('{"event":"nonsense"}');

    expect(JSON.parse(await client.next())).toEqual(problem('Forbidden', connectionId));
  });

  it('is answered on the same socket where the route has a response', async () => {
    const { client } = await givenAClient([route('$default', 'echo', answers)], { echo });

    client.socket.send('hello');

    expect(await client.next()).toBe('hello');
  });

  it('is not answered where the route has no response, or the function says nothing', async () => {
    const routes = [route('quiet', 'echo'), route('silent', 'silent', answers), route('$default', 'echo', answers)];
    const { client, invoker } = await givenAClient(routes, { echo, silent: () => ({ statusCode: 200 }) });

    client.socket.send('{"event":"quiet"}');
    client.socket.send('{"event":"silent"}');
    await Promise.all([invoker.event('echo'), invoker.event('silent')]);
    client.socket.send('last');

    expect(await client.next()).toBe('last');
  });

  it('is answered whatever the status of the function’s answer', async () => {
    const refuse = () => ({ statusCode: 400, body: 'no' });
    const { client } = await givenAClient([route('$default', 'refuse', answers)], { refuse });

    client.socket.send('x');

    expect(await client.next()).toBe('no');
  });

  it.each([
    ['fails', fails('secret')],
    ['answers without a statusCode', () => ({ body: 'x' })],
    ['answers with a body that is no text', () => ({ statusCode: 200, body: {} })],
    ['answers with more than 128 KB', () => ({ statusCode: 200, body: 'x'.repeat(128 * 1024 + 1) })],
  ])('is answered Internal server error when the function %s', async (_, broken) => {
    const { client, connectionId, lines } = await givenAClient([route('$default', 'broken')], { broken });

    client.socket.send('x');

    expect(JSON.parse(await client.next())).toEqual(problem('Internal server error', connectionId));
    expect(lines).toMatchObject([{ level: 'error', route: '$default' }]);
    expect(JSON.stringify(lines)).not.toContain('secret');
  });

  it('is answered after the integration’s time is over', async () => {
    const slow = route('$default', 'slow', { timeoutMs: 50 });
    const { client, connectionId } = await givenAClient([slow], { slow: never });

    client.socket.send('x');

    expect(JSON.parse(await client.next())).toEqual(problem('Endpoint request timed out', connectionId));
  });

  it('beyond the burst is refused and reaches no function', async () => {
    const { client, connectionId, invoker } = await givenAClient(
      [route('$default', 'echo', answers)],
      { echo },
      { clock: { now: () => 1_000_000 } },
      { throttle: { rate: 1, burst: 2 } },
    );

    client.socket.send('1');
    expect(await client.next()).toBe('1');
    client.socket.send('2');

    expect(JSON.parse(await client.next())).toEqual(problem('Too Many Requests', connectionId));
    expect(invoker.eventsOf('echo')).toHaveLength(1);
  });

  it('does not wait for the one before it', async () => {
    const first = Promise.withResolvers<void>();
    const { client } = await givenAClient([route('$default', 'f', answers)], {
      f: async ({ body }) => {
        if (body === '1') await first.promise;
        return { statusCode: 200, body };
      },
    });

    client.socket.send('1');
    client.socket.send('2');

    expect(await client.next()).toBe('2');
    first.resolve();
    expect(await client.next()).toBe('1');
  });

  it('is asked of its function in the order of arrival', async () => {
    const { client, invoker } = await givenAClient([route('$default', 'f')], { f: () => ({ statusCode: 200 }) });
    const sent = Array.from({ length: 200 }, (_, index) => String(index));

    for (const body of sent) client.socket.send(body);
    await invoker.event('f', sent.length);

    expect(invoker.eventsOf('f').map(({ body }) => body)).toEqual(sent);
  });

  it('may select its route by a nested property', () => {
    const nested = route('a', 'f');
    const find = compileWebSocketRoutes({ routes: [nested], routeSelection: '$request.body.meta.kind' });

    expect(find('{"meta":{"kind":"a"}}')).toBe(nested);
    expect(find('{"kind":"a"}')).toBeUndefined();
  });

  it('cannot be routed by anything but its body, which is said at start', async () => {
    const api = webSocketApi([], { routeSelection: '$request.header.x' });

    await expect(serve(api, functions({}))).rejects.toThrow('$request.header.x is not supported');
  });
});
