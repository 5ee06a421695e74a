import { describe, expect, it } from 'vitest';
import type { CorsModel } from '../../../../infra/local/model.ts';
import { functions, route } from './functions.ts';
import { httpApi, serve } from './http-server.ts';

const cors = (more: Partial<CorsModel> = {}): CorsModel => ({
  origins: ['https://chat.example'],
  methods: ['GET', 'POST'],
  headers: ['authorization', 'content-type'],
  exposedHeaders: ['x-request-id'],
  maxAgeSeconds: 300,
  credentials: true,
  ...more,
});

async function given(model: CorsModel | undefined) {
  const invoker = functions({
    f: () => ({ statusCode: 200, headers: { 'Access-Control-Allow-Origin': 'https://other.example' }, body: '' }),
  });
  const { fetch } = await serve(httpApi([route('GET /', 'f')], { cors: model }), invoker);
  const preflight = (path: string, origin: string) =>
    fetch(path, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'GET' } });
  return { invoker, fetch, preflight };
}

const corsHeaders = ({ headers }: Response) =>
  Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-')));

describe('CORS of an HTTP API', () => {
  it('answers a preflight itself, whatever the route', async () => {
    const { invoker, preflight } = await given(cors());

    const response = await preflight('/nowhere', 'https://chat.example');

    expect(response.status).toBe(204);
    expect(corsHeaders(response)).toEqual({
      'access-control-allow-origin': 'https://chat.example',
      'access-control-allow-methods': 'GET,POST',
      'access-control-allow-headers': 'authorization,content-type',
      'access-control-expose-headers': 'x-request-id',
      'access-control-max-age': '300',
      'access-control-allow-credentials': 'true',
    });
    expect(invoker.eventsOf('f')).toEqual([]);
  });

  it('answers a preflight of another origin with 204 and no permission', async () => {
    const { preflight } = await given(cors());

    const response = await preflight('/', 'https://evil.example');

    expect(response.status).toBe(204);
    expect(corsHeaders(response)).toEqual({});
  });

  it('puts its own headers in place of the function’s', async () => {
    const { fetch } = await given(cors());

    const response = await fetch('/', { headers: { origin: 'https://chat.example' } });

    expect(corsHeaders(response)).toEqual({
      'access-control-allow-origin': 'https://chat.example',
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': 'x-request-id',
    });
    expect(corsHeaders(await fetch('/'))).toEqual({});
  });

  it('lets a browser read errors of the gateway', async () => {
    const { fetch } = await given(cors());

    const response = await fetch('/nowhere', { headers: { origin: 'https://chat.example' } });

    expect(response.status).toBe(404);
    expect(response.headers.get('access-control-allow-origin')).toBe('https://chat.example');
  });

  it('knows all origins, and all of a scheme', async () => {
    const { preflight } = await given(cors({ origins: ['https://*'] }));
    const any = await given(cors({ origins: ['*'], credentials: false }));

    const allowed = async (response: Promise<Response>) => (await response).headers.get('access-control-allow-origin');
    expect(await allowed(preflight('/', 'https://a.example'))).toBe('https://a.example');
    expect(await allowed(preflight('/', 'http://a.example'))).toBeNull();
    expect(await allowed(any.preflight('/', 'http://a.example'))).toBe('*');
  });

  it('leaves everything to the function where it is not configured', async () => {
    const { fetch, preflight } = await given(undefined);

    const response = await fetch('/', { headers: { origin: 'https://chat.example' } });

    expect(corsHeaders(response)).toEqual({ 'access-control-allow-origin': 'https://other.example' });
    expect((await preflight('/', 'https://chat.example')).status).toBe(404);
  });
});
