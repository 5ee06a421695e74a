import { createHash, randomBytes } from 'node:crypto';
import type {
  Conversation,
  ConversationCreate,
  ConversationPatch,
  Member,
  OwnConversation,
} from '../protocol/conversation.ts';
import { Problem } from '../protocol/errors.ts';
import type { NotificationLevel } from '../protocol/notification-preferences.ts';
import type { Caller } from './caller.ts';
import { type LiveFeed, liveFeedOf } from './large-rooms.ts';
import { noOwnState, type OwnAttributes, ownStateOf } from './own-state.ts';
import { firstPosters, type Posters, readThrough } from './posters.ts';
import type { Audience } from './receipts.ts';
import type { RecentSends } from './recent-sends.ts';
import { defaultSettings, settingsWith } from './settings.ts';
import { isForgotten, visiblePreview } from './visibility.ts';

/** A conversation as the table knows it. */
export interface ConversationState extends Conversation, LiveFeed {
  /** A group has at least one; a direct conversation none. */
  ownerCount: number;
  deletedAt: string | null;
  /** When the newest `rev` was taken. */
  changedAt: string;
  /** The greatest number of a message that anybody has reacted to: whoever reads on after it need not look for reactions. */
  reactedSeq: number;
  /** When the newest message is forgotten by what held as it was stored, in seconds since 1970; null where that is not known. */
  lastMessageExpiresAt: number | null;
  /** Since when messages are stored for as long as they are now; null where it was never otherwise. */
  retentionChangedAt: string | null;
  /** What its last posters took in a row; null in one that was founded before that was remembered. */
  posters: Posters | null;
  /** Which of its newest numbers belong to which sends; null in one that was founded before that was remembered. */
  recentSends: RecentSends | null;
}

/** A membership as the table knows it. */
export interface MemberState extends Member, OwnAttributes {
  /** The newest number when they joined. Written from the beginning, because it cannot be found out later. */
  joinedSeq: number;
  /** How far they have read: what unread counts go by. */
  lastReadSeq: number;
  /** How far they have read, and received, as far as others may see it. What is read has been received: `shownDelivered`. */
  shownReadSeq: number;
  lastDeliveredSeq: number;
  /** When those two were raised: `receipts.ts`. */
  readMarks?: number[];
  deliveredMarks?: number[];
  /** How any watermark was raised last, and who is to hear of it. */
  raisedBy?: 'post' | 'read';
  audience?: Audience;
  /** The greatest number that they have deleted for themselves; 0 for none. */
  hiddenSeq: number;
  /** The last hour in which they did something here that concerns them alone: `own-news.ts`. */
  newsHour?: string;
  /** Of which messages they are told while they are not there, where they have said so. */
  notifications?: NotificationLevel;
}

/** A group's id says nothing. 128 random bits. */
export const newGroupId = (): string => `g-${randomBytes(16).toString('base64url')}`;

/** A direct conversation's id is derived from its two users, so that creating it twice yields the same one without a look-up or a race. */
export const directConversationId = (tenant: string, users: readonly [string, string]): string => {
  const identity = JSON.stringify([tenant, ...[...users].sort()]);
  return `d-${createHash('sha256').update(identity).digest().subarray(0, 16).toString('base64url')}`;
};

export const isDirect = (conversationId: string): boolean => conversationId.startsWith('d-');

/** Who takes over when a group's last owner goes: admins before members, and who has been there longest. */
export const heirOf = (members: readonly MemberState[], leaver: string): MemberState | undefined => {
  const rank = { owner: 0, admin: 1, member: 2 };
  return members
    .filter((one) => one.userId !== leaver)
    .sort((a, b) => rank[a.role] - rank[b.role] || a.joinedAt.localeCompare(b.joinedAt))[0];
};

/** How many may be in a group, and from how many on it is a large room. */
export interface GroupLimits {
  groupSize: number;
  largeRoomAbove: number;
  shardSize: number;
}

/** The conversation and its founding members that a request describes. A service is not a person: it founds, but does not join. */
export const founded = (caller: Caller, request: ConversationCreate, now: Date, limits: GroupLimits) => {
  const { groupSize } = limits;
  const isService = caller.roles.includes('service');
  const users = [...new Set(isService ? request.memberIds : [caller.user, ...request.memberIds])];
  if (request.type === 'direct' && users.length !== 2) {
    throw new Problem('invalid_request', {
      errors: [{ path: 'memberIds', message: 'a direct conversation has exactly two users' }],
    });
  }
  if (request.type === 'direct' && (request.title || request.settings !== undefined)) {
    throw new Problem('direct_conversation', { detail: 'A direct conversation has no title and no settings.' });
  }
  if (users.length === 0)
    throw new Problem('invalid_request', { errors: [{ path: 'memberIds', message: 'must not be empty' }] });
  if (users.length > groupSize) throw new Problem('conversation_full', { detail: `At most ${groupSize} members.` });

  const at = now.toISOString();
  const id = request.type === 'direct' ? directConversationId(caller.tenant, users as [string, string]) : newGroupId();
  const conversation: ConversationState = {
    id,
    type: request.type,
    title: request.title ?? null,
    settings: settingsWith(defaultSettings, request.settings ?? {}),
    memberCount: users.length,
    ...(request.type === 'direct' ? { memberIds: [...users].sort() } : {}),
    ...liveFeedOf({ live: 'all', shards: 0 }, users.length, limits),
    seq: 0,
    rev: 0,
    lastMessage: null,
    lastActivityAt: at,
    createdAt: at,
    createdBy: caller.user,
    updatedAt: at,
    ownerCount: request.type === 'group' ? 1 : 0,
    deletedAt: null,
    changedAt: at,
    reactedSeq: 0,
    lastMessageExpiresAt: null,
    retentionChangedAt: null,
    posters: firstPosters(users),
    recentSends: {},
  };
  const members = users.map((userId, index) =>
    newMember(conversation, userId, request.type === 'group' && index === 0 ? 'owner' : 'member', now),
  );
  return { conversation, members };
};

/** Newcomers start with nothing unread. Whoever comes back has a greater `ownVersion` than when they left. */
export const newMember = (
  conversation: Pick<ConversationState, 'id' | 'seq' | 'rev'>,
  userId: string,
  role: Member['role'],
  now: Date,
): MemberState => ({
  conversationId: conversation.id,
  userId,
  role,
  joinedAt: now.toISOString(),
  joinedSeq: conversation.seq,
  hiddenSeq: 0,
  lastReadSeq: conversation.seq,
  shownReadSeq: conversation.seq,
  lastDeliveredSeq: conversation.seq,
  rev: conversation.rev,
  ownVersion: now.getTime(),
});

/** What a patch leaves of title and settings; undefined where it changes nothing. */
export const patched = (conversation: ConversationState, patch: ConversationPatch) => {
  const title = patch.title === undefined ? conversation.title : patch.title;
  const settings = settingsWith(conversation.settings, patch.settings ?? {});
  const same = title === conversation.title && JSON.stringify(settings) === JSON.stringify(conversation.settings);
  return same ? undefined : { title, settings };
};

/** @throws Problem `direct_conversation`: it has two members, no title, no roles, and stays. */
export const requireGroup = (conversation: Pick<ConversationState, 'type'>): void => {
  if (conversation.type === 'direct') throw new Problem('direct_conversation');
};

/** What others see of it, but for the newest message, which not everybody may see: that is for the caller to leave out. */
export const publicView = ({
  ownerCount: _,
  deletedAt: __,
  changedAt: ___,
  shards: ____,
  reactedSeq: _____,
  lastMessageExpiresAt: ______,
  retentionChangedAt: _______,
  posters: ________,
  recentSends: _________,
  ...conversation
}: ConversationState): Conversation => conversation;

/**
 * Who sent the newest message has read everything before it; who has deleted it for themselves, or does not see it, is shown none. What
 * is known to be forgotten is not unread.
 */
export const ownView = (
  state: ConversationState,
  member:
    | (Pick<MemberState, 'userId' | 'role' | 'joinedSeq' | 'lastReadSeq' | 'hiddenSeq'> & OwnAttributes)
    | undefined,
  now: Date,
): OwnConversation => {
  const lastReadSeq = member ? ownReadSeq(state, member) : null;
  return {
    ...publicView(state),
    lastMessage: member && state.lastMessage?.seq === member.hiddenSeq ? null : visiblePreview(state, member, now),
    role: member?.role ?? null,
    joinedSeq: member?.joinedSeq ?? null,
    lastReadSeq,
    unreadCount: lastReadSeq === null || isForgotten(state, now) ? 0 : Math.max(0, state.seq - lastReadSeq),
    ...(member ? ownStateOf(member) : noOwnState),
  };
};

const ownReadSeq = (state: ConversationState, member: Pick<MemberState, 'userId' | 'lastReadSeq'>): number => {
  const read = readThrough(state, member.userId, member.lastReadSeq);
  return state.lastMessage?.senderId === member.userId ? Math.max(read, state.lastMessage.seq) : read;
};

/** Where a conversation stands in its member's inbox: to who joins, joining is the newest activity. */
export const inboxMoment = (
  { lastActivityAt }: Pick<Conversation, 'lastActivityAt'>,
  { joinedAt }: Pick<Member, 'joinedAt'>,
): string => (joinedAt > lastActivityAt ? joinedAt : lastActivityAt);

/** The inbox index sorts by the hour of the last activity, refreshed at most once an hour. */
export const activityBucket = (at: string): string => at.slice(0, 13);
