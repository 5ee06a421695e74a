/** What a member keeps of a conversation for themselves: rules over the attributes of their membership. */
import type { OwnConversation } from '../protocol/conversation.ts';
import { forEver, mostMentions, type OwnState, type OwnStatePatch, type UnreadTotals } from '../protocol/own-state.ts';

/** As the table knows it, on the membership. What was never set is not there. */
export interface OwnAttributes {
  ownVersion?: number;
  /**
   * The newest number when they marked it as unread. Whoever posts after that has read it: what raises their watermark comes later,
   * by the stream, and must not clear a mark that was set meanwhile.
   */
  markedUnreadSeq?: number;
  mutedUntil?: string;
  archivedAt?: string;
  pinnedAt?: string;
  /** Numbers of messages that mention them: the newest 100, those included that were read since. */
  mentionSeqs?: ReadonlySet<number>;
}

/** What a command makes of them; null removes. */
export type OwnChange = {
  [Name in 'markedUnreadSeq' | 'mutedUntil' | 'archivedAt' | 'pinnedAt']?: NonNullable<OwnAttributes[Name]> | null;
};

type Member = OwnAttributes & { lastReadSeq: number };

/** Of the membership alone, so that each of its versions shows one state. */
export const ownStateOf = (member: Member): OwnState => ({
  ownVersion: member.ownVersion ?? 0,
  markedUnread: member.markedUnreadSeq !== undefined && member.lastReadSeq <= member.markedUnreadSeq,
  mutedUntil: member.mutedUntil ?? null,
  archivedAt: member.archivedAt ?? null,
  pinnedAt: member.pinnedAt ?? null,
  mentionCount: Math.min(
    mostMentions,
    [...(member.mentionSeqs ?? [])].filter((seq) => seq > member.lastReadSeq).length,
  ),
});

/** Of somebody who sees a conversation without being a member. */
export const noOwnState: OwnState = ownStateOf({ lastReadSeq: 0 });

/** Whether it looks different to its member, `ownVersion` aside. */
export const hasChanged = (before: Member, after: Member): boolean => {
  const [{ ownVersion: _, ...one }, { ownVersion: __, ...other }] = [ownStateOf(before), ownStateOf(after)];
  return JSON.stringify(one) !== JSON.stringify(other);
};

/** What an archived conversation was pinned as is forgotten, and the other way round. */
export const ownPatched = (member: OwnAttributes, { muted, archived, pinned }: OwnStatePatch, now: Date): OwnChange => {
  const at = now.toISOString();
  return {
    ...(muted === undefined ? {} : { mutedUntil: mutedUntilOf(muted, now) }),
    ...(archived === undefined ? {} : { archivedAt: archived ? (member.archivedAt ?? at) : null }),
    ...(pinned === undefined ? {} : { pinnedAt: pinned ? (member.pinnedAt ?? at) : null }),
    ...(archived ? { pinnedAt: null } : {}),
    ...(pinned ? { archivedAt: null } : {}),
  };
};

const mutedUntilOf = (muted: NonNullable<OwnStatePatch['muted']>, now: Date): string | null => {
  if (typeof muted === 'boolean') return muted ? forEver : null;
  const until = new Date(muted.until);
  return until > now ? until.toISOString() : null;
};

export const unreadMarked = (member: Member, newestSeq: number): OwnChange =>
  ownStateOf(member).markedUnread ? {} : { markedUnreadSeq: Math.max(newestSeq, member.lastReadSeq) };

/** What reading does to a mark, however little there was to read. */
export const unreadCleared = (member: Member): OwnChange =>
  ownStateOf(member).markedUnread ? { markedUnreadSeq: null } : {};

/** Where a conversation stands in its member's inbox. */
export type InboxPlace = 'pinned' | 'usual' | 'archived';

export const inboxPlaceOf = ({ archivedAt, pinnedAt }: OwnAttributes): InboxPlace =>
  archivedAt ? 'archived' : pinnedAt ? 'pinned' : 'usual';

type Counted = Pick<OwnConversation, 'unreadCount' | 'mentionCount' | 'markedUnread' | 'mutedUntil' | 'archivedAt'>;

export const unreadTotalsOf = (conversations: readonly Counted[], now: Date): Omit<UnreadTotals, 'isComplete'> => {
  const isQuiet = ({ archivedAt, mutedUntil }: Counted) =>
    archivedAt !== null || (mutedUntil !== null && new Date(mutedUntil) > now);
  const sum = (some: readonly Counted[]) => ({
    conversations: some.filter(({ unreadCount, markedUnread }) => unreadCount > 0 || markedUnread).length,
    messages: some.reduce((total, { unreadCount }) => total + unreadCount, 0),
    mentions: some.reduce((total, { mentionCount }) => total + mentionCount, 0),
  });
  return {
    ...sum(conversations.filter((one) => !isQuiet(one))),
    quiet: sum(conversations.filter(isQuiet)),
  };
};
