/** What stands beside the messages of a conversation, against the messages and changes themselves. */
import { placeOfMessage } from '../../shared/protocol/identifiers.ts';
import type { Message } from '../../shared/protocol/message.ts';
import { shownParticipants } from '../../shared/protocol/thread.ts';
import type { Truth } from './truth.ts';

const differs = (found: unknown, expected: unknown, what: string): string[] =>
  JSON.stringify(found) === JSON.stringify(expected)
    ? []
    : [`${what}: ${JSON.stringify(found)}, not ${JSON.stringify(expected)}`];

const rootOf = ({ threadId }: Message): number | undefined =>
  threadId === null ? undefined : placeOfMessage(threadId).seq;

/** Each thread's summary, counted anew from its replies; who takes part is told in the order in which replies were stored. */
export const complaintsAboutThreads = ({ messages, threads }: Truth): string[] => {
  const replies = Map.groupBy(
    messages.filter((one) => one.status !== 'void' && one.threadId !== null),
    (one) => rootOf(one) ?? 0,
  );
  const roots = [...new Set([...replies.keys(), ...threads.keys()])];
  return roots.flatMap((root) => {
    const own = replies.get(root) ?? [];
    const deleted = own.filter(({ status }) => status === 'deleted');
    const last = own.toSorted((a, b) => a.seq - b.seq).at(-1);
    const found = threads.get(root);
    const senders = [...new Set(own.map(({ senderId }) => senderId ?? ''))].sort();
    return differs(
      found && [
        found.version,
        found.replyCount,
        found.lastReplySeq,
        found.lastReplyAt,
        found.participants.toSorted().slice(0, shownParticipants),
      ],
      [own.length + deleted.length, own.length - deleted.length, last?.seq, last?.createdAt, senders],
      `thread of number ${root}`,
    );
  });
};

/** What is pinned, if the changes tell everything. */
export const complaintsAboutPins = ({ changes, pins }: Truth): string[] => {
  const expected = new Map<number, number>();
  for (const change of changes) {
    if (change.kind === 'message.unpinned') expected.delete(change.seq);
    if (change.kind === 'message.pinned') expected.set(change.seq, change.rev);
  }
  return differs(
    pins.map(({ seq, rev }) => [seq, rev]),
    [...expected],
    'pins, against what the changes tell',
  );
};

/** Each edit and deletion has filed what was there before. */
export const complaintsAboutVersions = ({ messages, versions }: Truth): string[] =>
  messages.flatMap(({ seq, version }) =>
    differs(versions.filter((one) => one === seq).length, version - 1, `earlier versions of number ${seq}`),
  );
