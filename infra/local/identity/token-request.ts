import { z } from 'zod';
import { fieldSentence } from '../../field-sentence.ts';
import { roles } from './roles.ts';

const hours8 = 8 * 60 * 60;

/** What may name a user or a tenant: anything readable, since the provider stands in for every host product's own. */
const name = z
  .string()
  .min(1)
  .max(128)
  .refine((text) => !/\p{Cc}/u.test(text), 'must not contain control characters')
  .refine((text) => text.isWellFormed(), 'must be well-formed text');

const role = z.enum(roles);

/** Whom a token is for, checked. */
export interface TokenRequest {
  user: string;
  tenant: string;
  roles: z.infer<typeof role>[];
  expiresInSeconds: number;
  audience: string;
}

export const tokenRequest = z
  .strictObject({
    user: name,
    tenant: name.default('demo'),
    role: role.optional(),
    roles: z.array(role).min(1).optional(),
    /** Negative makes a token that has expired already. */
    expiresInSeconds: z.int().default(hours8),
    audience: name.default('parley'),
  })
  .transform(
    ({ role, roles, ...rest }): TokenRequest => ({
      ...rest,
      roles: [...new Set([...(roles ?? []), ...(role === undefined ? [] : [role])])],
    }),
  )
  .transform((request): TokenRequest => ({ ...request, roles: request.roles.length > 0 ? request.roles : ['member'] }));

export type TokenRequestInput = z.input<typeof tokenRequest>;

/** @returns one sentence that names the first field that is wrong */
export function explain(error: z.ZodError): string {
  const [issue] = error.issues;
  return issue === undefined ? 'The request is wrong.' : fieldSentence(issue, 'The body');
}
