import { describe, expect, it } from 'vitest';
import { functions, route } from './functions.ts';
import { httpApi, serve } from './http-server.ts';

const given = async () => {
  const invoker = functions({ f: () => ({ statusCode: 204 }) });
  return {
    invoker,
    ...(await serve(httpApi([route('ANY /api/users/{userId}', 'f'), route('ANY /plain', 'f')]), invoker)),
  };
};

describe('events of an HTTP API, payload format 2.0', () => {
  it('have every field of the format', async () => {
    const { invoker, raw } = await given();

    await raw('/api/users/ada?a=1&a=2&b=x%20y+z', [
      ...['X-Tag', 'one', 'x-tag', 'two', 'User-Agent', 'test', 'Cookie', 'k=v; l=w', 'Authorization', 'Bearer t'],
    ]);

    const event = await invoker.event('f');
    expect(event).toEqual({
      version: '2.0',
      routeKey: 'ANY /api/users/{userId}',
      rawPath: '/api/users/ada',
      rawQueryString: 'a=1&a=2&b=x%20y+z',
      cookies: ['k=v', 'l=w'],
      headers: {
        host: 'chat.example:4000',
        'x-tag': 'one,two',
        'user-agent': 'test',
        authorization: 'Bearer t',
        'x-amzn-trace-id': expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/),
        'x-forwarded-for': '127.0.0.1',
        'x-forwarded-port': expect.any(String),
        'x-forwarded-proto': 'http',
      },
      queryStringParameters: { a: '1,2', b: 'x y z' },
      pathParameters: { userId: 'ada' },
      requestContext: {
        accountId: '000000000000',
        apiId: 'api1234567',
        domainName: 'chat.example',
        domainPrefix: 'chat',
        http: { method: 'GET', path: '/api/users/ada', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'test' },
        requestId: expect.stringMatching(/^[\w-]{15}=$/),
        routeKey: 'ANY /api/users/{userId}',
        stage: '$default',
        time: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
        timeEpoch: expect.any(Number),
      },
      isBase64Encoded: false,
    });
  });

  it('leave out cookies, parameters and body where there are none', async () => {
    const { invoker, fetch } = await given();

    await fetch('/plain');

    const event = await invoker.event('f');
    for (const field of ['cookies', 'queryStringParameters', 'pathParameters', 'body', 'stageVariables']) {
      expect(event).not.toHaveProperty(field);
    }
    expect(event.requestContext).not.toHaveProperty('authorizer');
  });

  it.each(['application/json', 'application/json; charset=utf-8', 'text/plain', 'text/csv', 'application/xml'])(
    'carry a body of type %s as text',
    async (type) => {
      const { invoker, fetch } = await given();

      await fetch('/plain', { method: 'POST', body: '{"ü":1}', headers: { 'content-type': type } });

      expect(await invoker.event('f')).toMatchObject({ body: '{"ü":1}', isBase64Encoded: false });
    },
  );

  it.each(['application/octet-stream', 'image/png', 'application/x-www-form-urlencoded', 'application/problem+json'])(
    'carry a body of type %s as base64',
    async (type) => {
      const { invoker, fetch } = await given();

      await fetch('/plain', { method: 'POST', body: Buffer.from([0, 255, 1]), headers: { 'content-type': type } });

      expect(await invoker.event('f')).toMatchObject({ body: 'AP8B', isBase64Encoded: true });
    },
  );

  it('carry a body without a type as base64', async () => {
    const { invoker, fetch } = await given();

    await fetch('/plain', { method: 'POST', body: Buffer.from('hi') });

    expect(await invoker.event('f')).toMatchObject({ body: 'aGk=', isBase64Encoded: true });
  });
});
