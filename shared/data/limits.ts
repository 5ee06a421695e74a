import { epochSeconds } from '../domain/clock.ts';
import type { TenantLimits, TenantSettings } from '../protocol/tenant-limits.ts';

const day = 86_400;

export const createLimits = (settings: TenantSettings) => {
  const of = (tenant: string): TenantLimits => ({
    ...settings.default,
    ...(settings.tenants[tenant] as Partial<TenantLimits> | undefined),
  });
  return {
    of,
    /**
     * When what is said or changed now is forgotten, in seconds since 1970.
     * @param retentionDays the conversation's own, for its messages
     */
    expiryOf: (tenant: string, now: Date, retentionDays: number | null = null): number => {
      const days = of(tenant).retentionDays;
      return epochSeconds(now) + Math.min(days, retentionDays ?? days) * day;
    },
  };
};
export type Limits = ReturnType<typeof createLimits>;
