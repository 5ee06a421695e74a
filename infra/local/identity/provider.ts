import { randomUUID } from 'node:crypto';
import { type JWK, SignJWT } from 'jose';
import { inOurWords } from '../../field-sentence.ts';
import { type KeySet, openKeySet, type SigningKey } from './keys.ts';
import { type TokenRequestInput, tokenRequest } from './token-request.ts';

/**
 * An identity provider for this machine: signs a token for whoever is asked for, and remembers nobody. It stands where a host
 * product's own provider stands in a deployment, and exists only in the local cloud.
 */
export interface IdentityProvider {
  issuer: string;
  jwksUri: string;
  /** @throws {z.ZodError} for a name that no user or tenant can have, or an unknown role */
  issueToken(request: TokenRequestInput): Promise<string>;
  jwks(): { keys: JWK[] };
  /** See {@link KeySet.rotate}. */
  rotate: KeySet['rotate'];
  /** For tests that sign what the provider never would. */
  signingKey(): SigningKey;
}

export interface IdentityProviderOptions {
  /** `http://localhost:4000/identity`: tokens name it, and the JWKS is below it. */
  issuer: string;
  /** Keeps the keys between runs; without it they live in memory. */
  keyFile?: string | undefined;
  clock?: () => number;
}

export async function createIdentityProvider({
  issuer,
  keyFile,
  clock = Date.now,
}: IdentityProviderOptions): Promise<IdentityProvider> {
  const keys = await openKeySet(keyFile);

  return {
    issuer,
    jwksUri: `${issuer}/.well-known/jwks.json`,
    issueToken: async (input) => {
      const { user, tenant, roles, expiresInSeconds, audience } = tokenRequest.parse(input, { error: inOurWords });
      const { kid, key } = keys.newest();
      const now = Math.floor(clock() / 1000);
      return new SignJWT({ tenant, roles })
        .setProtectedHeader({ alg: 'RS256', kid, typ: 'JWT' })
        .setSubject(user)
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt(Math.min(now, now + expiresInSeconds))
        .setExpirationTime(now + expiresInSeconds)
        .setJti(randomUUID())
        .sign(key);
    },
    jwks: keys.published,
    rotate: keys.rotate,
    signingKey: keys.newest,
  };
}
