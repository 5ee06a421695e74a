import { afterEach, expect, it, vi } from 'vitest';
import { defaultProvider } from '../../../infra/bundle/lambda-credentials.ts';

afterEach(() => vi.unstubAllEnvs());

it('reads what Lambda puts into the environment, anew each time it is asked', async () => {
  const provide = defaultProvider();
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'id');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  vi.stubEnv('AWS_SESSION_TOKEN', 'token');
  expect(await provide()).toEqual({ accessKeyId: 'id', secretAccessKey: 'secret', sessionToken: 'token' });

  vi.stubEnv('AWS_SESSION_TOKEN', '');
  expect(await provide()).toEqual({ accessKeyId: 'id', secretAccessKey: 'secret' });
});

it('says what is missing where it does not run in Lambda', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', '');
  await expect(defaultProvider()()).rejects.toThrow('AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set');
});
