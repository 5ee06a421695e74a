import { asksFor } from '../../shared/domain/mentions.ts';
import { previewOf, quoteOf } from '../../shared/domain/message.ts';
import type { Conversation, Member } from '../../shared/protocol/conversation.ts';
import type { Message, Preview, ShownMessage } from '../../shared/protocol/message.ts';
import { mostMentions, type OwnState } from '../../shared/protocol/own-state.ts';
import type { OwnThreadSummary } from '../../shared/protocol/thread.ts';
import type { ClientState, Fetched } from './client-state.ts';
import { type Followed, gapsOf, type Reactions, revOf, seqOf, unreacted, type Watermarks } from './followed.ts';

/**
 * A conversation as a client shows it, in a form in which what was followed and what was fetched can be compared. It leaves out what
 * no event tells: how far the members of large groups have read, the moment of the last activity (a client has the messages' own) and,
 * of a large room, who its members are.
 */
export interface View {
  about: unknown;
  seq: number;
  rev: number;
  /** Numbers that are known to be taken by what is not known. Nothing fetched has any. */
  gaps: { seqs: number[]; revs: number[] };
  memberCount: number;
  role: string | null;
  members: Record<string, unknown>;
  lastReadSeq: number | null;
  unreadCount: number;
  /** By user, of the others who are members: as far as they show it, where this user is shown any. */
  watermarks: Record<string, Watermarks>;
  /** By the messages that are known. */
  mentionCount: number;
  /** As it was told. */
  own: unknown;
  draft: unknown;
  lastMessage: unknown;
  /** By number. */
  messages: Record<number, WithReactions>;
  hidden: number[];
  /** By the number of the root. */
  threads: Record<number, OwnThreadSummary>;
  /** Who pinned what, by number. */
  pins: Record<number, unknown>;
}

/** Threads are compared by themselves. */
type WithReactions = Omit<ShownMessage, 'thread'>;

/** By conversation id. */
export type Views = Record<string, View>;

/** As many members hear of each other one by one. */
const mostHeardEach = 9;

export const viewsOf = ({ user, readReceipts, conversations }: ClientState): Views =>
  Object.fromEntries(Object.entries(conversations).map(([id, one]) => [id, followedView(user, one, readReceipts)]));

export const fetchedViewsOf = (user: string, fetched: readonly Fetched[]): Views =>
  Object.fromEntries(fetched.map((one) => [one.own.id, fetchedView(user, one)]));

/** Whoever sends has read what came before. When the newest message is forgotten, all are, and nothing is unread. */
const followedView = (user: string, one: Followed, readReceipts: boolean): View => {
  const all = Object.values(one.messages).sort((a, b) => a.seq - b.seq);
  const messages = all.filter((message) => isSeen(one, message));
  const isMessage = ({ status }: Message) => status !== 'void';
  const [newest, newestOfAll] = [messages.findLast(isMessage), all.findLast(isMessage)];
  const postedBy = (someone: string) =>
    Math.max(0, ...all.filter(({ senderId }) => senderId === someone).map(({ seq }) => seq));
  const lastReadSeq = Math.max(one.lastReadSeq, postedBy(user));
  const others = Object.keys(one.members).filter((other) => other !== user);
  const isShown = readReceipts && others.length < mostHeardEach && !isLarge(one.about);
  const shown = messages.filter(({ seq }) => !one.hidden.includes(seq));
  return {
    about: aboutOf(one.about),
    seq: one.seq,
    rev: revOf(one),
    gaps: gapsOf(one),
    memberCount: isLarge(one.about) ? one.counted.members : Object.keys(one.members).length,
    role: one.members[user]?.role ?? null,
    members: isLarge(one.about) ? {} : membersOf(Object.values(one.members)),
    lastReadSeq,
    unreadCount: newestOfAll && !isKept(one, newestOfAll) ? 0 : one.seq - lastReadSeq,
    watermarks: Object.fromEntries(
      (isShown ? others : []).map((other) => {
        const { read, delivered } = one.watermarks[other] ?? { read: 0, delivered: 0 };
        const shown = Math.max(read, postedBy(other));
        return [other, { read: shown, delivered: Math.max(shown, delivered) }];
      }),
    ),
    mentionCount: mentionCountOf(user, one, lastReadSeq),
    own: withoutVersion(one.own),
    draft: one.draft.draft,
    // What one has deleted for oneself is the newest all the same, whether or not one has ever seen it since.
    lastMessage: newest && newest.seq > Math.max(0, ...one.hidden) ? withoutTime(previewOf(newest)) : null,
    messages: bySeq(shown.map((message) => withReactions(withCurrentQuote(one, message), one.reactions[message.seq]))),
    hidden: one.hidden.filter((seq) => isHidden(one, seq)),
    threads: Object.fromEntries(
      shown.flatMap(({ seq }) => {
        const thread = one.threads[seq];
        return thread ? [[seq, { ...thread, lastReadSeq: one.threadReads[seq] ?? 0 }]] : [];
      }),
    ),
    pins: pinsOf(one, shown),
  };
};

/**
 * By what this client knows of the messages. One that its user deleted for themselves still counts until they have read on, and a device
 * that never saw it knows its number alone: there the count that it was told may be greater.
 */
const mentionCountOf = (user: string, { messages, hidden, own }: Followed, lastReadSeq: number): number => {
  const known = Object.values(messages).filter((it) => it.seq > lastReadSeq && asksFor(it, user)).length;
  const unknown = hidden.filter((seq) => seq > lastReadSeq && !messages[seq]).length;
  return Math.min(mostMentions, Math.max(known, Math.min(own.mentionCount, known + unknown)));
};

/** What a client knows of a quoted message is newer than the quote that came with the answer. What is before one's time is not quoted. */
const withCurrentQuote = (one: Followed, message: Message): Message => {
  if (message.status !== 'sent' || message.replyTo === null) return message;
  const seq = seqOf(message.replyTo);
  if (!isShownFrom(one, seq)) return { ...message, quote: null };
  const original = one.messages[seq];
  return original && isKept(one, original) ? { ...message, quote: quoteOf(original) } : message;
};

const bySeq = (messages: readonly WithReactions[]) =>
  Object.fromEntries(messages.map((message) => [message.seq, message]));

/** What was deleted, or cannot be seen, is not shown as pinned. */
const pinsOf = ({ pins }: Followed, messages: readonly Message[]) =>
  Object.fromEntries(
    messages.flatMap(({ seq, status }) => {
      const { pinned = null, rev = 0 } = pins[seq] ?? {};
      return pinned && status === 'sent' ? [[seq, { ...pinned, rev }]] : [];
    }),
  );

/** As the conversation's settings are by now: kept for so many days … */
const isKept = ({ about }: Followed, { createdAt }: Message): boolean => {
  const { retentionDays } = about.settings;
  return retentionDays === null || Date.parse(createdAt) + retentionDays * 86_400_000 > Date.now();
};

/** … and seen from the start, or from one's joining. */
const isShownFrom = ({ about, joinedSeq }: Followed, seq: number): boolean =>
  about.settings.historyFrom === 'start' || seq > joinedSeq;

const isSeen = (one: Followed, message: Message): boolean => isKept(one, message) && isShownFrom(one, message.seq);

const isHidden = (one: Followed, seq: number): boolean => {
  const message = one.messages[seq];
  return message ? isSeen(one, message) : isShownFrom(one, seq);
};

const fetchedView = (user: string, { own, members, messages, hidden, draft, pins }: Fetched): View => ({
  about: aboutOf(own),
  seq: own.seq,
  rev: own.rev,
  gaps: { seqs: [], revs: [] },
  memberCount: own.memberCount,
  role: own.role,
  members: isLarge(own) ? {} : membersOf(members),
  lastReadSeq: own.lastReadSeq,
  unreadCount: own.unreadCount,
  watermarks: Object.fromEntries(
    (members.length <= mostHeardEach && !isLarge(own) ? members : []).flatMap(
      ({ userId, lastReadSeq: read, lastDeliveredSeq: delivered }) =>
        userId === user || read === null || delivered === null ? [] : [[userId, { read, delivered }]],
    ),
  ),
  mentionCount: own.mentionCount,
  own: withoutVersion(own),
  draft: draft.draft,
  lastMessage: own.lastMessage && withoutTime(own.lastMessage),
  messages: bySeq(messages.map(({ thread: _, ...message }) => message)),
  hidden,
  threads: Object.fromEntries(messages.flatMap(({ seq, thread }) => (thread ? [[seq, thread]] : []))),
  pins: Object.fromEntries(
    pins.map(({ message, pinnedAt, pinnedBy, rev }) => [message.seq, { pinnedAt, pinnedBy, rev }]),
  ),
});

/** Nobody reacts to what is deleted. */
const withReactions = (message: Message, { version, all, own }: Reactions = unreacted): WithReactions => {
  const isSeen = message.status === 'sent';
  const mine = Object.keys(own).filter((emoji) => own[emoji]?.isThere);
  return {
    ...message,
    reactions: isSeen ? all : [],
    reactionsVersion: version,
    myReactions: isSeen ? mine.sort() : [],
  };
};

const isLarge = ({ live }: Conversation): boolean => live === 'subscribed';

/** Not every version is told: some look like the one before. */
const withoutVersion = ({ markedUnread, mutedUntil, archivedAt, pinnedAt, mentionCount }: OwnState) => ({
  markedUnread,
  mutedUntil,
  archivedAt,
  pinnedAt,
  mentionCount,
});

const aboutOf = ({ id, type, title, settings, live, memberIds, createdAt, createdBy, updatedAt }: Conversation) => ({
  id,
  type,
  title,
  settings,
  live,
  memberIds,
  createdAt,
  createdBy,
  updatedAt,
});

const membersOf = (members: readonly Member[]) =>
  Object.fromEntries(members.map(({ userId, role, joinedAt, rev }) => [userId, { role, joinedAt, rev }]));

const withoutTime = ({ createdAt: _, ...preview }: Preview) => preview;

/** Where two plain values differ, a line each: `g-x.members.ada.role: "admin", not "owner"`. */
export const differencesBetween = (one: unknown, other: unknown, place = ''): string[] => {
  if (isObject(one) && isObject(other)) {
    const names = [...new Set([...Object.keys(one), ...Object.keys(other)])];
    return names.flatMap((name) => differencesBetween(one[name], other[name], place ? `${place}.${name}` : name));
  }
  const [a, b] = [JSON.stringify(one), JSON.stringify(other)];
  return a === b ? [] : [`${place}: ${a}, not ${b}`];
};

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
