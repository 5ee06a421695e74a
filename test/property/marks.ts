/** What people said that they have read and received, and how far that has to have come in the end. */
import type { MemberState } from '../../shared/domain/conversation.ts';
import type { MessageReceipts, Receipt } from '../../shared/protocol/receipts.ts';
import type { Action, Outcome } from './model.ts';
import { holesIn, type Truth } from './truth.ts';

interface Mark {
  room: string;
  by: string;
  read: number;
  delivered: number;
  /** It was not answered: it was done or it was not. */
  isUncertain: boolean;
}

export const createMarks = () => {
  const marks: Mark[] = [];
  return {
    note: (room: string, by: string, { what, seq }: Extract<Action, { kind: 'mark' }>, outcome: Outcome): void => {
      // Everything that there is, without an answer: it may have been any number.
      const upTo = seq ?? Number.POSITIVE_INFINITY;
      const asked = what === 'read' ? { read: upTo, delivered: upTo } : { read: 0, delivered: upTo };
      if (outcome.code === 'unknown') marks.push({ room, by, ...asked, isUncertain: true });
      if (outcome.code !== 'ok') return;
      const { lastReadSeq: read, lastDeliveredSeq: delivered } = outcome.answer as Receipt;
      marks.push({ room, by, read, delivered, isUncertain: false });
    },
    inRoom: (room: string): Mark[] => marks.filter((one) => one.room === room),
  };
};
export type Marks = ReturnType<typeof createMarks>;

/**
 * Watermarks as stored, against what was said, posted and joined. What was marked in an earlier membership, a later one begins above.
 * Whoever took a number in vain may have read up to it.
 */
export const complaintsAboutWatermarks = (truth: Truth, marks: readonly Mark[]): string[] => {
  const { members, messages } = truth;
  // Of a conversation that has ended nobody closes holes any more.
  const inVain = new Set([
    ...holesIn(truth),
    ...messages.flatMap(({ status, seq }) => (status === 'void' ? [seq] : [])),
  ]);
  return members.flatMap((member) => {
    const { userId, joinedSeq, lastReadSeq, shownReadSeq } = member;
    const own = messages.filter((one) => one.senderId === userId).map(({ seq }) => seq);
    const known = { since: [joinedSeq, ...own], marks: marks.filter(({ by }) => by === userId), inVain };
    return [
      ...complaintsAboutOne(`lastReadSeq of ${userId}`, lastReadSeq, known, ({ read }) => read),
      ...complaintsAboutOne(`received by ${userId}`, receivedBy(member), known, ({ delivered }) => delivered),
      ...(shownReadSeq === lastReadSeq ? [] : [`${userId} read ${lastReadSeq} and shows ${shownReadSeq}`]),
    ];
  });
};

const receivedBy = ({ shownReadSeq, lastDeliveredSeq }: MemberState) => Math.max(shownReadSeq, lastDeliveredSeq);

interface Known {
  since: readonly number[];
  marks: readonly Mark[];
  inVain: ReadonlySet<number>;
}

const complaintsAboutOne = (
  what: string,
  stored: number,
  { since, marks, inVain }: Known,
  numberOf: (mark: Mark) => number,
): string[] => {
  const least = Math.max(...since, ...marks.filter(({ isUncertain }) => !isUncertain).map(numberOf));
  const perhaps = marks.filter(({ isUncertain }) => isUncertain).map(numberOf);
  let read = stored;
  while (read > least && inVain.has(read)) read -= 1;
  const isRight = [stored, read].some(
    (one) => one === least || (one > least && (perhaps.includes(one) || perhaps.includes(Number.POSITIVE_INFINITY))),
  );
  return isRight ? [] : [`${what} is ${stored}, not ${[least, ...perhaps].join(' or perhaps ')}`];
};

/** What is told of a message, against the members as they are stored. */
export const complaintsAboutReceipts = (
  { members }: Truth,
  { seq, senderId }: { seq: number; senderId: string | null },
  told: MessageReceipts,
): string[] => {
  const addressees = members.filter(({ userId, joinedSeq }) => userId !== senderId && joinedSeq < seq);
  const named = (all: readonly { userId: string }[]) => all.map(({ userId }) => userId).sort();
  const stored = [
    named(addressees.filter((one) => one.shownReadSeq >= seq)),
    named(addressees.filter((one) => receivedBy(one) >= seq)),
  ];
  const [readers = [], receivers = []] = stored;
  const expected = JSON.stringify([...stored, readers.length, receivers.length, addressees.length]);
  const found = JSON.stringify([
    named(told.readBy),
    named(told.deliveredTo),
    told.readCount,
    told.deliveredCount,
    told.memberCount,
  ]);
  return found === expected ? [] : [`receipts of number ${seq} are ${found}, not ${expected}`];
};
