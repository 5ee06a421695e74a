/** What a client makes of a page of a sync. Each part of it is taken in by a function of its own; a feature adds its part to the list. */
import type { Message } from '../../shared/protocol/message.ts';
import type { SyncedConversation, SyncPage } from '../../shared/protocol/sync.ts';
import type { Position } from '../../shared/protocol/sync-request.ts';
import {
  aboutOf,
  type ClientState,
  follow,
  withConversation,
  withoutConversation,
  withoutFollowed,
} from './client-state.ts';
import {
  type Followed,
  gapsOf,
  revOf,
  seqOf,
  withFetchedRev,
  withMember,
  withNews,
  withOwn,
  withoutMember,
  withPin,
  withReceipt,
  withShown,
  withThread,
  withThreadRead,
} from './followed.ts';

type Part = (one: Followed, synced: SyncedConversation, user: string) => Followed;

const messages: Part = (one, { messages, changed }) => [...messages, ...changed].reduce(withShown, one);

const threads: Part = (one, { threads }) =>
  threads.reduce((now, { threadId, lastReadSeq, ...thread }) => {
    const root = seqOf(threadId);
    return withThreadRead(withThread(now, root, thread), root, lastReadSeq);
  }, one);

const members: Part = (one, { changes }) =>
  changes.reduce((now, { kind, rev, member }) => {
    if (!member) return now;
    return kind === 'member.removed' ? withoutMember(now, member.userId, rev) : withMember(now, member);
  }, one);

const pins: Part = (one, { changes }) =>
  changes.reduce((now, { kind, rev, at, by, messageId }) => {
    if (messageId === null) return now;
    return withPin(now, messageId, { rev, pinned: kind === 'message.pinned' ? { pinnedAt: at, pinnedBy: by } : null });
  }, one);

/** Whoever was out and is back may see less than they did. */
const joining: Part = (one, { conversation: { joinedSeq } }) => ({ ...one, joinedSeq: joinedSeq ?? 0 });

const settings: Part = (one, { conversation }) => withNews(one, aboutOf(conversation));

/** But for a message of one's own that is still under way, and may come to nothing: it counts once it is there. */
const ownWatermark: Part = (one, { conversation: { lastReadSeq, lastMessage } }, user) => {
  const isUnderWay = lastMessage?.senderId === user && lastMessage.seq === lastReadSeq;
  return isUnderWay ? one : { ...one, lastReadSeq: Math.max(one.lastReadSeq, lastReadSeq ?? 0) };
};

const receipts: Part = (one, synced, user) =>
  synced.receipts.reduce((now, receipt) => withReceipt(user, now, receipt), one);

const own: Part = (one, { conversation }) => withOwn(one, conversation);

const position: Part = (one, synced) => withFetchedRev(one, synced.position.rev);

const parts: readonly Part[] = [
  messages,
  threads,
  members,
  pins,
  joining,
  settings,
  ownWatermark,
  receipts,
  own,
  position,
];

/** The state with one page of a sync, whatever events told meanwhile. */
export const withSynced = (state: ClientState, page: SyncPage): ClientState => {
  const { conversations, joined, removed, hidden, threadsRead } = page;
  const synced = conversations.reduce(withSyncedConversation, state);
  const own = hidden.reduce((now, one) => follow(now, { event: 'message.hidden', data: one }), synced);
  const caughtUp = threadsRead.reduce((now, one) => follow(now, { event: 'thread.read', data: one }), own);
  const without = removed.reduce((now, one) => withoutConversation(now, one.conversationId, one.rev), caughtUp);
  return joined.reduce((now, one) => withConversation(now, aboutOf(one)), without);
};

const withSyncedConversation = (state: ClientState, synced: SyncedConversation): ClientState => {
  const { id } = synced.conversation;
  const one = state.conversations[id];
  // Lost meanwhile, as an event told.
  if (!one) return state;
  if (synced.refetch) return withConversation(withoutFollowed(state, id), aboutOf(synced.conversation));
  const followed = parts.reduce((now, part) => part(now, synced, state.user), one);
  return { ...state, conversations: { ...state.conversations, [id]: followed } };
};

/** How far a client knows a conversation without a gap, the threads of its replies included. */
export const positionOf = (one: Followed): Position => {
  const { seqs, revs } = gapsOf(one);
  const unheard = Object.values(one.messages).filter((message) => isCountUnheard(one, message));
  const first = Math.min(seqs[0] ?? one.seq + 1, ...unheard.map(({ seq }) => seq));
  return { seq: first - 1, rev: (revs[0] ?? revOf(one) + 1) - 1 };
};

/** Whether a reply was heard of, and the news of its thread was not. A thread whose root they do not see is not told. */
const isCountUnheard = ({ threads, firstSeq }: Followed, { threadId, threadVersion }: Message): boolean => {
  if (threadId === null || threadVersion === null) return false;
  const root = seqOf(threadId);
  return root >= firstSeq && threadVersion > (threads[root]?.version ?? 0);
};

/** What a client names when it comes back: what it holds. The rest it fetches. */
export const positionsOf = ({ conversations }: ClientState) =>
  Object.entries(conversations)
    .filter(([, one]) => one.isFetched)
    .map(([conversationId, one]) => ({ conversationId, ...positionOf(one) }));
