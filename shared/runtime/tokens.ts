/** Tokens: JWTs of the issuers that the tenants trust, verified by aws-jwt-verify against their published keys. */
import { JwtVerifier } from 'aws-jwt-verify';
import { JwtExpiredError, WaitPeriodNotYetEndedJwkError } from 'aws-jwt-verify/error';
import { SimpleJwksCache } from 'aws-jwt-verify/jwk';
import { decomposeUnverifiedJwt } from 'aws-jwt-verify/jwt';
import * as z from 'zod';
import type { Caller } from '../domain/caller.ts';
import { Problem } from '../protocol/errors.ts';
import { userId } from '../protocol/identifiers.ts';
import { tenantRole } from '../protocol/roles.ts';
import { describeError, logger } from './logger.ts';
import type { TokenIssuer } from './settings.ts';

const clockSkewSeconds = 30;
const jwksTimeoutMs = 3_000;

const tenantName = z.string().min(1).max(128);

const claims = z.object({
  sub: userId,
  exp: z.number().int(),
  roles: z.union([z.array(z.string()), z.string()]).optional(),
  role: z.string().optional(),
});

class KeySetUnavailable extends Error {
  override readonly name = 'KeySetUnavailable';
}

/** aws-jwt-verify fetches over https only; a local identity provider speaks http. */
const fetcher = {
  fetch: async (uri: string): Promise<ArrayBuffer> => {
    try {
      const answer = await fetch(uri, { signal: AbortSignal.timeout(jwksTimeoutMs), redirect: 'error' });
      if (answer.ok) return await answer.arrayBuffer();
      throw new KeySetUnavailable(`It answered ${answer.status}.`);
    } catch (error) {
      throw error instanceof KeySetUnavailable ? error : new KeySetUnavailable('It did not answer.');
    }
  },
};

/** What the authorizers establish of whoever comes with a token. */
export type Identity = Omit<Caller, 'connectionId'>;

export const createTokens = (issuers: readonly TokenIssuer[]) => {
  // One verifier for each issuer: a key of one can never vouch for another.
  const verifiers = new Map(
    issuers.map((issuer) => [
      issuer.issuer,
      {
        issuer,
        verifier: JwtVerifier.create(
          { issuer: issuer.issuer, audience: issuer.audience, jwksUri: issuer.jwksUri, graceSeconds: clockSkewSeconds },
          { jwksCache: new SimpleJwksCache({ fetcher }) },
        ),
      },
    ]),
  );
  const fixedTenants = new Set(issuers.flatMap((one) => one.tenant ?? []));

  return {
    /**
     * @throws Problem `token_expired` for one that was good once, `unauthenticated` for any other, and whatever kept it from finding
     * out: an issuer whose keys cannot be had says nothing about the token
     */
    verify: async (token: string): Promise<Identity> => {
      const known = verifiers.get(issuerOf(token));
      if (!known) throw new Problem('unauthenticated');
      try {
        const payload = await known.verifier.verify(token);
        return identityFrom(payload, known.issuer, fixedTenants);
      } catch (error) {
        if (error instanceof JwtExpiredError) throw new Problem('token_expired');
        if (isPassing(error)) throw error;
        if (!(error instanceof Problem)) logger.info('token refused', { error: describeError(error) });
        throw new Problem('unauthenticated');
      }
    },
  };
};
export type Tokens = ReturnType<typeof createTokens>;

/** The key set could not be fetched, or not yet again: the token may be good. */
const isPassing = (error: unknown): boolean =>
  error instanceof KeySetUnavailable || error instanceof WaitPeriodNotYetEndedJwkError;

const issuerOf = (token: string): string => {
  try {
    return String(decomposeUnverifiedJwt(token).payload.iss);
  } catch {
    throw new Problem('unauthenticated');
  }
};

const identityFrom = (
  payload: Record<string, unknown>,
  issuer: TokenIssuer,
  fixedTenants: ReadonlySet<string>,
): Identity => {
  const { sub, exp, roles = [], role } = claims.parse(payload);
  const named = [...(Array.isArray(roles) ? roles : roles.split(/[\s,]+/)), ...(role ? [role] : [])];
  const known = named.flatMap((one) => tenantRole.safeParse(one).data ?? []);
  return {
    tenant: tenantFrom(payload, issuer, fixedTenants),
    user: sub,
    roles: known.length > 0 ? known : ['member'],
    // Whoever reads it allows for no difference between clocks of their own.
    expiresAt: exp + clockSkewSeconds,
  };
};

/** An issuer that names tenants by a claim may name those it is trusted with, and never one that has an issuer of its own. */
const tenantFrom = (
  payload: Record<string, unknown>,
  issuer: TokenIssuer,
  fixedTenants: ReadonlySet<string>,
): string => {
  if (issuer.tenant !== undefined) return issuer.tenant;
  const tenant = tenantName.parse(payload[issuer.tenantClaim ?? '']);
  const trusted = issuer.tenants ? issuer.tenants.includes(tenant) : !fixedTenants.has(tenant);
  if (!trusted) throw new Problem('unauthenticated');
  return tenant;
};
