/** Tokens: JWTs of the issuers that the tenants trust, verified by aws-jwt-verify against their published keys. */
import { JwtVerifier } from 'aws-jwt-verify';
import { JwtExpiredError } from 'aws-jwt-verify/error';
import { decomposeUnverifiedJwt } from 'aws-jwt-verify/jwt';
import * as z from 'zod';
import type { Caller } from '../domain/caller.ts';
import { Problem } from '../protocol/errors.ts';
import { tenantName, userId } from '../protocol/identifiers.ts';
import { tenantRole } from '../protocol/roles.ts';
import { createKeySet, KeySetUnavailable } from './key-sets.ts';
import { describeError, logger } from './logger.ts';
import type { TokenIssuer } from './settings.ts';

const clockSkewSeconds = 30;

const claims = z.object({
  sub: userId,
  exp: z.number().int(),
  roles: z.union([z.array(z.string()), z.string()]).optional(),
  role: z.string().optional(),
});

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
          { jwksCache: createKeySet() },
        ),
      },
    ]),
  );
  const fixedTenants = new Set(issuers.flatMap((one) => one.tenant ?? []));

  return {
    /**
     * @throws Problem `token_expired` for one that was good once, `unauthenticated` for any other that is not good
     * @throws KeySetUnavailable where that cannot be found out: an issuer whose keys cannot be had says nothing about its tokens
     */
    verify: async (token: string): Promise<Identity> => {
      const known = verifiers.get(issuerOf(token));
      if (!known) throw new Problem('unauthenticated');
      try {
        const payload = await known.verifier.verify(token);
        return identityFrom(payload, known.issuer, fixedTenants);
      } catch (error) {
        if (error instanceof JwtExpiredError) throw new Problem('token_expired');
        if (error instanceof KeySetUnavailable) {
          logger.error('an issuer’s keys cannot be had', { issuer: known.issuer.issuer, error: describeError(error) });
          throw error;
        }
        if (!(error instanceof Problem)) logger.info('token refused', { error: describeError(error) });
        throw new Problem('unauthenticated');
      }
    },
  };
};
export type Tokens = ReturnType<typeof createTokens>;

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
