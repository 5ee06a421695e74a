import { validate } from '@readme/openapi-parser';
import { describe, expect, it } from 'vitest';
import { routes } from '../../shared/protocol/routes.ts';
import { expectToBeProblem } from '../support/person.ts';
import { aWorld } from '../support/world.ts';

const world = aWorld();

/** As anybody may: without a token. */
const fetches = (path: string, init: RequestInit = {}) => fetch(`${world.cloud.url}${path}`, init);

describe('health', () => {
  it.each(['/health/live', '/health/ready', '/health'])('says ok at %s, to anybody', async (path) => {
    const answer = await fetches(path);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(await answer.json()).toEqual({ status: 'ok' });
  });

  it('is not ready, but alive, while the table cannot be reached', async () => {
    world.cloud.faults.add({ function: 'Http/health-ready', fault: { kind: 'error' } });
    for (const path of ['/health/ready', '/health']) {
      const answer = await fetches(path);
      expectToBeProblem({ status: answer.status, headers: answer.headers, body: await answer.clone().json() });
      expect(await answer.json()).toMatchObject({ status: 503, code: 'unavailable' });
    }
    expect((await fetches('/health/live')).status).toBe(200);

    world.cloud.faults.clear();
    expect((await fetches('/health/ready')).status).toBe(200);
  });

  it('does not wait for a table that does not answer', async () => {
    world.cloud.faults.add({ function: 'Http/health-ready', fault: { kind: 'timeout' } });
    expect((await fetches('/health/ready')).status).toBe(503);
  });
});

describe('documents', () => {
  it('serves a valid OpenAPI document that names this server and every route', async () => {
    const answer = await fetches('/api/openapi.json');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('application/json');
    const document = (await answer.json()) as {
      openapi: string;
      servers: { url: string }[];
      paths: Record<string, Record<string, { operationId?: string }>>;
    };

    expect(document.openapi).toMatch(/^3\.1\./);
    expect(document.servers).toEqual([{ url: world.cloud.url }]);
    const documented = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(documented.sort()).toEqual(
      routes.flatMap((route) => route.paths.map((path) => `${route.method} ${path}`)).sort(),
    );
    expect(await validate(structuredClone(document) as never)).toMatchObject({ valid: true });
  });

  it('serves a page to read, which runs no scripts and loads nothing', async () => {
    const answer = await fetches('/api/docs');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    const page = await answer.text();
    expect(page).toMatch(/^<!doctype html>/i);
    expect(page).not.toMatch(/<script/i);
    const text = page.replaceAll(/<[^>]+>/g, '');
    for (const path of routes.flatMap((route) => route.paths)) expect(text).toContain(path);
  });

  it.each(['/api/openapi.json', '/api/docs'])('answers %s with 304 to who has it already', async (path) => {
    const first = await fetches(path);
    const again = await fetches(path, { headers: { 'if-none-match': first.headers.get('etag') ?? '' } });
    expect(again.status).toBe(304);
    expect(await again.text()).toBe('');
  });
});

describe('pages of other origins', () => {
  const origin = 'https://chat.example.com';

  it.each(['/api/me', '/api/conversations', '/api/ws-tickets'])('may ask whether they may call %s', async (path) => {
    const answer = await fetches(path, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'PATCH',
        'access-control-request-headers': 'authorization,content-type,traceparent',
      },
    });
    expect(answer.status).toBe(204);
    const listed = (name: string) => (answer.headers.get(name) ?? '').toLowerCase().split(',').sort();
    expect(['*', origin]).toContain(answer.headers.get('access-control-allow-origin'));
    expect(listed('access-control-allow-headers')).toEqual(['authorization', 'content-type', 'traceparent']);
    expect(listed('access-control-allow-methods')).toEqual(
      [...new Set(routes.map((one) => one.method.toLowerCase()))].sort(),
    );
  });

  it('may read answers, refusals and how long to wait', async () => {
    const ada = await world.person('ada');
    const authorization = `Bearer ${ada.token}`;
    for (const headers of [{ origin, authorization }, { origin }, { origin, authorization: 'Bearer nonsense' }]) {
      const answer = await fetches('/api/me', { headers: headers as Record<string, string> });
      expect(['*', origin]).toContain(answer.headers.get('access-control-allow-origin'));
      expect(answer.headers.get('access-control-expose-headers')).toContain('retry-after');
    }
  });
});
