/** Between the table's items and the domain's plain values. */
import type { Change } from '../domain/changes.ts';
import { activityBucket, type ConversationState, type MemberState } from '../domain/conversation.ts';
import { messageIdOf } from '../protocol/identifiers.ts';
import type { Message, Preview } from '../protocol/message.ts';
import { changeKey, conversationKey, inboxPartition, inboxSort, memberKey, messageKey } from './keys.ts';
import type { Item } from './table.ts';

/** DynamoDB removes it some time after; readers treat it as gone at once. */
export const isExpired = (item: Item, nowSeconds: number): boolean =>
  typeof item.expiresAt === 'number' && item.expiresAt <= nowSeconds;

const without = <T>(item: Item): T => {
  const rest = { ...item };
  for (const name of ['PK', 'SK', 'GSI1PK', 'GSI1SK', 'expiresAt']) delete rest[name];
  return rest as T;
};

/**
 * META keeps the preview's number beside it, because the write that takes a number cannot put that number inside a map; the
 * message's id follows from it.
 */
export const conversationItem = (tenant: string, conversation: ConversationState): Item => ({
  ...conversationKey(tenant, conversation.id),
  ...conversation,
  ...lastMessageAttributes(conversation.lastMessage),
});
export const conversationFrom = (item: Item): ConversationState => {
  const { lastMessageSeq, lastMessage, ...rest } = without<ConversationState & { lastMessageSeq: number }>(item);
  const numbered = lastMessage && {
    ...lastMessage,
    seq: lastMessageSeq,
    messageId: messageIdOf(rest.id, lastMessageSeq),
  };
  return { ...rest, lastMessage: numbered };
};

/** @param preview its number is written by `lastMessageSeq` */
export const lastMessageAttributes = (preview: Preview | null) => ({
  lastMessage: preview && storedPreview(preview),
  lastMessageSeq: preview?.seq ?? 0,
});
export const storedPreview = ({ seq: _, messageId: __, ...preview }: Preview) => preview;

/** Lives in the conversation's partition; GSI1 lists it in the user's inbox. */
export const memberItem = (tenant: string, member: MemberState, lastActivityAt: string): Item => ({
  ...memberKey(tenant, member.conversationId, member.userId),
  ...inboxPlace(tenant, member, lastActivityAt),
  ...member,
});
export const memberFrom = (item: Item): MemberState => without(item);

export const inboxPlace = (
  tenant: string,
  member: Pick<MemberState, 'userId' | 'conversationId'>,
  lastActivityAt: string,
) => ({
  GSI1PK: inboxPartition(tenant, member.userId),
  GSI1SK: inboxSort(activityBucket(lastActivityAt), member.conversationId),
});

export const messageItem = (tenant: string, message: Message, expiresAt: number): Item => ({
  ...messageKey(tenant, message.conversationId, message.seq),
  ...message,
  expiresAt,
});
export const messageFrom = (item: Item): Message => without(item);

export const changeItem = (tenant: string, change: Change, expiresAt: number): Item => ({
  ...changeKey(tenant, change.conversationId, change.rev),
  ...change,
  expiresAt,
});
export const changeFrom = (item: Item): Change => without(item);

export const isDeletedProfile = (item: Item | undefined): boolean => typeof item?.deletedAt === 'string';
