/** A page of a sync, cut to what fits one frame: what has no room is left for the next. */
import type { ConversationRemoval, OwnConversation } from '../protocol/conversation.ts';
import { messageIdOf } from '../protocol/identifiers.ts';
import type { Message } from '../protocol/message.ts';
import type { SyncedChange, SyncedConversation, SyncPage } from '../protocol/sync.ts';
import { byteLength } from '../protocol/text.ts';
import type { MissedThread } from '../protocol/thread.ts';
import { type Change, isPinChange } from './changes.ts';
import type { Missed } from './sync.ts';
import { firstVisibleSeq, viewpointOf } from './visibility.ts';

/** API Gateway refuses frames above 128 KB; the frame around the page takes some. */
export const pageBytes = 126 * 1024;

/** One of those that were named: what was missed, or that it has to be fetched anew. */
export type Named = Missed | { conversation: OwnConversation; refetch: true };

interface Content extends Pick<SyncPage, 'hidden' | 'threadsRead'> {
  removed: readonly ConversationRemoval[];
  named: readonly Named[];
  joined: readonly OwnConversation[];
}

interface Cut {
  conversations: SyncedConversation[];
  joined: OwnConversation[];
}

/** Room for so many bytes of JSON. `takes` says whether one more value fits, and gives it its place. */
const roomFor = (bytes: number) => {
  let left = bytes;
  return {
    takes: (value: unknown): boolean => {
      const size = byteLength(JSON.stringify(value)) + 1;
      if (size > left) return false;
      left -= size;
      return true;
    },
  };
};
type Room = ReturnType<typeof roomFor>;

type PinChange = Extract<Change, { kind: 'message.pinned' | 'message.unpinned' }>;

/** In the order given. Whatever is alone on its page makes progress: so whoever asks again comes to an end. */
export const cutToFit = ({ removed, hidden, threadsRead, named, joined }: Content, bytes = pageBytes): Cut => {
  const room = roomFor(bytes);
  const before = [...removed, ...hidden, ...threadsRead];
  for (const one of before) room.takes(one);
  const conversations: SyncedConversation[] = [];
  for (const one of named) {
    const entry = 'refetch' in one ? fitting(anew(one.conversation), room) : entryOf(one, room);
    const isFirst = before.length === 0 && conversations.length === 0;
    if (entry) conversations.push(entry);
    // A message that no page holds beside its conversation is read from the history.
    else if (isFirst) conversations.push(anew(one.conversation));
  }
  const fits = joined.findIndex((one) => !room.takes(one));
  return { conversations, joined: fits < 0 ? [...joined] : joined.slice(0, fits) };
};

const blank = { messages: [], changed: [], threads: [], changes: [], receipts: [], hasMore: false, refetch: false };

const anew = (conversation: OwnConversation): SyncedConversation => ({
  ...blank,
  conversation,
  position: { seq: conversation.seq, rev: conversation.rev },
  refetch: true,
});

const fitting = (entry: SyncedConversation, room: Room) => (room.takes(entry) ? entry : undefined);

/** As much as there is room for; undefined where that would be nothing of what there is. */
const entryOf = (
  { conversation, from, receipts: told, ...missed }: Missed,
  room: Room,
): SyncedConversation | undefined => {
  const receipts = [...told];
  if (!room.takes({ ...blank, conversation, receipts, position: from })) return undefined;
  const { threads, takes } = withThreads(missed, room);
  const first = firstVisibleSeq(viewpointOf(conversation));
  const { changes, changed, upTo } = changesThatFit(missed, from.rev, first, { ...room, takesMessage: takes });
  const tooMany = missed.messages.findIndex((one) => !takes(one));
  const messages = tooMany < 0 ? [...missed.messages] : missed.messages.slice(0, tooMany);
  const position = { seq: from.seq + messages.length, rev: upTo };
  const isStuck = position.seq === from.seq && position.rev === from.rev;
  if (isStuck && missed.messages.length + missed.changes.length > 0) return undefined;
  const hasMore = position.seq < conversation.seq || position.rev < conversation.rev;
  return { conversation, messages, changed, threads, changes, receipts, position, hasMore, refetch: false };
};

/** A reply takes its thread along, once. */
const withThreads = (missed: Pick<Missed, 'threads'>, room: Room) => {
  const threads: MissedThread[] = [];
  const takes = (message: Message): boolean => {
    const { threadId } = message;
    const isNew = threadId !== null && !threads.some((one) => one.threadId === threadId);
    const summary = isNew ? missed.threads.get(threadId) : undefined;
    if (!summary || threadId === null) return room.takes(message);
    const thread = { ...summary, threadId };
    if (!room.takes([message, thread])) return false;
    threads.push(thread);
    return true;
  };
  return { threads, takes };
};

/** @param first changes of what is before it are passed over */
const changesThatFit = (
  missed: Pick<Missed, 'changes' | 'changed'>,
  from: number,
  first: number,
  room: Room & { takesMessage: (message: Message) => boolean },
) => {
  const changes: SyncedChange[] = [];
  const shown = new Set<number>();
  let upTo = from;
  for (const change of missed.changes) {
    if (isPinChange(change)) {
      const told = pinTold(change);
      if (change.seq >= first) {
        if (!room.takes(told)) break;
        changes.push(told);
      }
    } else if ('seq' in change) {
      const message = missed.changed.get(change.seq);
      if (message && !shown.has(change.seq) && !room.takesMessage(message)) break;
      if (message) shown.add(change.seq);
    } else {
      const told = toldOf(change);
      if (!room.takes(told)) break;
      changes.push(told);
    }
    upTo = change.rev;
  }
  return { changes, changed: [...shown].flatMap((seq) => missed.changed.get(seq) ?? []), upTo };
};

const pinTold = ({ conversationId, rev, kind, at, by, seq }: PinChange): SyncedChange => ({
  rev,
  kind,
  at,
  by,
  member: null,
  messageId: messageIdOf(conversationId, seq),
});

const toldOf = ({ rev, at, by, ...change }: Exclude<Change, { seq: number }>): SyncedChange =>
  'member' in change
    ? { rev, kind: change.kind, at, by, member: change.member, messageId: null }
    : { rev, kind: 'conversation.updated', at, by, member: null, messageId: null };
