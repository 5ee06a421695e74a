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
import type { ShownMessage } from '../../shared/protocol/message.ts';
import type { Pin } from '../../shared/protocol/pin.ts';
import {
  blank,
  type Followed,
  heard,
  opens,
  revOf,
  seqOf,
  withCount,
  withDraft,
  withFetchedRev,
  withHidden,
  withMember,
  withMessage,
  withNews,
  withOwn,
  withoutMember,
  withPin,
  withReaction,
  withReceipt,
  withShown,
  withThread,
  withThreadRead,
} from './followed.ts';

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

/** The state with one message that was fetched by itself. */
export const withFetchedMessage = (state: ClientState, one: ShownMessage): ClientState =>
  inConversation(state, one.conversationId, (followed) => withShown(followed, one));

const inConversation = (state: ClientState, id: string, change: (one: Followed) => Followed): ClientState => {
  const one = state.conversations[id];
  return one ? { ...state, conversations: { ...state.conversations, [id]: change(one) } } : state;
};

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
