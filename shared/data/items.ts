/** Between the table's items and the domain's plain values. */
import type { Change } from '../domain/changes.ts';
import { activityBucket, type ConversationState, inboxMoment, type MemberState } from '../domain/conversation.ts';
import type { LiveFeed } from '../domain/large-rooms.ts';
import { inboxPlaceOf, type OwnAttributes } from '../domain/own-state.ts';
import type { Postmark } from '../domain/postmark.ts';
import { noReactions, type ReactionsState } from '../domain/reactions.ts';
import { defaultSettings } from '../domain/settings.ts';
import type { Kept } from '../domain/visibility.ts';
import { type ConversationSettings, conversation, conversationSettings, member } from '../protocol/conversation.ts';
import { messageIdOf, placeOfMessage } from '../protocol/identifiers.ts';
import {
  type Message,
  type MessageVersion,
  message,
  messageVersion,
  type Preview,
  preview,
} from '../protocol/message.ts';
import { type ThreadSummary, threadSummary } from '../protocol/thread.ts';
import type { Preferences } from '../protocol/user.ts';
import { maybeHeard, unheard } from './heard.ts';
import {
  changeKey,
  conversationKey,
  inboxPartition,
  inboxSort,
  inboxStretches,
  memberKey,
  messageKey,
  threadIndexPartition,
  threadKey,
  versionKey,
} from './keys.ts';
import type { Item } from './table.ts';

/** DynamoDB removes it some time after; readers treat it as gone at once. For messages, `isVisible` decides. */
export const isExpired = (item: Item, nowSeconds: number): boolean =>
  typeof item.expiresAt === 'number' && item.expiresAt <= nowSeconds;

/** The fields of a contract and no others, in its order: DynamoDB keeps none. */
const picked = <T>(item: Item, names: readonly string[]): T =>
  Object.fromEntries(names.flatMap((name) => (item[name] === undefined ? [] : [[name, item[name]]]))) as T;

/** What is otherwise than what it is where it does not say. */
const unusual = (fields: object, usual: object): Item =>
  Object.fromEntries(Object.entries(fields).filter(([name, value]) => value !== (usual as Item)[name]));

const conversationFields = [
  ...Object.keys(conversation.shape),
  ...[
    'ownerCount',
    'shards',
    'deletedAt',
    'changedAt',
    'reactedSeq',
    'lastMessageExpiresAt',
    'retentionChangedAt',
    'posters',
    'recentSends',
  ],
];
const settingsFields = Object.keys(conversationSettings.shape);
/** What a conversation is that does not say. */
const unsaid: LiveFeed &
  Pick<ConversationState, 'reactedSeq' | 'lastMessageExpiresAt' | 'retentionChangedAt' | 'posters' | 'recentSends'> = {
  live: 'all',
  shards: 0,
  reactedSeq: 0,
  lastMessageExpiresAt: null,
  retentionChangedAt: null,
  posters: null,
  recentSends: null,
};
/** What a preview is that does not say. */
const usualPreview = { contentType: 'text/plain', attachmentCount: 0, status: 'sent' } satisfies Partial<Preview>;
const previewFields = Object.keys(preview.shape);
const ownAttributes = [
  'ownVersion',
  'markedUnreadSeq',
  'mutedUntil',
  'archivedAt',
  'pinnedAt',
  'mentionSeqs',
] as const satisfies (keyof OwnAttributes)[];
const memberFields = [
  ...Object.keys(member.shape),
  'joinedSeq',
  'hiddenSeq',
  'newsHour',
  'shownReadSeq',
  'readMarks',
  'deliveredMarks',
  'raisedBy',
  'audience',
  'notifications',
  ...ownAttributes,
];
const publicMemberFields = Object.keys(member.shape);
const messageFields = Object.keys(message.shape);
const versionFields = Object.keys(messageVersion.shape);
const threadFields = Object.keys(threadSummary.shape);

/**
 * META keeps the preview's number beside it, because the write that takes a number cannot put that number inside a map; the
 * message's id follows from it.
 */
export const conversationItem = (tenant: string, state: ConversationState): Item => ({
  ...conversationKey(tenant, state.id),
  ...state,
  settings: storedSettings(state.settings),
  heard: maybeHeard,
  ...lastMessageAttributes(state.lastMessage),
});
/** Those that are not as they usually are: what a send writes along has to fit a kilobyte. */
export const storedSettings = (settings: ConversationSettings): Item => unusual(settings, defaultSettings);
export const conversationFrom = (item: Item): ConversationState => {
  const seq = Number(item.lastMessageSeq);
  const stored = item.lastMessage as Item | null;
  const lastMessage =
    stored &&
    picked<Preview>({ ...usualPreview, ...stored, seq, messageId: messageIdOf(String(item.id), seq) }, previewFields);
  const settings = picked<ConversationSettings>({ ...defaultSettings, ...(item.settings as Item) }, settingsFields);
  return picked({ ...unsaid, ...item, settings, lastMessage }, conversationFields);
};

/** Who changed it last, in what concerns everybody; null where nobody has. Kept for those who follow the stream alone. */
export const updaterOf = ({ updatedBy }: Item): string | null => (updatedBy as string | undefined) ?? null;

/** @param newest its number is written by `lastMessageSeq` */
export const lastMessageAttributes = (newest: Preview | null) => ({
  lastMessage: newest && storedPreview(newest),
  lastMessageSeq: newest?.seq ?? 0,
});
export const storedPreview = ({ seq: _, messageId: __, ...preview }: Preview): Item => unusual(preview, usualPreview);

/** Lives in the conversation's partition; GSI1 lists it in the user's inbox. */
export const memberItem = (tenant: string, state: MemberState, lastActivityAt: string): Item => ({
  ...memberKey(tenant, state.conversationId, state.userId),
  ...inboxPlace(tenant, state, lastActivityAt),
  ...state,
});
export const memberFrom = (item: Item): MemberState => picked(item, memberFields);

export const inboxPlace = (
  tenant: string,
  member: Pick<MemberState, 'userId' | 'conversationId' | 'joinedAt'> & OwnAttributes,
  lastActivityAt: string,
) => ({
  GSI1PK: inboxPartition(tenant, member.userId),
  GSI1SK: inboxSort(
    activityBucket(inboxMoment({ lastActivityAt }, member)),
    member.conversationId,
    inboxPlaceOf(member),
  ),
});

/** Every entry of the list that a membership is in is above it. */
export const inboxFloor = (member: OwnAttributes): string => inboxStretches[inboxPlaceOf(member)].low;

export interface MessageNote {
  traceparent?: string | undefined;
  postmark?: Postmark | undefined;
  isUnheard?: boolean | undefined;
}

/**
 * Mentions are a set, and there only if there are any. A reply is also listed in its thread by GSI2.
 * @param note for those who follow the stream: `traceparent` of the request that made this state and, of a new message, its postmark and
 * whether nobody hears of it behind the bus, whose publisher is not woken then
 */
export const messageItem = (
  tenant: string,
  { mentions, ...state }: Message,
  expiresAt: number,
  { traceparent, postmark, isUnheard = false }: MessageNote = {},
): Item => {
  const key = messageKey(tenant, state.conversationId, state.seq);
  return {
    ...key,
    ...threadPlace(tenant, state, key.SK),
    ...state,
    ...(mentions.length > 0 ? { mentions: new Set(mentions) } : {}),
    ...(traceparent === undefined ? {} : { traceparent }),
    ...(postmark === undefined ? {} : { postmark }),
    heard: isUnheard ? unheard : maybeHeard,
    expiresAt,
  };
};
/** What is said of its sending by the item of a message that nothing has changed yet. */
export const postmarkFrom = ({ postmark }: Item): Postmark | undefined => postmark as Postmark | undefined;
export const messageFrom = (item: Item): Message =>
  picked({ ...item, mentions: [...((item.mentions as Set<string> | undefined) ?? [])].sort() }, messageFields);
export const keptFrom = ({ seq, createdAt, expiresAt }: Item): Kept => ({
  seq: Number(seq),
  createdAt: String(createdAt),
  expiresAt: Number(expiresAt),
});

const threadPlace = (
  tenant: string,
  { threadId, conversationId }: Pick<Message, 'threadId' | 'conversationId'>,
  sort: string,
) =>
  threadId === null
    ? {}
    : { GSI2PK: threadIndexPartition(tenant, conversationId, placeOfMessage(threadId).seq), GSI2SK: sort };

/** Goes when the message goes. */
export const versionItem = (
  tenant: string,
  { conversationId, seq }: Message,
  state: MessageVersion,
  expiresAt: number,
): Item => ({ ...versionKey(tenant, conversationId, seq, state.version), ...state, expiresAt });
export const versionFrom = (item: Item): MessageVersion => picked(item, versionFields);

/** Goes when its root goes. */
export const threadItem = (
  tenant: string,
  root: Pick<Message, 'conversationId' | 'seq'>,
  state: ThreadSummary,
  expiresAt: number,
): Item => ({
  ...threadKey(tenant, root.conversationId, root.seq),
  rootSeq: root.seq,
  ...state,
  expiresAt,
});
export const threadFrom = (item: Item): ThreadSummary => picked(item, threadFields);

/** A string set of users for each emoji, in an attribute that is called like nothing else. */
export const reactionAttribute = (emoji: string): string => `+${emoji}`;
export const reactionsFrom = (item: Item | undefined): ReactionsState =>
  item === undefined
    ? noReactions
    : {
        rev: Number(item.rev),
        version: Number(item.version),
        at: String(item.at),
        users: new Map(
          Object.entries(item).flatMap(([name, users]) =>
            name.startsWith('+') ? [[name.slice(1), users as Set<string>] as const] : [],
          ),
        ),
      };

export const changeItem = (tenant: string, change: Change, expiresAt: number): Item => ({
  ...changeKey(tenant, change.conversationId, change.rev),
  ...change,
  // All others are told by what they change.
  ...('member' in change && { heard: maybeHeard }),
  expiresAt,
});
export const changeFrom = ({ PK: _, SK: __, expiresAt: ___, heard: ____, ...change }: Item): Change =>
  ({ ...change, ...(change.member ? { member: picked(change.member as Item, publicMemberFields) } : {}) }) as Change;

/** Preferences are attributes of their own, so that two devices can set two of them at once. */
export const preferenceAttribute = (name: keyof Preferences) => `preference:${name}`;

/** Beside them: how they want to be told of messages, as a whole. */
export const notificationPreferencesAttribute = 'notificationPreferences';

export const hasReceiptsOff = (profile: Item | undefined): boolean =>
  profile?.[preferenceAttribute('readReceipts')] === false;

export const isDeletedProfile = (item: Item | undefined): boolean => typeof item?.deletedAt === 'string';
