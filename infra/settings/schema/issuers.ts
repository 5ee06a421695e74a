/** Whose tokens a stage believes. */
import * as z from 'zod';
import { tenantName } from '../../../shared/protocol/identifiers.ts';

const url = z.string().refine((value) => /^https?:$/.test(URL.parse(value)?.protocol ?? ''), {
  error: 'must be an http(s) address',
});

export const tokenIssuer = z
  .strictObject({
    /** Exactly what the tokens' `iss` says. */
    issuer: url,
    jwksUri: url,
    audience: z.string().min(1),
    /** Every token of this issuer belongs to this tenant … */
    tenant: tenantName.optional(),
    /** … or the claim of this name says to which, */
    tenantClaim: z.string().min(1).optional(),
    /** if it is one of these. */
    tenants: z.array(tenantName).min(1).optional(),
  })
  .refine(({ tenant, tenantClaim }) => (tenant === undefined) !== (tenantClaim === undefined), {
    error: 'must have either tenant or tenantClaim',
  })
  .refine(({ tenantClaim, tenants }) => tenants === undefined || tenantClaim !== undefined, {
    error: 'may have tenants only beside tenantClaim',
  });
