import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { createIdentityProvider } from '../../../../infra/local/identity/provider.ts';
import { temporaryDirectory } from '../temporary.ts';

const issuer = 'http://localhost:4000/identity';
const verify = (token: string, jwks: Parameters<typeof createLocalJWKSet>[0]) =>
  jwtVerify(token, createLocalJWKSet(jwks), { issuer, audience: 'parley', algorithms: ['RS256'] });

describe('a token', () => {
  it('says who, of which tenant, in which roles, for eight hours', async () => {
    const now = 1_800_000_000;
    const provider = await createIdentityProvider({ issuer, clock: () => now * 1000 });
    expect(decodeJwt(await provider.issueToken({ user: 'ada' }))).toEqual({
      sub: 'ada',
      tenant: 'demo',
      roles: ['member'],
      iss: issuer,
      aud: 'parley',
      iat: now,
      exp: now + 8 * 60 * 60,
      jti: expect.any(String),
    });
  });

  it('takes tenant, several roles, life and audience', async () => {
    const provider = await createIdentityProvider({ issuer });
    const token = await provider.issueToken({
      user: 'grüße 👋',
      tenant: 'acme',
      role: 'admin',
      roles: ['agent', 'admin'],
      expiresInSeconds: -60,
      audience: 'other',
    });
    const claims = decodeJwt(token);
    expect(claims).toMatchObject({ sub: 'grüße 👋', tenant: 'acme', roles: ['agent', 'admin'], aud: 'other' });
    expect(claims.exp).toBeLessThan(Date.now() / 1000);
  });

  it('is verified with the published keys, which hold no secret', async () => {
    const provider = await createIdentityProvider({ issuer });
    const jwks = provider.jwks();
    await expect(verify(await provider.issueToken({ user: 'ada' }), jwks)).resolves.toBeDefined();
    expect(jwks.keys.map((key) => Object.keys(key).sort())).toEqual([['alg', 'e', 'kid', 'kty', 'n', 'use']]);
  });

  it.each([
    ['an empty user', { user: '' }],
    ['a user of 129 characters', { user: 'a'.repeat(129) }],
    ['control characters', { user: 'a\nb' }],
    ['a lone surrogate', { user: 'a\ud800' }],
    ['an unknown role', { user: 'ada', role: 'king' as never }],
    ['no roles', { user: 'ada', roles: [] }],
    ['an unknown field', { user: 'ada', colour: 'red' } as never],
  ])('is not issued for %s', async (_, request) => {
    const provider = await createIdentityProvider({ issuer });
    await expect(provider.issueToken(request)).rejects.toThrow();
  });
});

describe('the keys', () => {
  it('are kept between runs, so that tokens outlive a restart', async () => {
    const keyFile = join(await temporaryDirectory(), 'keys.json');
    const first = await createIdentityProvider({ issuer, keyFile });
    const token = await first.issueToken({ user: 'ada' });
    const second = await createIdentityProvider({ issuer, keyFile });
    await expect(verify(token, second.jwks())).resolves.toBeDefined();
    expect(second.jwks()).toEqual(first.jwks());
  });

  it('are rotated: the new one signs, the old one still verifies unless withdrawn', async () => {
    const provider = await createIdentityProvider({ issuer });
    const old = await provider.issueToken({ user: 'ada' });
    const { kid } = await provider.rotate();
    const fresh = await provider.issueToken({ user: 'ada' });
    expect(decodeProtectedHeader(fresh).kid).toBe(kid);
    await expect(verify(old, provider.jwks())).resolves.toBeDefined();
    await provider.rotate({ withdrawOld: true });
    await expect(verify(old, provider.jwks())).rejects.toThrow('no applicable key found');
    await expect(verify(fresh, provider.jwks())).rejects.toThrow('no applicable key found');
  });

  it('that cannot be read are one sentence', async () => {
    const keyFile = join(await temporaryDirectory(), 'keys.json');
    await writeFile(keyFile, '{');
    await expect(createIdentityProvider({ issuer, keyFile })).rejects.toThrow(
      /^The keys in .*keys\.json cannot be read; /,
    );
  });
});
