/** What tenants may do, where a stage's settings say nothing else. */
import * as z from 'zod';
import { limitsByTenant, tenantLimits } from '../../../shared/protocol/tenant-limits.ts';

const { shape } = tenantLimits;

export const limits = z.strictObject({
  default: z
    .strictObject({
      groupSize: shape.groupSize.default(256),
      messagesPerMinute: shape.messagesPerMinute.default(30),
      retentionDays: shape.retentionDays.default(90),
      fastLaneConnections: shape.fastLaneConnections.default(10),
      largeRoomAbove: shape.largeRoomAbove.default(256),
      shardSize: shape.shardSize.default(1_000),
      reactions: shape.reactions.default([]),
      editWindowMinutes: shape.editWindowMinutes.default(null),
      deleteWindowMinutes: shape.deleteWindowMinutes.default(null),
    })
    .prefault({}),
  tenants: limitsByTenant.default({}),
});
