import type { Conversations } from '../data/conversations.ts';
import type { Members } from '../data/members.ts';
import type { Presence } from '../data/presence.ts';
import type { Receipts } from '../data/receipts.ts';
import type { Sends } from '../data/sends.ts';
import type { Clock } from '../domain/clock.ts';
import type { MemberState } from '../domain/conversation.ts';
import { type Delivery, deliveriesOf, type Happening, needsConversation, needsMembers } from '../domain/live-events.ts';
import { firstVisibleSeq, withoutExpired } from '../domain/visibility.ts';
import type { Message } from '../protocol/message.ts';
import type { Patience } from './connections.ts';
import type { Posting, Undelivered } from './delivery.ts';
import { together } from './together.ts';

interface Deps {
  conversations: Conversations;
  members: Members;
  presence: Presence;
  receipts: Receipts;
  sends: Sends;
  posting: Posting;
  clock: Clock;
}

/** One that answers slowly must not hold up everybody behind it: what takes longer goes through the redelivery queue. */
const patience: Patience = { retries: 1, timeoutMs: 1_000 };

/** What happened in one conversation, in order. */
export interface Run {
  tenant: string;
  conversationId: string;
  happenings: Happening[];
}

/**
 * Tells every live connection of every member what happened: at least once, and in the stream's order but for what has to be posted again.
 * Two round trips and the posts: who is a member, then who of them is connected.
 * @returns what could not be delivered although its connection may still be there
 */
export const createFanOut = ({ conversations, members, presence, receipts, sends, posting, clock }: Deps) => {
  const around = async ({ tenant, conversationId, happenings }: Run) => {
    const sent = newMessagesOf(happenings);
    const [everybody, conversation, sendReceipts] = await together([
      // What the stream tells of, a replica may not have seen yet.
      happenings.some(needsMembers) ? members.all(tenant, conversationId, { consistent: true }) : noMembers,
      happenings.some(needsConversation) ? conversations.stateOf(tenant, conversationId) : undefined,
      sent.length > 0 ? sends.receiptsOf(tenant, sent) : [],
    ]);
    // A receipt that was used again after its 24 hours speaks of another message.
    const receiptBySeq = new Map(
      sent.map((message, i) => [message.seq, sendReceipts[i]?.seq === message.seq ? sendReceipts[i] : undefined]),
    );
    const byUser = new Map(everybody.map((one) => [one.userId, one]));
    const known = {
      members: [...byUser.keys()],
      conversation: conversation && withoutExpired(conversation, clock.now()),
      firstSeqOf: (user: string) => (conversation ? firstVisibleSeq({ conversation, member: byUser.get(user) }) : 1),
    };
    return { everybody, known, receiptBySeq };
  };

  const tell = async (tenant: string, deliveries: readonly Delivery[]): Promise<Undelivered[]> => {
    const users = [...new Set(deliveries.flatMap((one) => [...one.to]))];
    if (users.length === 0) return [];
    const live = await presence.connectionsOf(tenant, users);
    return (await posting.post(tenant, deliveries, live, patience)).undelivered;
  };

  return async (run: Run): Promise<Undelivered[]> => {
    const { everybody, known, receiptBySeq } = await around(run);
    const deliveries = run.happenings.flatMap((happening) => {
      const receipt =
        happening.kind === 'message' && happening.isNew ? receiptBySeq.get(happening.message.seq) : undefined;
      return deliveriesOf(happening, { ...known, told: receipt?.told ?? [] });
    });
    const [undelivered] = await together([
      tell(run.tenant, deliveries),
      ...lastBySender(run.happenings, everybody).map(([sender, message]) =>
        receipts.raiseBySender(run.tenant, sender, message),
      ),
    ]);
    return undelivered;
  };
};
export type FanOut = ReturnType<typeof createFanOut>;

const newMessagesOf = (happenings: readonly Happening[]): Message[] =>
  happenings.flatMap((one) =>
    one.kind === 'message' && one.isNew && one.message.status === 'sent' ? [one.message] : [],
  );

/** Whoever sends has read what came before. A message may be stored after one of a greater number. */
const lastBySender = (happenings: readonly Happening[], members: readonly MemberState[]): [MemberState, Message][] => {
  const sent = newMessagesOf(happenings);
  return members.flatMap((member): [MemberState, Message][] => {
    const [last] = sent.filter(({ senderId }) => senderId === member.userId).sort((a, b) => b.seq - a.seq);
    return last ? [[member, last]] : [];
  });
};

const noMembers: MemberState[] = [];
