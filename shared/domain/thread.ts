import { Problem } from '../protocol/errors.ts';
import type { Draft, Message } from '../protocol/message.ts';
import { shownParticipants, type ThreadSummary } from '../protocol/thread.ts';

export const emptyThread: ThreadSummary = {
  version: 0,
  replyCount: 0,
  lastReplySeq: null,
  lastReplyAt: null,
  participants: [],
};

/** The summary once a reply is stored. Replies may be stored in another order than that of their numbers. */
export const withReply = (thread: ThreadSummary, { seq, senderId, createdAt }: Message): ThreadSummary => {
  const isLast = thread.lastReplySeq === null || thread.lastReplySeq < seq;
  const isNamed = senderId === null || thread.participants.includes(senderId);
  return {
    version: thread.version + 1,
    replyCount: thread.replyCount + 1,
    lastReplySeq: isLast ? seq : thread.lastReplySeq,
    lastReplyAt: isLast ? createdAt : thread.lastReplyAt,
    participants:
      isNamed || thread.participants.length >= shownParticipants
        ? thread.participants
        : [...thread.participants, senderId],
  };
};

/** The summary once a reply is a tombstone: one less to read, by whoever has taken part and whenever it was. */
export const withoutReply = (thread: ThreadSummary): ThreadSummary => ({
  ...thread,
  version: thread.version + 1,
  replyCount: thread.replyCount - 1,
});

/** What a draft refers to, as it was found. */
export interface Referred {
  quoted: Message | undefined;
  root: Message | undefined;
}

/**
 * Tombstones may be quoted, and have threads: what was said of them goes on.
 * @throws Problem `invalid_request` where the draft refers to what is not there, or to a thread that cannot be
 */
export const requireReferences = (draft: Draft, { quoted, root }: Referred): void => {
  const missing = 'is not a message of this conversation';
  const errors = [
    ...(draft.replyTo !== null && !quoted ? [{ path: 'replyTo', message: missing }] : []),
    ...(draft.threadId !== null && !root ? [{ path: 'threadId', message: missing }] : []),
    ...(root && root.threadId !== null
      ? [{ path: 'threadId', message: 'is itself a reply: name the message that its thread belongs to' }]
      : []),
  ];
  if (errors.length > 0) throw new Problem('invalid_request', { errors });
};
