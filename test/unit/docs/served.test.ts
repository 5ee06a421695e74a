import { createHash } from 'node:crypto';
import { validate } from '@readme/openapi-parser';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { handler as openapi } from '../../../functions/http/docs/openapi.ts';
import { handler as page } from '../../../functions/http/docs/page.ts';

const get = (rawPath: string, headers: Record<string, string> = {}) =>
  ({
    version: '2.0',
    rawPath,
    headers: { host: 'abc.execute-api.eu-west-1.amazonaws.com', 'x-forwarded-proto': 'https', ...headers },
    requestContext: { domainName: 'abc.execute-api.eu-west-1.amazonaws.com', stage: '$default' },
  }) as unknown as APIGatewayProxyEventV2;

const serverIn = (body: string | undefined) => JSON.parse(body ?? '{}').servers;

describe('GET /api/openapi.json', () => {
  const path = '/api/openapi.json';

  it('answers with a valid document', async () => {
    const { statusCode, headers, body } = await openapi(get(path));
    expect(statusCode).toBe(200);
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'x-content-type-options': 'nosniff' });
    await expect(validate(JSON.parse(body ?? ''))).resolves.toMatchObject({ valid: true });
  });

  it.each([
    ['https://abc.execute-api.eu-west-1.amazonaws.com', path, {}],
    ['https://abc.execute-api.eu-west-1.amazonaws.com/prod', `/prod${path}`, {}],
    ['https://chat.example.com', path, { host: 'chat.example.com' }],
    ['http://localhost:4000', path, { host: 'localhost:4000', 'x-forwarded-proto': 'http' }],
  ])('names the server that was asked, %s', async (url, rawPath, headers) => {
    const { body } = await openapi(get(rawPath, headers));
    expect(serverIn(body)).toEqual([{ url }]);
  });

  it('does not repeat a host that is none', async () => {
    const { body } = await openapi(get(path, { host: 'evil"/><script>' }));
    expect(serverIn(body)).toEqual([{ url: 'https://abc.execute-api.eu-west-1.amazonaws.com' }]);
  });
});

describe('GET /api/docs', () => {
  it('answers with a page whose policy allows its own style and nothing else', async () => {
    const { statusCode, headers, body = '' } = await page(get('/api/docs'));
    expect(statusCode).toBe(200);
    expect(headers?.['content-type']).toBe('text/html; charset=utf-8');
    const [, style = ''] = /<style>(.*)<\/style>/s.exec(body) ?? [];
    const hash = createHash('sha256').update(style).digest('base64');
    expect(headers?.['content-security-policy']).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    );
  });

  it('stays far below what a function may answer', async () => {
    const { body = '' } = await page(get('/api/docs'));
    expect(Buffer.byteLength(body)).toBeLessThan(1024 * 1024);
  });
});

describe.each([
  ['openapi.json', openapi, '/api/openapi.json'],
  ['docs', page, '/api/docs'],
])('caching of %s', (_, handler, path) => {
  it('answers 304 without a body to who has it already', async () => {
    const first = await handler(get(path));
    const tag = String(first.headers?.etag);
    for (const known of [tag, `W/${tag}`, `"other", ${tag}`, '*']) {
      expect(await handler(get(path, { 'if-none-match': known }))).toEqual({
        statusCode: 304,
        headers: { etag: tag, 'cache-control': 'public, max-age=300' },
      });
    }
  });

  it('answers in full to who has another', async () => {
    expect(await handler(get(path, { 'if-none-match': '"other"' }))).toMatchObject({ statusCode: 200 });
  });
});
