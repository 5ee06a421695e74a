/** Who hears of a change to what somebody has received, read, or keeps for themselves. */
import type { MemberState } from './conversation.ts';
import { type Delivery, delivery, isLarge, type Surroundings } from './deliveries.ts';
import { hasChanged, ownStateOf } from './own-state.ts';
import { ownReceipt, risesIn, shownReceipt } from './receipts.ts';

export const isToldToMembers = (before: MemberState, after: MemberState): boolean =>
  after.audience === 'members' && risesIn(before, after).shown;

/** What a post raises, whoever sees the message knows from that: its sender's devices do, and newcomers may not. */
const hearersOf = ({ userId, raisedBy, shownReadSeq }: MemberState, { members, firstSeqOf }: Surroundings): string[] =>
  members.filter((one) => one !== userId && (raisedBy === 'read' || shownReadSeq < firstSeqOf(one)));

/** What a member keeps for themselves is told to their own devices. */
const ownDeliveries = (before: MemberState, after: MemberState): Delivery[] => {
  if (!hasChanged(before, after)) return [];
  const { conversationId, userId, lastReadSeq } = after;
  const { ownVersion: version, ...own } = ownStateOf(after);
  return [delivery([userId], { event: 'membership.updated', data: { conversationId, version, lastReadSeq, ...own } })];
};

/** What changes in what they keep for themselves their own devices hear of in any case, after a post as well. */
export const membershipDeliveries = (before: MemberState, after: MemberState, around: Surroundings): Delivery[] => [
  ...ownDeliveries(before, after),
  ...(after.raisedBy === 'read' && risesIn(before, after).own
    ? [delivery([after.userId], { event: 'receipt.updated', data: ownReceipt(after) })]
    : []),
  ...(isToldToMembers(before, after) && !isLarge(around)
    ? [
        {
          ...delivery(hearersOf(after, around), { event: 'receipt.updated', data: shownReceipt(after) }),
          isReceipt: true as const,
        },
      ]
    : []),
];
