/** What a stage says about being watched: docs/observability.md. */
import * as z from 'zod';

const percent = z.number().min(90).max(99.99);

export const observability = z.strictObject({
  /** X-Ray records what one in twenty invocations does, and the first of each second. */
  tracing: z.boolean().default(true),
  /** The stack with the dashboard and the alarms on objectives, errors and throttles. */
  dashboard: z.boolean().default(true),
  /** What is promised, and what alarms measure against. */
  objectives: z
    .strictObject({
      /** Percent of sends that are stored, of those that are not refused for good reason. */
      sendAvailability: percent.default(99.9),
      /** Percent of messages that are with whoever is connected in so many milliseconds. */
      delivered: percent.default(99),
      deliveredWithinMs: z.int().min(100).max(60_000).default(1_000),
    })
    .prefault({}),
  /** Somebody who logs in, sends and receives; `byHand` leaves it to whoever invokes it. */
  canary: z.enum(['off', 'byHand', 'everyMinute']).default('off'),
});

/** Whose messages are the canary's own. No other issuer may speak for this tenant. */
export const canaryTenant = 'canary';

/** They go the way on which everybody can rely, the stream's, and are gone the next day. */
const canaryLimits = { retentionDays: 1, fastLaneConnections: 0 };

interface Watched {
  observability: z.output<typeof observability>;
  limits: { tenants: Record<string, object> };
}

/** With what the canary's tenant has otherwise, where there is one. */
export const withCanary = <Settings extends Watched>(settings: Settings): Settings => {
  const { observability, limits } = settings;
  if (observability.canary === 'off') return settings;
  const own = { ...canaryLimits, ...limits.tenants[canaryTenant] };
  return { ...settings, limits: { ...limits, tenants: { ...limits.tenants, [canaryTenant]: own } } };
};

export const complaintsOfCanary = (
  tokenIssuers: readonly { tenant?: string | undefined; tenants?: string[] | undefined }[],
): string[] =>
  tokenIssuers.flatMap(({ tenant, tenants = [] }, i) =>
    [tenant, ...tenants].includes(canaryTenant)
      ? [`tokenIssuers[${i}] speaks for the tenant ${canaryTenant}, which is Parley’s own.`]
      : [],
  );
