import { describe, expect, it } from 'vitest';
import { functions, route } from './functions.ts';
import { httpApi, serve } from './http-server.ts';

const named = (...keys: string[]) => httpApi(keys.map((key) => route(key, key)));
const echo = (...keys: string[]) =>
  functions(
    Object.fromEntries(
      keys.map((key) => [key, ({ pathParameters }) => ({ key, ...(pathParameters && { pathParameters }) })]),
    ),
  );

async function api(...keys: string[]) {
  const { fetch, raw } = await serve(named(...keys), echo(...keys));
  const ask = async (request: string) => {
    const [method = '', path = ''] = request.split(' ');
    const response = await fetch(path, { method });
    return response.status === 200 ? ((await response.json()) as unknown) : response.status;
  };
  return { ask, raw };
}

describe('routes of an HTTP API', () => {
  it('prefers a full match, then path variables, then greedy variables, then $default', async () => {
    const { ask } = await api('$default', 'GET /pets/{proxy+}', 'GET /pets/dog/{id}', 'GET /pets/dog/1');

    expect(await ask('GET /pets/dog/1')).toEqual({ key: 'GET /pets/dog/1' });
    expect(await ask('GET /pets/dog/2')).toEqual({ key: 'GET /pets/dog/{id}', pathParameters: { id: '2' } });
    expect(await ask('GET /pets/cat/1')).toEqual({ key: 'GET /pets/{proxy+}', pathParameters: { proxy: 'cat/1' } });
    expect(await ask('GET /birds')).toEqual({ key: '$default' });
  });

  it('prefers the method itself to ANY', async () => {
    const { ask } = await api('ANY /pets', 'GET /pets');

    expect(await ask('GET /pets')).toEqual({ key: 'GET /pets' });
    expect(await ask('POST /pets')).toEqual({ key: 'ANY /pets' });
  });

  it('answers 404 to a path or method without a route', async () => {
    const { ask } = await api('GET /pets', 'GET /pets/{id}', 'GET /birds/{proxy+}');

    expect(await ask('GET /dogs')).toBe(404);
    expect(await ask('POST /pets')).toBe(404);
    expect(await ask('OPTIONS /pets')).toBe(404);
    expect(await ask('HEAD /pets')).toBe(404);
    expect(await ask('GET /birds')).toBe(404);
    const { fetch } = await serve(named(), echo());
    expect(await (await fetch('/')).json()).toEqual({ message: 'Not Found' });
  });

  it('tells a trailing slash apart and fills no variable with nothing', async () => {
    const { ask } = await api('GET /pets', 'GET /pets/{id}', 'GET /birds/{proxy+}');

    expect(await ask('GET /pets/')).toBe(404);
    expect(await ask('GET /birds/')).toBe(404);
  });

  it('decodes the path before it matches, so that an encoded slash divides', async () => {
    const { ask } = await api('GET /pets/{id}', 'GET /pets/{id}/toys/{toy}');

    expect(await ask('GET /pets/b%C3%A9%20b%C3%A9+1')).toMatchObject({ pathParameters: { id: 'bé bé+1' } });
    expect(await ask('GET /pets/1%2Ftoys%2F2')).toMatchObject({ pathParameters: { id: '1', toy: '2' } });
    expect(await ask('GET /pets/a%252Fb')).toMatchObject({ pathParameters: { id: 'a%2Fb' } });
  });

  it('answers 400 to a path that cannot be decoded', async () => {
    const { raw } = await api('GET /pets/{id}');

    expect((await raw('/pets/%E0%A4%A', [])).statusCode).toBe(400);
  });

  it('serves a named stage under its name', async () => {
    const { fetch } = await serve(
      { ...named('GET /pets'), stage: 'dev' },
      functions({ 'GET /pets': ({ rawPath }) => ({ rawPath }) }),
    );

    expect(await (await fetch('/dev/pets')).json()).toEqual({ rawPath: '/dev/pets' });
    expect((await fetch('/pets')).status).toBe(404);
  });
});
