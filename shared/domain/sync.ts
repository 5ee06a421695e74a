/** What a client that was away gets of a conversation: what it missed without a gap, how far that takes it, and when it has to begin anew. */
import type { ConversationRemoval, OwnConversation } from '../protocol/conversation.ts';
import type { Message, ShownMessage } from '../protocol/message.ts';
import type { Receipt } from '../protocol/receipts.ts';
import type { Position } from '../protocol/sync-request.ts';
import type { OwnThreadSummary } from '../protocol/thread.ts';
import { type Change, isPinChange } from './changes.ts';
import type { ConversationState, MemberState } from './conversation.ts';
import { firstVisibleSeq } from './visibility.ts';

/** A change may be filed a moment after its number was taken; one that is not there by then never comes. */
export const filingMs = 60_000;

/** What was found of what a client missed in one conversation. */
export interface Missed {
  conversation: OwnConversation;
  from: Position;
  /** After `from.seq`, without a gap. */
  messages: readonly ShownMessage[];
  /** After `from.rev`, without a gap. */
  changes: readonly Change[];
  /** The messages up to `from.seq` of which the changes tell, by number, as they are now. */
  changed: ReadonlyMap<number, ShownMessage>;
  /** The caller's own, and of the other members where each of them is told of. */
  receipts: readonly Receipt[];
  /** The threads of all these messages, by their roots. */
  threads: ReadonlyMap<string, OwnThreadSummary>;
}

/**
 * Whether a client has to begin anew: its numbers were never given by this conversation, or it stands before what it may see, since it
 * was out and came back to a history that begins with its joining.
 */
export const isElsewhere = (
  { seq, rev }: Position,
  conversation: Pick<ConversationState, 'seq' | 'rev' | 'settings'>,
  member: Pick<MemberState, 'joinedSeq'>,
): boolean => seq > conversation.seq || rev > conversation.rev || seq < firstVisibleSeq({ conversation, member }) - 1;

/** A budget shared out in order: who comes first gets all that it misses. */
export const sharesOf = (missing: readonly number[], budget: number): number[] => {
  let left = budget;
  return missing.map((one) => {
    const share = Math.min(one, left);
    left -= share;
    return share;
  });
};

/** @param messages in the order of their numbers */
export const messagesWithoutGap = <M extends Pick<Message, 'seq'>>(messages: readonly M[], after: number): M[] =>
  messages.filter(({ seq }, i) => seq === after + 1 + i);

/**
 * The changes after a revision up to the first gap; `lost` where what belongs there will not come any more, because retention has
 * removed it. As old as a gap is at least what comes after it.
 * @param found in the order of their numbers
 */
export const changesWithoutGap = (
  found: readonly Change[],
  after: number,
  { rev, changedAt }: Pick<ConversationState, 'rev' | 'changedAt'>,
  now: Date,
  isAll: boolean,
): Change[] | 'lost' => {
  const changes = found.filter((change, i) => change.rev === after + 1 + i);
  const beyond = found[changes.length];
  const isGap = beyond !== undefined || (isAll && after + changes.length < rev);
  const takenAt = beyond?.at ?? changedAt;
  return isGap && now.getTime() - Date.parse(takenAt) >= filingMs ? 'lost' : changes;
};

/** Messages that a client holds and that changed since, or what stands beside them. */
export const changedSeqs = (changes: readonly Change[], { seq: held }: Position): number[] => [
  ...new Set(
    changes.flatMap((change) => ('seq' in change && !isPinChange(change) && change.seq <= held ? [change.seq] : [])),
  ),
];

const ownOf = (changes: readonly Change[], user: string) =>
  changes.flatMap((change) => ('member' in change && change.member.userId === user ? [change] : [])).at(-1);

/** How a user's membership ended, if it is what the changes tell of it last. */
export const removalIn = (
  changes: readonly Change[],
  user: string,
): Pick<ConversationRemoval, 'rev' | 'reason'> | undefined => {
  const last = ownOf(changes, user);
  if (last?.kind !== 'member.removed') return undefined;
  return { rev: last.rev, reason: last.by === user ? 'left' : 'removed' };
};

/** A membership that was read a moment too early, as the changes leave it. */
export const asChanged = (member: MemberState, changes: readonly Change[]): MemberState => {
  const last = ownOf(changes, member.userId);
  return last && last.rev > member.rev ? { ...member, role: last.member.role, rev: last.rev } : member;
};
