import type { Conversations } from '../data/conversations.ts';
import type { Members } from '../data/members.ts';
import type { Presence } from '../data/presence.ts';
import type { Sends } from '../data/sends.ts';
import { type Delivery, deliveriesOf, type Happening, needsConversation } from '../domain/live-events.ts';
import type { Message } from '../protocol/message.ts';
import type { Posting, Undelivered } from './delivery.ts';
import { together } from './together.ts';

interface Deps {
  conversations: Conversations;
  members: Members;
  presence: Presence;
  sends: Sends;
  posting: Posting;
}

/** What happened in one conversation, in order. */
export interface Run {
  tenant: string;
  conversationId: string;
  happenings: Happening[];
}

/**
 * Tells every live connection of every member what happened: at least once, and in order for each conversation.
 * Two round trips and the posts: who is a member, then who of them is connected.
 * @returns what could not be delivered although its connection may still be there
 */
export const createFanOut = ({ conversations, members, presence, sends, posting }: Deps) => {
  const around = async ({ tenant, conversationId, happenings }: Run) => {
    const sent = newMessagesOf(happenings);
    const [everybody, conversation, receipts] = await together([
      members.all(tenant, conversationId),
      happenings.some(needsConversation) ? conversations.stateOf(tenant, conversationId) : undefined,
      sent.length > 0 ? sends.receiptsOf(tenant, sent) : [],
    ]);
    // A receipt that was used again after its 24 hours speaks of another message.
    const receiptBySeq = new Map(
      sent.map((message, i) => [message.seq, receipts[i]?.seq === message.seq ? receipts[i] : undefined]),
    );
    return { users: everybody.map((one) => one.userId), conversation, receiptBySeq };
  };

  const deliveriesIn = async (run: Run): Promise<Delivery[]> => {
    const { users, conversation, receiptBySeq } = await around(run);
    return run.happenings.flatMap((happening) => {
      const receipt =
        happening.kind === 'message' && happening.isNew ? receiptBySeq.get(happening.message.seq) : undefined;
      if (receipt?.fannedOut) return [];
      return deliveriesOf(happening, { members: users, conversation, answeredOn: receipt?.connectionId ?? null });
    });
  };

  return async (run: Run): Promise<Undelivered[]> => {
    const deliveries = await deliveriesIn(run);
    const users = [...new Set(deliveries.flatMap((one) => one.to))];
    const [undelivered] = await together([
      users.length === 0
        ? []
        : presence.connectionsOf(run.tenant, users).then((live) => posting.post(run.tenant, deliveries, live)),
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

const lastSeqBySender = (happenings: readonly Happening[]): [string, number][] => [
  ...new Map(newMessagesOf(happenings).map((message) => [message.senderId ?? '', message.seq])),
];
