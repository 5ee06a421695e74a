import type { Conversations } from '../data/conversations.ts';
import type { Members } from '../data/members.ts';
import type { Presence } from '../data/presence.ts';
import type { Sends } from '../data/sends.ts';
import { type Delivery, deliveriesOf, type Happening, needsConversation, needsMembers } from '../domain/live-events.ts';
import type { Message } from '../protocol/message.ts';
import type { Patience } from './connections.ts';
import type { Posting, Undelivered } from './delivery.ts';
import { together } from './together.ts';

interface Deps {
  conversations: Conversations;
  members: Members;
  presence: Presence;
  sends: Sends;
  posting: Posting;
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
export const createFanOut = ({ conversations, members, presence, sends, posting }: Deps) => {
  const around = async ({ tenant, conversationId, happenings }: Run) => {
    const sent = newMessagesOf(happenings);
    const [everybody, conversation, receipts] = await together([
      // What the stream tells of, a replica may not have seen yet.
      happenings.some(needsMembers) ? members.all(tenant, conversationId, { consistent: true }) : [],
      happenings.some(needsConversation) ? conversations.stateOf(tenant, conversationId) : undefined,
      sent.length > 0 ? sends.receiptsOf(tenant, sent) : [],
    ]);
    // A receipt that was used again after its 24 hours speaks of another message.
    const receiptBySeq = new Map(
      sent.map((message, i) => [message.seq, receipts[i]?.seq === message.seq ? receipts[i] : undefined]),
    );
    return { users: everybody.map((one) => one.userId), conversation, receiptBySeq };
  };

  const tell = async (tenant: string, deliveries: readonly Delivery[]): Promise<Undelivered[]> => {
    const users = [...new Set(deliveries.flatMap((one) => [...one.to]))];
    if (users.length === 0) return [];
    const live = await presence.connectionsOf(tenant, users);
    return (await posting.post(tenant, deliveries, live, patience)).undelivered;
  };

  const deliveriesIn = async (run: Run): Promise<Delivery[]> => {
    const { users, conversation, receiptBySeq } = await around(run);
    return run.happenings.flatMap((happening) => {
      const receipt =
        happening.kind === 'message' && happening.isNew ? receiptBySeq.get(happening.message.seq) : undefined;
      return deliveriesOf(happening, { members: users, conversation, told: receipt?.told ?? [] });
    });
  };

  return async (run: Run): Promise<Undelivered[]> => {
    const deliveries = await deliveriesIn(run);
    const [undelivered] = await together([
      tell(run.tenant, deliveries),
      // Who sends has read what came before.
      ...lastSeqBySender(run.happenings).map(([sender, seq]) =>
        members.raiseRead(run.tenant, run.conversationId, sender, seq),
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

/** A message may be stored after one of a greater number. */
const lastSeqBySender = (happenings: readonly Happening[]): [string, number][] => {
  const last = new Map<string, number>();
  for (const { senderId, seq } of newMessagesOf(happenings)) {
    if (senderId !== null) last.set(senderId, Math.max(seq, last.get(senderId) ?? 0));
  }
  return [...last];
};
