import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { exportSPKI, generateKeyPair, importJWK, type JWK, type JWTPayload, SignJWT } from 'jose';
import type { Cloud } from '../../infra/local/cloud.ts';

const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Tokens that no issuer whom the tenant trusts ever gave, or that do not say enough; each must be worth as much as none. */
export const forgedTokens = async (
  cloud: Cloud,
  { user = 'ada', tenant = 'demo', roles = ['member'] }: { user?: string; tenant?: string; roles?: string[] } = {},
): Promise<Record<string, string>> => {
  const { issuer, jwks, signingKey, issueToken } = cloud.identity;
  const { kid, key } = signingKey();
  const now = Math.floor(Date.now() / 1000);
  const claims: JWTPayload = { sub: user, tenant, roles, iss: issuer, aud: 'parley', iat: now, exp: now + 3_600 };
  const header = { alg: 'RS256', kid, typ: 'JWT' };
  const signed = (changes: Record<string, unknown>, signer: Parameters<SignJWT['sign']>[0] = key, changedHeader = {}) =>
    new SignJWT({ ...claims, ...changes }).setProtectedHeader({ ...header, ...changedHeader }).sign(signer);

  const stranger = await generateKeyPair('RS256');
  const good = await signed({});
  const [head = '', payload = '', signature = ''] = good.split('.');
  const [published] = jwks().keys;
  const publicKey = (await importJWK(published as JWK, 'RS256')) as Awaited<
    ReturnType<typeof generateKeyPair>
  >['publicKey'];
  const asSecret = (text: string) => new TextEncoder().encode(text);
  const der = createPublicKey({ key: published as JsonWebKey, format: 'jwk' }).export({ type: 'spki', format: 'der' });
  const expired = await issueToken({ user, tenant, expiresInSeconds: -3_600 });

  return {
    'that is no token at all': 'garbage',
    'of three empty parts': '..',
    'whose payload was changed': [head, base64({ ...claims, roles: ['service', 'admin'] }), signature].join('.'),
    'without a signature': `${head}.${payload}.`,
    'with the algorithm none': `${base64({ ...header, alg: 'none' })}.${payload}.`,
    'with the algorithm NONE and a signature': `${base64({ ...header, alg: 'NONE' })}.${payload}.${signature}`,
    'signed with the public key as an HMAC secret': await signed({}, asSecret(await exportSPKI(publicKey)), {
      alg: 'HS256',
    }),
    'signed with the bytes of the public key as an HMAC secret': await signed({}, new Uint8Array(der), {
      alg: 'HS256',
    }),
    'signed with somebody else’s key under our key’s name': await signed({}, stranger.privateKey),
    'that brings its own key': await signed({}, stranger.privateKey, {
      kid: 'mine',
      jwk: { ...published, kid: 'mine' },
      jku: 'https://attacker.example.com/jwks.json',
    }),
    'of another issuer': await signed({ iss: 'https://attacker.example.com/' }),
    'for another audience': await signed({ aud: 'somebody-else' }),
    'without an audience': await signed({ aud: undefined }),
    'that never expires': await signed({ exp: undefined }),
    'that is not valid yet': await signed({ nbf: now + 3_600 }),
    'of nobody': await signed({ sub: '' }),
    'without a subject': await signed({ sub: undefined }),
    'of a name that is too long': await signed({ sub: 'x'.repeat(129) }),
    'of a name with a line break': await signed({ sub: 'ada\nbob' }),
    'without a tenant': await signed({ tenant: undefined }),
    'of an empty tenant': await signed({ tenant: '' }),
    'whose tenant is a list': await signed({ tenant: [tenant] }),
    'that has expired and was forged': `${expired.slice(0, expired.lastIndexOf('.'))}.${signature}`,
  };
};
