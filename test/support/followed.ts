/** One conversation as a client knows it, and what a single fact changes in that. What it holds already it drops, by number and version. */
import type { Conversation, Member } from '../../shared/protocol/conversation.ts';
import type { DraftState } from '../../shared/protocol/drafts.ts';
import { placeOfMessage } from '../../shared/protocol/identifiers.ts';
import type { Message, ShownMessage } from '../../shared/protocol/message.ts';
import type { OwnState } from '../../shared/protocol/own-state.ts';
import type { ReactionChange, ReactionSummary } from '../../shared/protocol/reaction.ts';
import type { Receipt } from '../../shared/protocol/receipts.ts';
import type { ThreadSummary } from '../../shared/protocol/thread.ts';
import { asSaid } from './as-said.ts';

/** The reactions to one message, and which of them are one's own. */
export interface Reactions {
  version: number;
  all: ReactionSummary[];
  /** One's own by emoji, each as of the version that told of it: an event tells of one reaction … */
  own: Record<string, { version: number; isThere: boolean }>;
  /** … and a fetch of all, as of this version. */
  ownAsOf: number;
}

/** A conversation that was followed. Everything in it is told by events; what follows from it is in client-view.ts. */
export interface Followed {
  /** Type, title, settings and the like, as of `about.rev`. */
  about: Conversation;
  /** The greatest number that is known to be taken. */
  seq: number;
  /** By `seq`. */
  messages: Record<number, Message>;
  /** By `seq`; of a message that is not known yet too. */
  reactions: Record<number, Reactions>;
  /** Numbers that they have deleted for themselves: known, and not shown. */
  hidden: number[];
  /** By the number of their roots. */
  threads: Record<number, ThreadSummary>;
  /** How far they have read each thread. */
  threadReads: Record<number, number>;
  /** By user. */
  members: Record<string, Member>;
  /** By the message's `seq`: as of `rev`, it is pinned, or not any more. */
  pins: Record<number, PinKnown>;
  /** The revision that removed somebody, so that older news of them is not believed. */
  departed: Record<string, number>;
  /** Everything up to this revision is in what was fetched. */
  fetchedRev: number;
  /** Later revisions that an event has told of. */
  heardRevs: number[];
  /** What its user sees begins with: the lowest number that was fetched. What is below it is not theirs, or was forgotten. */
  firstSeq: number;
  /** The newest number when its user joined. */
  joinedSeq: number;
  /** What this user has read, on any device; their own messages raise it. */
  lastReadSeq: number;
  /** By user, how far the others show that they have read and received; what they post raises it. Told in small groups alone. */
  watermarks: Record<string, Watermarks>;
  /** How many its members were as of the newest revision that said so. Of a large room, that is all that is told of them. */
  counted: { rev: number; members: number };
  /** What they keep for themselves: the greatest version. */
  own: OwnState;
  draft: DraftState;
  /**
   * False for one that was heard of, come back to, or has to be listened to otherwise from now on, and whose members and messages are
   * still to be fetched.
   */
  isFetched: boolean;
}

export interface PinKnown {
  rev: number;
  /** null where the pin was taken off. */
  pinned: { pinnedAt: string; pinnedBy: string } | null;
}

export interface Watermarks {
  read: number;
  delivered: number;
}

/** Everything up to this revision is known. */
export const withFetchedRev = (one: Followed, rev: number): Followed => {
  const fetchedRev = Math.max(one.fetchedRev, rev);
  return { ...one, fetchedRev, heardRevs: one.heardRevs.filter((heard) => heard > fetchedRev) };
};

/** The numbers, of messages and revisions, that somebody has and this client has not: what a client would fetch. */
export const gapsOf = ({ firstSeq, seq, messages, hidden, fetchedRev, heardRevs }: Followed) => ({
  seqs: missing(firstSeq, seq, new Set([...Object.keys(messages).map(Number), ...hidden])),
  revs: missing(fetchedRev + 1, Math.max(fetchedRev, ...heardRevs), new Set(heardRevs)),
});

/** The newest revision that this client has heard of. */
export const revOf = ({ fetchedRev, heardRevs }: Followed): number => Math.max(fetchedRev, ...heardRevs);

const missing = (from: number, to: number, present: ReadonlySet<number>): number[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i).filter((number) => !present.has(number));

export const heard = (one: Followed, rev: number): Followed =>
  rev <= one.fetchedRev || one.heardRevs.includes(rev)
    ? one
    : { ...one, heardRevs: [...one.heardRevs, rev].sort((a, b) => a - b) };

export const blank = (about: Conversation): Followed => ({
  about,
  seq: about.seq,
  messages: {},
  reactions: {},
  hidden: [],
  threads: {},
  threadReads: {},
  members: {},
  pins: {},
  departed: {},
  fetchedRev: about.rev,
  heardRevs: [],
  firstSeq: 1,
  joinedSeq: 0,
  lastReadSeq: 0,
  watermarks: {},
  counted: { rev: about.rev, members: about.memberCount },
  own: { ownVersion: -1, markedUnread: false, mutedUntil: null, archivedAt: null, pinnedAt: null, mentionCount: 0 },
  draft: { conversationId: about.id, version: -1, draft: null },
  isFetched: false,
});

export const withOwn = (
  one: Followed,
  { ownVersion, markedUnread, mutedUntil, archivedAt, pinnedAt, mentionCount }: OwnState,
) =>
  ownVersion > one.own.ownVersion
    ? { ...one, own: { ownVersion, markedUnread, mutedUntil, archivedAt, pinnedAt, mentionCount } }
    : one;

export const withDraft = (one: Followed, draft: DraftState): Followed =>
  draft.version > one.draft.version ? { ...one, draft } : one;

export const withMessage = (one: Followed, message: Message): Followed => {
  const before = one.messages[message.seq];
  if (before && before.rev >= message.rev) return one;
  return { ...one, seq: Math.max(one.seq, message.seq), messages: { ...one.messages, [message.seq]: message } };
};

/** What is shown beside a message is kept apart from it: events bring the one or the other. */
export const withShown = (one: Followed, shown: ShownMessage): Followed =>
  withShownThread(withShownReactions(withMessage(one, asSaid(shown)), shown), shown);

const withShownReactions = (one: Followed, shown: ShownMessage): Followed => {
  const { seq, reactions: all, reactionsVersion: version, myReactions } = shown;
  const before = one.reactions[seq] ?? unreacted;
  if (version < before.ownAsOf) return one;
  // What was heard of one's own since then is newer than what was fetched.
  const later = Object.entries(before.own).filter(([, own]) => own.version > version);
  const own = Object.fromEntries([...myReactions.map((emoji) => [emoji, { version, isThere: true }]), ...later]);
  const newer = before.version > version ? { version: before.version, all: before.all } : { version, all };
  return { ...one, reactions: { ...one.reactions, [seq]: { ...newer, own, ownAsOf: version } } };
};

const withShownThread = (one: Followed, { seq, thread }: ShownMessage): Followed => {
  if (!thread) return one;
  const { lastReadSeq, ...summary } = thread;
  return withThreadRead(withThread(one, seq, summary), seq, lastReadSeq);
};

export const unreacted: Reactions = { version: 0, all: [], own: {}, ownAsOf: 0 };

/** All of them are told each time, so the newest news holds; of one's own each emoji is told by itself. */
export const withReaction = (one: Followed, change: ReactionChange, user: string, isThere: boolean): Followed => {
  const seq = seqOf(change.messageId);
  const { emoji, userId, version, reactions: all } = change;
  const before = one.reactions[seq] ?? unreacted;
  const isOwn = userId === user && version > Math.max(before.ownAsOf, before.own[emoji]?.version ?? 0);
  const own = isOwn ? { ...before.own, [emoji]: { version, isThere } } : before.own;
  const newer = version > before.version ? { version, all } : { version: before.version, all: before.all };
  return { ...one, reactions: { ...one.reactions, [seq]: { ...before, ...newer, own } } };
};
export const withHidden = (one: Followed, seqs: readonly number[]): Followed => ({
  ...one,
  hidden: [...new Set([...one.hidden, ...seqs])].sort((a, b) => b - a),
});

export const withThread = (one: Followed, root: number, thread: ThreadSummary): Followed =>
  (one.threads[root]?.version ?? 0) >= thread.version ? one : { ...one, threads: { ...one.threads, [root]: thread } };

export const withThreadRead = (one: Followed, root: number, lastReadSeq: number): Followed => ({
  ...one,
  threadReads: { ...one.threadReads, [root]: Math.max(lastReadSeq, one.threadReads[root] ?? 0) },
});

export const seqOf = (messageId: string): number => placeOfMessage(messageId).seq;

/** Of oneself it tells what is one's own; of others, what they show. */
export const withReceipt = (
  user: string,
  one: Followed,
  { userId, lastReadSeq, lastDeliveredSeq }: Receipt,
): Followed =>
  userId === user
    ? { ...one, lastReadSeq: Math.max(one.lastReadSeq, lastReadSeq) }
    : withWatermarks(one, userId, { read: lastReadSeq, delivered: lastDeliveredSeq });

/** They only ever rise, whoever comes, goes and comes back. */
const withWatermarks = (one: Followed, userId: string, { read, delivered }: Watermarks): Followed => {
  const before = one.watermarks[userId] ?? { read: 0, delivered: 0 };
  const after = { read: Math.max(before.read, read), delivered: Math.max(before.delivered, delivered) };
  return { ...one, watermarks: { ...one.watermarks, [userId]: after } };
};

export const withMember = (before: Followed, member: Member): Followed => {
  const { userId, lastReadSeq, lastDeliveredSeq } = member;
  const one = withWatermarks(before, userId, { read: lastReadSeq ?? 0, delivered: lastDeliveredSeq ?? 0 });
  const known = Math.max(one.members[member.userId]?.rev ?? -1, one.departed[member.userId] ?? -1);
  return member.rev <= known ? one : { ...one, members: { ...one.members, [member.userId]: member } };
};

export const withPin = (one: Followed, messageId: string, known: PinKnown): Followed => {
  const { seq } = placeOfMessage(messageId);
  return known.rev <= (one.pins[seq]?.rev ?? -1) ? one : { ...one, pins: { ...one.pins, [seq]: known } };
};

export const withoutMember = (one: Followed, userId: string, rev: number): Followed => {
  const { [userId]: member, ...others } = one.members;
  if (member && member.rev > rev) return one;
  const departed = { ...one.departed, [userId]: Math.max(rev, one.departed[userId] ?? 0) };
  return { ...one, members: others, departed };
};

/**
 * One that became a large room, or stopped to be one, told others meanwhile: what was said then is still to be fetched. So is what was
 * said before its user joined, once that is shown.
 */
export const withNews = (one: Followed, news: Conversation): Followed => {
  const about = news.rev > one.about.rev ? news : one.about;
  const isTurnedOver = about.live !== one.about.live;
  const isOpened = one.joinedSeq > 0 && opens(one.about, about);
  return {
    ...withCount(one, news.rev, news.memberCount),
    seq: Math.max(one.seq, news.seq),
    about,
    isFetched: one.isFetched && !isTurnedOver && !isOpened,
  };
};

/** Whether newcomers come to see what was said before they joined, which nobody tells them of: they look anew. */
export const opens = (before: Conversation, after: Conversation): boolean =>
  before.settings.historyFrom === 'join' && after.settings.historyFrom === 'start';

export const withCount = (one: Followed, rev: number, members: number): Followed =>
  rev > one.counted.rev ? { ...one, counted: { rev, members } } : one;
