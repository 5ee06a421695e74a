/** What a tenant's users may do, how much of it, and for how long it is kept: as a stage's settings say it, and as functions are told. */
import * as z from 'zod';
import { shortCode } from './emoji.ts';
import { tenantName } from './identifiers.ts';

/** Up to ten years, which no retention exceeds. */
const window = z.int().min(1).max(5_256_000).nullable();

export const tenantLimits = z.strictObject({
  /** Members of a group. */
  groupSize: z.int().min(2).max(100_000),
  /** Messages of one user, in all conversations together: on average, and at once. */
  messagesPerMinute: z.int().min(1).max(6_000),
  /** Days after which a message is removed. */
  retentionDays: z.int().min(1).max(3_650),
  /** Up to so many live connections, the sending function posts to them itself. */
  fastLaneConnections: z.int().min(0).max(100),
  /** A conversation of more members is a large room: only connections that subscribe hear live what happens in it. */
  largeRoomAbove: z.int().min(2).max(100_000),
  /** Members of a large room for each shard of its subscriptions, which one worker posts to. */
  shardSize: z.int().min(1).max(10_000),
  /** Short codes that one may react with, such as `:party_parrot:`, beside the emoji of Unicode. */
  reactions: z.array(shortCode).max(200),
  /** Minutes for which a sender may edit a message; null for ever. */
  editWindowMinutes: window,
  /** Minutes for which a sender may delete a message for everybody; null for ever. Those who moderate always may. */
  deleteWindowMinutes: window,
});
export type TenantLimits = z.output<typeof tenantLimits>;

/** What one tenant has otherwise. */
export const limitsByTenant = z.record(tenantName, tenantLimits.partial());

export const tenantSettings = z.strictObject({ default: tenantLimits, tenants: limitsByTenant });
export type TenantSettings = z.output<typeof tenantSettings>;
