import { epochSeconds } from '../domain/clock.ts';

/** What a tenant may do, and for how long things are kept. */
export interface TenantLimits {
  /** Members of a group. */
  groupSize: number;
  /** Messages a user may send, on average and at once. */
  messagesPerMinute: number;
  retentionDays: number;
  /** Up to how many live connections the sender posts to them itself. */
  fastLaneConnections: number;
  /** A conversation of more members is a large room: only connections that subscribe hear live what happens in it. */
  largeRoomAbove: number;
  /** Members of a large room for each shard of its subscriptions. */
  shardSize: number;
  /** Short codes that one may react with. */
  reactions: readonly string[];
  /** For how long a sender may edit and delete their own messages; null for ever. */
  editWindowMinutes: number | null;
  deleteWindowMinutes: number | null;
}

export interface TenantSettings {
  default: TenantLimits;
  /** What a tenant has otherwise. */
  tenants: Record<string, { [Name in keyof TenantLimits]?: TenantLimits[Name] | undefined }>;
}

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
