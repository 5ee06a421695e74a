/** Who is told of a message while they are not there: rules over plain data. */
import type { Message } from '../protocol/message.ts';
import type { NotificationLevel } from '../protocol/notification-preferences.ts';
import { areApart, type Blocking } from './blocks.ts';
import type { ConversationState, MemberState } from './conversation.ts';
import { type Lives, type PresenceState, type Signs, standingOf } from './presence.ts';

/** In a conversation of more members only those are told whom the message mentions. */
export const mostTold = 256;

/** What was said longer ago is no news: also not when events are played again. */
const newsMs = 24 * 3_600_000;

/** A message as it is now, and what decides whom it concerns. */
export interface Occasion {
  conversation: Pick<ConversationState, 'id' | 'type' | 'title' | 'memberCount' | 'live' | 'deletedAt'>;
  message: Pick<Message, 'id' | 'seq' | 'senderId' | 'status' | 'mentions' | 'inConversation' | 'createdAt'>;
  /** Of a reply that stays in its thread: those who take part there. */
  participants: readonly string[];
}

/** Whether it may concern anybody. */
export const isNews = ({ conversation, message }: Occasion, now: Date): boolean =>
  !conversation.deletedAt &&
  message.status === 'sent' &&
  message.senderId !== null &&
  now.getTime() - Date.parse(message.createdAt) < newsMs;

export const tellsMentionedAlone = ({ memberCount, live }: Occasion['conversation']): boolean =>
  memberCount > mostTold || live === 'subscribed';

type Told = Pick<MemberState, 'userId' | 'joinedSeq' | 'lastReadSeq' | 'mutedUntil' | 'notifications'>;

/**
 * Whether a member wants to hear of it and has not read it.
 * @param usual what they want where they said nothing of this conversation
 */
export const isTold = (
  { conversation, message, participants }: Occasion,
  member: Told,
  usual: NotificationLevel,
  now: Date,
): boolean => {
  const { userId, joinedSeq, lastReadSeq, mutedUntil } = member;
  if (userId === message.senderId || message.seq <= joinedSeq || message.seq <= lastReadSeq) return false;
  if (mutedUntil !== undefined && new Date(mutedUntil) > now) return false;
  const level = levelOf(conversation, member, usual);
  if (level === 'none') return false;
  if (message.mentions.includes(userId)) return true;
  if (level === 'mentions' || tellsMentionedAlone(conversation)) return false;
  return message.inConversation || participants.includes(userId);
};

/** What is said to somebody directly counts as a mention, unless they said otherwise of this very conversation. */
export const levelOf = (
  { type }: Pick<ConversationState, 'type'>,
  { notifications }: Pick<MemberState, 'notifications'>,
  usual: NotificationLevel,
): NotificationLevel => notifications ?? (type === 'direct' && usual === 'mentions' ? 'all' : usual);

/** Whether they are not looking at the app, or at least not known to: what they hide from others is known here. */
export const isElsewhere = (
  { state, signs }: { state: PresenceState; signs: Signs },
  lives: Lives,
  now: Date,
): boolean => !state.isShut && standingOf({ ...state, privacy: 'everyone' }, signs, lives, now).status !== 'online';

/** Two who have blocked each other hear nothing of each other in groups either. */
export const mayHearOf = (one: Blocking, sender: Blocking): boolean => !areApart(one, sender);

/** How long until a push that failed is tried again, in seconds; undefined where that was the last try. */
export const pushPause = (attempt: number, random: number): number | undefined =>
  attempt >= mostPushes ? undefined : Math.round(Math.min(900, 15 * 2 ** (attempt - 1)) * (0.5 + random / 2));

/** Over about half an hour. */
const mostPushes = 8;
