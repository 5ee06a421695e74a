import { describe, expect, it } from 'vitest';
import { createHttpGateway } from '../../../../infra/local/gateway/http-gateway.ts';
import type { AuthorizerModel } from '../../../../infra/local/model.ts';
import { authorizer, fails, functions, type GatewayEvent, never, policy, reports, route } from './functions.ts';
import { httpApi, serve } from './http-server.ts';

async function given(model: Partial<AuthorizerModel>, answer: (event: GatewayEvent) => unknown) {
  const auth = authorizer({ identitySources: ['$request.header.Authorization'], ...model });
  const invoker = functions({ authorizer: answer, f: ({ requestContext }) => requestContext.authorizer ?? {} });
  const routes = [route('GET /a', 'f', { authorizer: auth }), route('GET /b/{id}', 'f', { authorizer: auth })];
  let now = 1_000_000;
  const { fetch } = await serve(httpApi(routes), invoker, { now: () => now });
  const ask = async (path: string, authorization?: string) => {
    const response = await fetch(path, authorization === undefined ? {} : { headers: { authorization } });
    return { status: response.status, body: (await response.json()) as unknown };
  };
  const pass = (seconds: number) => {
    now += seconds * 1000;
  };
  return { ask, pass, invoker, calls: () => invoker.eventsOf('authorizer').length };
}

const allow = () => ({ isAuthorized: true, context: { user: 'ada', level: 3, roles: ['admin'] } });
const forbidden = { status: 403, body: { message: 'Forbidden' } };
const unauthorized = { status: 401, body: { message: 'Unauthorized' } };
const broken = { status: 500, body: { message: 'Internal Server Error' } };

describe('the Lambda authorizer of an HTTP API', () => {
  it('hands its context on to the function as it is', async () => {
    const { ask } = await given({}, allow);

    expect(await ask('/a', 'ada')).toEqual({ status: 200, body: { lambda: allow().context } });
  });

  it('is asked with the request, its identity and its ARN, and without the body', async () => {
    const { ask, invoker } = await given(
      { identitySources: ['$request.header.Authorization', '$context.routeKey'] },
      allow,
    );

    await ask('/b/1', 'ada');

    const event = await invoker.event('authorizer');
    expect(event).toMatchObject({
      version: '2.0',
      type: 'REQUEST',
      routeArn: 'arn:aws:execute-api:us-east-1:000000000000:api1234567/$default/GET/b/1',
      identitySource: ['ada', 'GET /b/{id}'],
      routeKey: 'GET /b/{id}',
      headers: { authorization: 'ada' },
      pathParameters: { id: '1' },
      requestContext: { http: { method: 'GET' } },
    });
    expect(event).not.toHaveProperty('isBase64Encoded');
  });

  it('is not asked when an identity source is missing or empty: 401', async () => {
    const { ask, calls } = await given({}, allow);

    expect(await ask('/a')).toEqual(unauthorized);
    expect(await ask('/a', '')).toEqual(unauthorized);
    expect(calls()).toBe(0);
  });

  it('is asked without identity sources too', async () => {
    const { ask, calls } = await given({ identitySources: [], ttlSeconds: 300 }, allow);

    expect((await ask('/a')).status).toBe(200);
    expect((await ask('/a')).status).toBe(200);
    expect(calls()).toBe(2);
  });

  it('denies with 403', async () => {
    const { ask } = await given({}, () => ({ isAuthorized: false }));

    expect(await ask('/a', 'ada')).toEqual(forbidden);
  });

  it.each([
    ['fails', fails('Unauthorized')],
    ['answers with no object', () => true],
    ['answers with neither a verdict nor a policy', () => ({ context: {} })],
    [
      'answers with a policy that has conditions',
      () => ({ policyDocument: { Statement: [{ Effect: 'Allow', Condition: {} }] } }),
    ],
    ['answers with more than 8 KB', () => ({ isAuthorized: true, context: { a: 'a'.repeat(9000) } })],
  ])('makes a 500 when it %s', async (_, answer) => {
    const { ask } = await given({}, answer);

    expect(await ask('/a', 'ada')).toEqual(broken);
  });

  it('may answer with a policy: Deny before Allow, neither is a 403', async () => {
    const arn = 'arn:aws:execute-api:us-east-1:000000000000:api1234567/$default';
    const { ask } = await given({ simpleResponses: false }, ({ headers }) => {
      if (headers.authorization === 'all') return { principalId: 'p', policyDocument: policy('Allow', `${arn}/GET/*`) };
      const Statement = [...policy('Allow', '*').Statement, ...policy('Deny', `${arn}/GET/b/?`).Statement];
      return { principalId: 'p', policyDocument: { Statement } };
    });

    expect((await ask('/a', 'all')).status).toBe(200);
    expect((await ask('/a', 'some')).status).toBe(200);
    expect(await ask('/b/1', 'some')).toEqual(forbidden);
  });

  it('is remembered per identity, across routes, until its time is over', async () => {
    const { ask, calls, pass } = await given({ ttlSeconds: 300 }, allow);

    for (const path of ['/a', '/a', '/b/1']) expect((await ask(path, 'ada')).status).toBe(200);
    expect(calls()).toBe(1);
    await ask('/a', 'bob');
    expect(calls()).toBe(2);
    pass(300);
    await ask('/a', 'ada');
    expect(calls()).toBe(3);
  });

  it('is remembered as a policy, which is held against each request', async () => {
    const { ask, calls } = await given({ ttlSeconds: 300, simpleResponses: false }, ({ routeArn }) => ({
      policyDocument: policy('Allow', routeArn),
    }));

    expect((await ask('/a', 'ada')).status).toBe(200);
    expect(await ask('/b/1', 'ada')).toEqual(forbidden);
    expect(calls()).toBe(1);
  });

  it('is remembered when it denies, not when it fails', async () => {
    const answers = [fails('down'), () => 'nonsense', () => ({ isAuthorized: false })];
    const { ask, calls } = await given({ ttlSeconds: 300 }, () => answers.shift()?.());

    expect(await ask('/a', 'ada')).toEqual(broken);
    expect(await ask('/a', 'ada')).toEqual(broken);
    expect(await ask('/a', 'ada')).toEqual(forbidden);
    expect(await ask('/a', 'ada')).toEqual(forbidden);
    expect(calls()).toBe(3);
  });

  it('is refused at start where it cannot be run', () => {
    const start = (model: Partial<AuthorizerModel>) => () =>
      createHttpGateway({
        api: httpApi([route('GET /', 'f', { authorizer: authorizer(model) })]),
        invoker: functions({ f: never }),
        report: reports().report,
      });

    expect(start({ payloadFormat: '1.0' })).toThrow('authorizer tokens: payload format 1.0');
    expect(start({ identitySources: ['$stageVariables.x'] })).toThrow('identity source $stageVariables.x');
  });
});
