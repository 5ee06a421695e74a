import type { TenantLimits } from '../protocol/tenant-limits.ts';
import type { ConversationState } from './conversation.ts';

/** Whether a conversation is so small that who posts in it may tell the others without waiting for the stream. */
export const mayTellByItself = (
  { memberCount, live }: Pick<ConversationState, 'memberCount' | 'live'>,
  { fastLaneConnections }: Pick<TenantLimits, 'fastLaneConnections'>,
): boolean => live !== 'subscribed' && memberCount <= fastLaneConnections;
