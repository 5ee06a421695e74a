/** Which messages somebody sees. One rule for whatever shows a message, changes it or tells of it. */
import type { Conversation, OwnConversation } from '../protocol/conversation.ts';
import { placeOfMessage } from '../protocol/identifiers.ts';
import type { Message, Preview } from '../protocol/message.ts';
import type { ConversationState, MemberState } from './conversation.ts';

/** A conversation, and how somebody belongs to it; without a membership for a service or a moderator, who see all of it. */
export interface Viewpoint {
  conversation: Pick<Conversation, 'settings'>;
  member: Pick<MemberState, 'joinedSeq'> | undefined;
}

/** A member, as far as it decides what they see. */
export type Viewer = Pick<MemberState, 'userId' | 'joinedSeq'>;

/** The two of a direct conversation see all of it, and stay its members. */
export const fromTheBeginning = (userId: string): Viewer => ({ userId, joinedSeq: 0 });

/** How somebody sees a conversation that they were shown as theirs. */
export const viewpointOf = (own: OwnConversation): Viewpoint => ({
  conversation: own,
  member: own.joinedSeq === null ? undefined : { joinedSeq: own.joinedSeq },
});

/** A message, as far as it matters here. */
export interface Kept {
  seq: number;
  createdAt: string;
  /** When it is forgotten by what held as it was stored, in seconds since 1970. */
  expiresAt: number;
}

const dayMs = 86_400_000;

/** The first number that they see. Membership decides, whatever a token says beside it: so what is told live is what can be fetched. */
export const firstVisibleSeq = ({ conversation, member }: Viewpoint): number =>
  conversation.settings.historyFrom === 'join' && member ? member.joinedSeq + 1 : 1;

/** By the conversation's retention as it is now, which may be shorter than when the message was stored. */
const isTooOld = ({ settings }: Viewpoint['conversation'], createdAt: string, now: Date): boolean =>
  settings.retentionDays !== null && Date.parse(createdAt) + settings.retentionDays * dayMs <= now.getTime();

/** The earlier of both: what held when it was stored, and what the conversation keeps now. */
export const hasExpired = (
  conversation: Viewpoint['conversation'],
  { createdAt, expiresAt }: Omit<Kept, 'seq'>,
  now: Date,
): boolean => expiresAt * 1_000 <= now.getTime() || isTooOld(conversation, createdAt, now);

export const isVisible = (viewpoint: Viewpoint, message: Kept, now: Date): boolean =>
  message.seq >= firstVisibleSeq(viewpoint) && !hasExpired(viewpoint.conversation, message, now);

/** A message as it is shown to whoever sees everything from a number on: what is before that is not quoted to them either. */
export const quotedFrom = <M extends Pick<Message, 'quote'>>(first: number, message: M): M =>
  message.quote && placeOfMessage(message.quote.messageId).seq < first ? { ...message, quote: null } : message;

type Newest = Pick<ConversationState, 'settings' | 'lastMessage' | 'lastMessageExpiresAt' | 'retentionChangedAt'>;

const newestOf = ({ lastMessage, lastMessageExpiresAt }: Newest): Kept | null =>
  lastMessage && {
    seq: lastMessage.seq,
    createdAt: lastMessage.createdAt,
    expiresAt: lastMessageExpiresAt ?? Number.POSITIVE_INFINITY,
  };

/** The preview of the newest message, where they see that. */
export const visiblePreview = (conversation: Newest, member: Viewpoint['member'], now: Date): Preview | null => {
  const newest = newestOf(conversation);
  return newest && isVisible({ conversation, member }, newest, now) ? conversation.lastMessage : null;
};

/** As others may be told of it: without a newest message that has expired. */
export const withoutExpired = (conversation: ConversationState, now: Date): ConversationState => ({
  ...conversation,
  lastMessage: visiblePreview(conversation, undefined, now),
});

/**
 * Whether nothing is left of what was said, as far as the newest message tells: what is older has gone before it. Not if it was stored
 * for a shorter time than holds now; then what is older may be there still.
 */
export const isForgotten = (conversation: Newest, now: Date): boolean => {
  const newest = newestOf(conversation);
  if (!newest || !hasExpired(conversation, newest, now)) return false;
  const { retentionChangedAt } = conversation;
  const storedAsNow = retentionChangedAt === null || newest.createdAt >= retentionChangedAt;
  return storedAsNow || isTooOld(conversation, newest.createdAt, now);
};
