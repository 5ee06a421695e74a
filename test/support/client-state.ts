/**
 * What a client knows, kept up to date as a client does it: it begins with a fetch, follows events, drops what it has by
 * (conversationId, seq, rev), and sees by number what it has missed. What it makes of a sync is in client-sync.ts. Pure: each function takes a state and gives another.
 */
import {
  type Conversation,
  conversation,
  type Member,
  type OwnConversation,
} from '../../shared/protocol/conversation.ts';
import type { DraftState } from '../../shared/protocol/drafts.ts';
import type { ServerFrame } from '../../shared/protocol/events.ts';
import { placeOfMessage } from '../../shared/protocol/identifiers.ts';
import type { Message, ShownMessage } from '../../shared/protocol/message.ts';
import type { OwnState } from '../../shared/protocol/own-state.ts';
import type { Pin } from '../../shared/protocol/pin.ts';
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

export interface ClientState {
  readonly user: string;
  /** Off, neither others are shown what this user has read, nor this user what others have. */
  readonly readReceipts: boolean;
  readonly conversations: Readonly<Record<string, Followed>>;
  /** The revision at which each conversation was lost, so that older news of it is not believed. */
  readonly lost: Readonly<Record<string, number>>;
}

/** One conversation with all that belongs to it, freshly fetched. `own` was fetched first. */
export interface Fetched {
  own: OwnConversation;
  members: Member[];
  messages: ShownMessage[];
  hidden: number[];
  draft: DraftState;
  pins: Pin[];
}

export const emptyState = (user: string, readReceipts = true): ClientState => ({
  user,
  readReceipts,
  conversations: {},
  lost: {},
});

/** The state as one frame leaves it. Frames may be repeated, late, or tell of conversations that one knows nothing of. */
export const follow = (state: ClientState, frame: ServerFrame): ClientState => {
  switch (frame.event) {
    case 'message.new':
      return inConversation(state, frame.data.conversationId, (one) => withMessage(one, frame.data));
    case 'message.updated':
    case 'message.deleted':
      return inConversation(state, frame.data.conversationId, (one) =>
        heard(withMessage(one, frame.data), frame.data.rev),
      );
    case 'message.pinned': {
      const { conversationId, messageId, rev, pinnedAt, pinnedBy } = frame.data;
      const known = { rev, pinned: { pinnedAt, pinnedBy } };
      return inConversation(state, conversationId, (one) => heard(withPin(one, messageId, known), rev));
    }
    case 'message.unpinned': {
      const { conversationId, messageId, rev } = frame.data;
      return inConversation(state, conversationId, (one) => heard(withPin(one, messageId, { rev, pinned: null }), rev));
    }
    case 'message.hidden':
      return inConversation(state, frame.data.conversationId, (one) => withHidden(one, [frame.data.seq]));
    case 'thread.updated': {
      const { conversationId, threadId, ...thread } = frame.data;
      return inConversation(state, conversationId, (one) => withThread(one, seqOf(threadId), thread));
    }
    case 'thread.read': {
      const { conversationId, threadId, lastReadSeq } = frame.data;
      return inConversation(state, conversationId, (one) => withThreadRead(one, seqOf(threadId), lastReadSeq));
    }
    case 'message.sent': {
      const { messageId, seq } = frame.data;
      const [conversationId = ''] = messageId.split('.');
      // Whoever sends has read what came before, whatever becomes of the message.
      return inConversation(state, conversationId, (one) => ({
        ...one,
        seq: Math.max(one.seq, seq),
        lastReadSeq: Math.max(one.lastReadSeq, seq),
      }));
    }
    case 'reaction.added':
    case 'reaction.removed': {
      const { event, data } = frame;
      return inConversation(state, data.conversationId, (one) =>
        heard(withReaction(one, data, state.user, event === 'reaction.added'), data.rev),
      );
    }
    case 'member.added':
    case 'member.updated':
      return inConversation(state, frame.data.conversationId, (one) =>
        heard(withMember(one, frame.data), frame.data.rev),
      );
    case 'member.removed':
      return inConversation(state, frame.data.conversationId, (one) =>
        heard(withoutMember(one, frame.data.userId, frame.data.rev), frame.data.rev),
      );
    case 'member.count':
      return inConversation(state, frame.data.conversationId, (one) =>
        frame.data.revs.reduce(heard, withCount(one, frame.data.rev, frame.data.memberCount)),
      );
    case 'conversation.updated':
      return inConversation(state, frame.data.id, (one) => heard(withNews(one, frame.data), frame.data.rev));
    case 'membership.updated': {
      const { conversationId, version: ownVersion, lastReadSeq, ...own } = frame.data;
      return inConversation(state, conversationId, (one) => ({
        ...withOwn(one, { ownVersion, ...own }),
        lastReadSeq: Math.max(one.lastReadSeq, lastReadSeq),
      }));
    }
    case 'draft.updated':
      return inConversation(state, frame.data.conversationId, (one) => withDraft(one, frame.data));
    case 'revision.hidden':
      return inConversation(state, frame.data.conversationId, (one) => heard(one, frame.data.rev));
    case 'conversation.new':
      return withConversation(state, frame.data);
    case 'conversation.removed':
      return withoutConversation(state, frame.data.conversationId, frame.data.rev);
    case 'receipt.updated':
      return inConversation(state, frame.data.conversationId, (one) => withReceipt(state.user, one, frame.data));
    case 'batch':
      return frame.data.events.reduce((now, event) => follow(now, event as ServerFrame), state);
    // Errors, and the gateway's own words, which are no frames of Parley's.
    default:
      return state;
  }
};

/** The state with a conversation that was fetched while events came: each part is as new as the newer of both. */
export const withFetched = (
  state: ClientState,
  { own, members, messages, hidden, draft, pins }: Fetched,
): ClientState => {
  if (own.rev <= (state.lost[own.id] ?? -1)) return state;
  const before = state.conversations[own.id];
  const about = aboutOf(own);
  const firstSeq = Math.min(own.seq + 1, ...messages.map(({ seq }) => seq), ...hidden);
  // Not as `own` has it: that counts a message of one's own that is still under way, and may come to nothing.
  const lastReadSeq = members.find(({ userId }) => userId === state.user)?.lastReadSeq ?? 0;
  const known = before ? withNews(before, about) : blank(about);
  const merged: Followed = {
    ...withFetchedRev(known, own.rev),
    firstSeq: before?.isFetched ? Math.min(before.firstSeq, firstSeq) : firstSeq,
    joinedSeq: own.joinedSeq ?? 0,
    lastReadSeq: Math.max(known.lastReadSeq, lastReadSeq),
    // Opened to newcomers since: what was fetched is not all that they see by now.
    isFetched: !opens(about, known.about),
    own: withOwn(known, own).own,
    draft: withDraft(known, draft).draft,
  };
  const listed = new Set(members.map(({ userId }) => userId));
  const stillThere = Object.entries(known.members).filter(([user, { rev }]) => rev > own.rev || listed.has(user));
  const newerPins = Object.entries(known.pins).filter(([, { rev }]) => rev > own.rev);
  const present = { ...merged, members: Object.fromEntries(stillThere), pins: Object.fromEntries(newerPins) };
  const pinned = pins.reduce(
    (one, { message, rev, pinnedAt, pinnedBy }) => withPin(one, message.id, { rev, pinned: { pinnedAt, pinnedBy } }),
    present,
  );
  const followed = messages.reduce(withShown, members.reduce(withMember, withHidden(pinned, hidden)));
  return { ...state, conversations: { ...state.conversations, [own.id]: followed } };
};

/** The state with the list of drafts as it was fetched; one that is not listed, and was not heard of meanwhile, is gone. */
export const withDrafts = (state: ClientState, drafts: readonly DraftState[], before: ClientState): ClientState =>
  Object.keys(state.conversations).reduce((now, id) => {
    const listed = drafts.find(({ conversationId }) => conversationId === id);
    return inConversation(now, id, (one) => {
      if (listed) return withDraft(one, listed);
      const isOld = one.draft.version === before.conversations[id]?.draft.version;
      return isOld ? { ...one, draft: { ...one.draft, draft: null } } : one;
    });
  }, state);

/** Without what is one's own of it. */
export const aboutOf = (own: OwnConversation): Conversation => conversation.parse(own);

/** Everything up to this revision is known. */
export const withFetchedRev = (one: Followed, rev: number): Followed => {
  const fetchedRev = Math.max(one.fetchedRev, rev);
  return { ...one, fetchedRev, heardRevs: one.heardRevs.filter((heard) => heard > fetchedRev) };
};

/** The state with one message that was fetched by itself. */
export const withFetchedMessage = (state: ClientState, one: ShownMessage): ClientState =>
  inConversation(state, one.conversationId, (followed) => withShown(followed, one));

/** The numbers, of messages and revisions, that somebody has and this client has not: what a client would fetch. */
export const gapsOf = ({ firstSeq, seq, messages, hidden, fetchedRev, heardRevs }: Followed) => ({
  seqs: missing(firstSeq, seq, new Set([...Object.keys(messages).map(Number), ...hidden])),
  revs: missing(fetchedRev + 1, Math.max(fetchedRev, ...heardRevs), new Set(heardRevs)),
});

/** The newest revision that this client has heard of. */
export const revOf = ({ fetchedRev, heardRevs }: Followed): number => Math.max(fetchedRev, ...heardRevs);

const missing = (from: number, to: number, present: ReadonlySet<number>): number[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i).filter((number) => !present.has(number));

const inConversation = (state: ClientState, id: string, change: (one: Followed) => Followed): ClientState => {
  const one = state.conversations[id];
  return one ? { ...state, conversations: { ...state.conversations, [id]: change(one) } } : state;
};

const heard = (one: Followed, rev: number): Followed =>
  rev <= one.fetchedRev || one.heardRevs.includes(rev)
    ? one
    : { ...one, heardRevs: [...one.heardRevs, rev].sort((a, b) => a - b) };

const blank = (about: Conversation): Followed => ({
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
const withReaction = (one: Followed, change: ReactionChange, user: string, isThere: boolean): Followed => {
  const seq = seqOf(change.messageId);
  const { emoji, userId, version, reactions: all } = change;
  const before = one.reactions[seq] ?? unreacted;
  const isOwn = userId === user && version > Math.max(before.ownAsOf, before.own[emoji]?.version ?? 0);
  const own = isOwn ? { ...before.own, [emoji]: { version, isThere } } : before.own;
  const newer = version > before.version ? { version, all } : { version: before.version, all: before.all };
  return { ...one, reactions: { ...one.reactions, [seq]: { ...before, ...newer, own } } };
};
const withHidden = (one: Followed, seqs: readonly number[]): Followed => ({
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
const opens = (before: Conversation, after: Conversation): boolean =>
  before.settings.historyFrom === 'join' && after.settings.historyFrom === 'start';

const withCount = (one: Followed, rev: number, members: number): Followed =>
  rev > one.counted.rev ? { ...one, counted: { rev, members } } : one;

export const withConversation = (state: ClientState, about: Conversation): ClientState => {
  if (about.rev <= (state.lost[about.id] ?? -1)) return state;
  if (state.conversations[about.id]) return inConversation(state, about.id, (one) => withNews(one, about));
  return { ...state, conversations: { ...state.conversations, [about.id]: blank(about) } };
};

/** A conversation that turns out not to be theirs any more when they look. */
export const withoutFollowed = (state: ClientState, id: string): ClientState => {
  const { [id]: _, ...others } = state.conversations;
  return { ...state, conversations: others };
};

/**
 * A removal that is heard late: whoever knows of later revisions has been let in again, for only members hear of them. What happened
 * in between was not for them, so they look again. Heard once more it changes nothing.
 */
export const withoutConversation = (state: ClientState, id: string, rev: number): ClientState => {
  if (rev <= (state.lost[id] ?? -1)) return state;
  const now = { ...state, lost: { ...state.lost, [id]: rev } };
  const one = state.conversations[id];
  const isBack = one && Math.max(one.about.rev, revOf(one)) > rev;
  return isBack ? inConversation(now, id, () => ({ ...one, isFetched: false })) : withoutFollowed(now, id);
};
