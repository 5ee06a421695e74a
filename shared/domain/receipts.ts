/** How far members have received and read: two watermarks that they show, one that is their own, and when each was last raised. */
import type { Member } from '../protocol/conversation.ts';
import { type CountStep, mostCountSteps, type Receipt } from '../protocol/receipts.ts';
import type { ConversationState, MemberState } from './conversation.ts';
import { caughtUp } from './posters.ts';

/** From so many members on nobody hears of each other one by one, but how many there are. */
const manyMembers = 10;
/** Beyond so many nobody is told at all. */
export const mostHeardMembers = 256;

/** Raises of each watermark that are remembered. With them a membership stays within the one kilobyte that a write unit covers. */
const mostMarks = 20;

/** Who hears of a raise, beside the member's own devices: every member of each, or of all together how many. */
export type Audience = 'members' | 'counts' | 'nobody';

/** Decided with the raise itself, so that a group that grows or shrinks meanwhile hears of each raise in one way, and not in neither. */
export const audienceOf = (memberCount: number): Audience =>
  memberCount < manyMembers ? 'members' : memberCount <= mostHeardMembers ? 'counts' : 'nobody';

/** Whoever sees a message knows what its sender has read. Where newcomers do not see it, they have to be told. */
export const audienceOfPosting = ({
  memberCount,
  settings,
}: Pick<ConversationState, 'memberCount' | 'settings'>): Audience =>
  settings.historyFrom === 'join' && audienceOf(memberCount) === 'members' ? 'members' : 'nobody';

export interface Raise {
  /** Up to which number; what is read has been received. */
  read?: number;
  delivered?: number;
  /** `post`: whoever posts a message shows that they have read what came before, and whoever sees the message knows it. */
  by: 'post' | 'read';
  /** Unlike other reading, it does not take an unread mark away. */
  keepsMark?: boolean;
  /** Whether others may see it. What is posted they see in any case. */
  isShown: boolean;
  audience: Audience;
  at: Date;
}

/** What others see of what somebody has received. */
export const shownDelivered = ({ shownReadSeq, lastDeliveredSeq }: MemberState): number =>
  Math.max(shownReadSeq, lastDeliveredSeq);

/** The attributes that a raise changes; undefined where it raises nothing. */
export const raised = (member: MemberState, raise: Raise): Partial<MemberState> | undefined => {
  const { read = 0, delivered = 0, by, audience } = raise;
  const shows = raise.isShown || by === 'post';
  const at = raise.at.getTime();
  const change: Partial<MemberState> = {
    ...(read > member.lastReadSeq && { lastReadSeq: read }),
    ...(shows &&
      read > member.shownReadSeq && { shownReadSeq: read, readMarks: marked(member.readMarks, { seq: read, at }) }),
    ...(shows &&
      delivered > Math.max(shownDelivered(member), read) && {
        lastDeliveredSeq: delivered,
        deliveredMarks: marked(member.deliveredMarks, { seq: delivered, at }),
      }),
  };
  return Object.keys(change).length === 0 ? undefined : { ...change, raisedBy: by, audience };
};

interface Mark {
  seq: number;
  /** Milliseconds since 1970. */
  at: number;
}

/** Kept as numbers and moments by turns, each pair as its difference to the one before: small numbers take few bytes. */
const marksIn = (kept: readonly number[] = []): Mark[] => {
  const marks: Mark[] = [];
  for (let i = 0; i + 1 < kept.length; i += 2) {
    const { seq, at } = marks.at(-1) ?? { seq: 0, at: 0 };
    marks.push({ seq: seq + Number(kept[i]), at: at + Number(kept[i + 1]) });
  }
  return marks;
};

const marked = (kept: readonly number[] | undefined, mark: Mark): number[] =>
  [...marksIn(kept), mark].slice(-mostMarks).flatMap(({ seq, at }, i, marks) => {
    const before = marks[i - 1] ?? { seq: 0, at: 0 };
    return [seq - before.seq, at - before.at];
  });

/** When a watermark passed a number; undefined where that is not known any more: of a full list, the oldest may stand for several. */
const passedAt = (kept: readonly number[] | undefined, seq: number): number | undefined => {
  const marks = marksIn(kept);
  const first = marks.findIndex((mark) => mark.seq >= seq);
  return first === 0 && marks.length === mostMarks ? undefined : marks[first]?.at;
};

/** When somebody last showed that they have received or read something. */
export const raisedAt = ({ joinedAt, readMarks, deliveredMarks }: MemberState): string => {
  const newest = [marksIn(readMarks), marksIn(deliveredMarks)].flatMap((marks) => marks.at(-1)?.at ?? []);
  return timestampOf(newest.length > 0 ? Math.max(...newest) : undefined) ?? joinedAt;
};

/** When somebody received a message is when they did, or read it: whichever came first. */
const receivedAt = (member: MemberState, seq: number): number | undefined => {
  const times = [
    ...(member.lastDeliveredSeq >= seq ? [passedAt(member.deliveredMarks, seq)] : []),
    ...(member.shownReadSeq >= seq ? [passedAt(member.readMarks, seq)] : []),
  ];
  const known = times.filter((one) => one !== undefined);
  return known.length < times.length ? undefined : Math.min(...known);
};

const timestampOf = (at: number | undefined): string | null => (at === undefined ? null : new Date(at).toISOString());

/** Who of the members has received and read a message, by user id: those whom it was sent to, as far as they show it. */
export const receiptsOf = (
  { seq, senderId }: { seq: number; senderId: string | null },
  members: readonly MemberState[],
) => {
  const addressees = members
    .filter((one) => one.userId !== senderId && one.joinedSeq < seq)
    .sort((a, b) => (a.userId < b.userId ? -1 : 1));
  return {
    memberCount: addressees.length,
    readBy: addressees
      .filter((one) => one.shownReadSeq >= seq)
      .map((one) => ({ userId: one.userId, at: timestampOf(passedAt(one.readMarks, seq)) })),
    deliveredTo: addressees
      .filter((one) => shownDelivered(one) >= seq)
      .map((one) => ({ userId: one.userId, at: timestampOf(receivedAt(one, seq)) })),
  };
};

/**
 * By number, greatest first, how many of those whom a message was sent to have passed it. A step counts for the numbers from above
 * the next lower one up to its own; above the greatest nobody has.
 */
export const countSteps = (
  members: readonly MemberState[],
  watermarkOf: (member: MemberState) => number,
): CountStep[] => {
  const spans = members
    .map((one) => ({ after: one.joinedSeq, upTo: watermarkOf(one) }))
    .filter(({ after, upTo }) => upTo > after);
  const bounds = [...new Set(spans.flatMap(({ after, upTo }) => [after, upTo]))].filter((seq) => seq > 0);
  return bounds
    .sort((a, b) => b - a)
    .map((seq) => ({ seq, count: spans.filter(({ after, upTo }) => after < seq && seq <= upTo).length }))
    .filter(({ count }, i, steps) => count !== (steps[i - 1]?.count ?? 0))
    .slice(0, mostCountSteps);
};

/** What a change of a membership raised: in their own sight, and in that of others. */
export const risesIn = (before: MemberState, after: MemberState): { own: boolean; shown: boolean } => ({
  own: after.lastReadSeq > before.lastReadSeq,
  shown: after.shownReadSeq > before.shownReadSeq || shownDelivered(after) > shownDelivered(before),
});

/** As their own devices are told. */
export const ownReceipt = (member: MemberState): Receipt => ({
  conversationId: member.conversationId,
  userId: member.userId,
  lastReadSeq: member.lastReadSeq,
  lastDeliveredSeq: shownDelivered(member),
});

/** As other members are told. */
export const shownReceipt = (member: MemberState): Receipt => ({
  ...ownReceipt(member),
  lastReadSeq: member.shownReadSeq,
});

/** As filed and told when it begins, changes or ends: how far somebody has read since is for those alone whom receipts are shown to. */
export const publicMember = ({ conversationId, userId, role, joinedAt, joinedSeq, rev }: MemberState): Member => ({
  conversationId,
  userId,
  role,
  joinedAt,
  lastReadSeq: joinedSeq,
  lastDeliveredSeq: joinedSeq,
  rev,
});

/** As somebody sees it who asks. Whoever shows nothing of what they have read sees nothing of what others have. */
export const memberSeenBy = (
  {
    caller,
    conversation,
    receiptsOff,
  }: { caller: { user: string }; conversation: Pick<ConversationState, 'posters'>; receiptsOff: boolean },
  found: MemberState,
): Member => {
  const member = caughtUp(conversation, found);
  if (member.userId === caller.user) return { ...publicMember(member), ...watermarksIn(ownReceipt(member)) };
  if (receiptsOff) return { ...publicMember(member), lastReadSeq: null, lastDeliveredSeq: null };
  return { ...publicMember(member), ...watermarksIn(shownReceipt(member)) };
};

const watermarksIn = ({ lastReadSeq, lastDeliveredSeq }: Receipt) => ({ lastReadSeq, lastDeliveredSeq });
