/** What a tenant's users may do, and how much of it. */
import * as z from 'zod';
import { shortCode } from '../shared/protocol/emoji.ts';
import { tenantName } from '../shared/protocol/identifiers.ts';

/** Up to ten years, which no retention exceeds. */
const window = z.int().min(1).max(5_256_000).nullable();

const tenantLimits = z.strictObject({
  /** Members of a group. */
  groupSize: z.int().min(2).max(100_000),
  /** Messages of one user, in all conversations together. */
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

export const limits = z.strictObject({
  default: z
    .strictObject({
      groupSize: tenantLimits.shape.groupSize.default(256),
      messagesPerMinute: tenantLimits.shape.messagesPerMinute.default(30),
      retentionDays: tenantLimits.shape.retentionDays.default(90),
      fastLaneConnections: tenantLimits.shape.fastLaneConnections.default(10),
      largeRoomAbove: tenantLimits.shape.largeRoomAbove.default(256),
      shardSize: tenantLimits.shape.shardSize.default(1_000),
      reactions: tenantLimits.shape.reactions.default([]),
      editWindowMinutes: tenantLimits.shape.editWindowMinutes.default(null),
      deleteWindowMinutes: tenantLimits.shape.deleteWindowMinutes.default(null),
    })
    .prefault({}),
  /** What one tenant has otherwise. */
  tenants: z.record(tenantName, tenantLimits.partial()).default({}),
});
