import type { Caller } from '../domain/caller.ts';
import { type Clock, epochSeconds } from '../domain/clock.ts';
import { Problem } from '../protocol/errors.ts';
import { tenantRole } from '../protocol/roles.ts';

/** What an authorizer hands on: API Gateway keeps strings only. */
export interface CallerContext {
  tenant: string;
  user: string;
  /** Comma-separated. */
  roles: string;
  expiresAt: string;
}

export const contextOf = (caller: Omit<Caller, 'connectionId'>): CallerContext => ({
  tenant: caller.tenant,
  user: caller.user,
  roles: caller.roles.join(','),
  expiresAt: String(caller.expiresAt),
});

/**
 * Who the gateway says this is, whether or not their token has ended meanwhile. Costs nothing: neither request nor frame is looked up.
 * @throws Problem `unauthenticated` without a context
 */
export const namedBy = (context: Partial<CallerContext> | undefined, connectionId?: string): Caller => {
  if (!context?.tenant || !context.user) throw new Problem('unauthenticated');
  const roles = (context.roles ?? '').split(',').flatMap((role) => tenantRole.safeParse(role).data ?? []);
  return { tenant: context.tenant, user: context.user, roles, expiresAt: Number(context.expiresAt), connectionId };
};

/** As `namedBy`. @throws Problem `token_expired` once the token has ended, however long the authorizer's answer is cached */
export const callerFrom = (
  context: Partial<CallerContext> | undefined,
  clock: Clock,
  connectionId?: string,
): Caller => {
  const caller = namedBy(context, connectionId);
  if (!(caller.expiresAt > epochSeconds(clock.now()))) throw new Problem('token_expired');
  return caller;
};
