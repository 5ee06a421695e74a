import { describe, expect, it } from 'vitest';
import type { AuthorizerModel } from '../../../../infra/local/model.ts';
import { authorizer, fails, functions, type GatewayEvent, policy, route } from './functions.ts';
import { accepting, serve, webSocketApi } from './websocket-server.ts';

const arn = 'arn:aws:execute-api:us-east-1:000000000000:sock123456/ws/$connect';

async function given(answer: (event: GatewayEvent) => unknown, model: Partial<AuthorizerModel> = {}) {
  const invoker = functions({ ...accepting, authorizer: answer, default: () => ({ statusCode: 200 }) });
  const auth = authorizer({ simpleResponses: false, payloadFormat: '1.0', ...model });
  const routes = [
    route('$connect', 'connect', { authorizer: auth }),
    route('$default', 'default'),
    route('$disconnect', 'disconnect'),
  ];
  return { invoker, ...(await serve(webSocketApi(routes), invoker)) };
}

const allow = (context: Record<string, unknown> = {}) => ({
  principalId: 'ada',
  policyDocument: policy('Allow', arn),
  context,
});

describe('the Lambda authorizer of a WebSocket API', () => {
  it('is asked with the upgrade request', async () => {
    const { invoker, connect } = await given(() => allow());

    await connect('?token=t');

    expect(await invoker.event('authorizer')).toMatchObject({
      type: 'REQUEST',
      methodArn: arn,
      headers: { 'Sec-WebSocket-Version': '13' },
      multiValueHeaders: { 'Sec-WebSocket-Version': ['13'] },
      queryStringParameters: { token: 't' },
      multiValueQueryStringParameters: { token: ['t'] },
      requestContext: { routeKey: '$connect', eventType: 'CONNECT', apiId: 'sock123456' },
    });
  });

  it('gives its context, as text, to every event of the connection', async () => {
    const { invoker, connect } = await given(() => allow({ tenant: 'demo', level: 3, admin: true, none: null }));
    const context = {
      ...{ tenant: 'demo', level: '3', admin: 'true', none: null },
      ...{ principalId: 'ada', integrationLatency: expect.any(Number) },
    };

    const { socket } = await connect();
    socket.send('1');
    socket.send('2');
    await invoker.event('default', 2);
    socket.close();

    expect((await invoker.event('connect')).requestContext.authorizer).toEqual(context);
    expect((await invoker.event('default', 1)).requestContext.authorizer).toEqual(context);
    expect((await invoker.event('default', 2)).requestContext.authorizer).toEqual(context);
    expect((await invoker.event('disconnect')).requestContext.authorizer).toEqual(context);
    expect(invoker.eventsOf('authorizer')).toHaveLength(1);
  });

  it('keeps connections’ contexts apart', async () => {
    const { invoker, connect } = await given(({ queryStringParameters }) =>
      allow({ user: queryStringParameters?.user }),
    );

    const [ada] = [await connect('?user=ada'), await connect('?user=bob')];
    ada.socket.send('1');

    expect((await invoker.event('default')).requestContext.authorizer).toMatchObject({ user: 'ada' });
  });

  it.each([
    ['Deny', () => ({ principalId: 'p', policyDocument: policy('Deny', arn) }), 403, 'Forbidden'],
    ['a policy for something else', () => ({ policyDocument: policy('Allow', `${arn}/x`) }), 403, 'Forbidden'],
    ['throwing Unauthorized', fails('Unauthorized'), 401, 'Unauthorized'],
    ['failing otherwise', fails('secret'), 500, 'Internal server error'],
    ['no policy', () => ({ isAuthorized: true }), 500, 'Internal server error'],
    ['a context with objects', () => allow({ a: {} }), 500, 'Internal server error'],
  ])('refuses by %s, and $connect is not run', async (_, answer, status, message) => {
    const { invoker, refusal } = await given(answer);

    expect(await refusal()).toMatchObject({ status, body: { message } });
    expect(invoker.eventsOf('connect')).toEqual([]);
  });

  it('is not asked when an identity source is missing: 401', async () => {
    const identitySources = ['route.request.querystring.token', 'route.request.header.X-Device'];
    const { invoker, connect, refusal } = await given(() => allow(), { identitySources });

    expect(await refusal('?token=t')).toMatchObject({ status: 401, body: { message: 'Unauthorized' } });
    expect(await refusal('?token=', { headers: { 'x-device': 'web' } })).toMatchObject({ status: 401 });
    expect(invoker.eventsOf('authorizer')).toEqual([]);
    await connect('?token=t', { headers: { 'x-device': 'web' } });
    expect(invoker.eventsOf('authorizer')).toHaveLength(1);
  });

  it('is asked for every connection', async () => {
    const { invoker, connect } = await given(() => allow(), { ttlSeconds: 300, identitySources: [] });

    await connect();
    await connect();

    expect(invoker.eventsOf('authorizer')).toHaveLength(2);
  });
});
