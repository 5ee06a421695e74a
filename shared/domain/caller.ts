import type { TenantRole } from '../protocol/roles.ts';

/** Who asks, as the authorizer established it. Never taken from a body. */
export interface Caller {
  tenant: string;
  /** The token's `sub`. */
  user: string;
  roles: readonly TenantRole[];
  /** When the token ends, in seconds since 1970. */
  expiresAt: number;
  /** The connection a frame came in on; undefined over HTTP. */
  connectionId: string | undefined;
  /** The W3C trace that the request or frame belongs to, if it says. What it stores carries it on. */
  traceparent?: string | undefined;
}
