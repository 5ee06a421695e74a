/** Who hears of what: from something that happened in a conversation to the frames that tell of it. */
import type { LiveEvent } from '../protocol/events.ts';
import { messageIdOf } from '../protocol/identifiers.ts';
import type { Message } from '../protocol/message.ts';
import type { ThreadSummary, ThreadWatermark } from '../protocol/thread.ts';
import type { Change } from './changes.ts';
import { type ConversationState, type MemberState, publicView } from './conversation.ts';
import { ownReceipt, risesIn, shownReceipt } from './receipts.ts';

export type Happening =
  | { kind: 'message'; message: Message; isNew: boolean }
  | { kind: 'change'; change: Change }
  | { kind: 'membership'; before: MemberState; after: MemberState }
  | { kind: 'founded'; conversation: ConversationState }
  | { kind: 'thread'; conversationId: string; threadId: string; thread: ThreadSummary }
  /** Of somebody's own, and told to nobody else. */
  | { kind: 'hidden'; userId: string; conversationId: string; seq: number }
  | { kind: 'threadRead'; userId: string; watermark: ThreadWatermark };

/** What is known around it by now. */
export interface Surroundings {
  /** Users who are members now; read only when a happening needs them. */
  members: readonly string[];
  /** The conversation as it is now; read only when a happening needs it. */
  conversation: ConversationState | undefined;
  /** Connections that know of a new message already: the sender's own, and those that the sender posted to. */
  told: readonly string[];
}

export interface Delivery {
  to: ReadonlySet<string>;
  /** Connections of theirs that are left out. */
  except: ReadonlySet<string>;
  /** Tells what others have received and read: not to those who have read receipts off. */
  isReceipt?: true;
  frame: LiveEvent;
}

/** Whether the conversation's current state is part of what is told. */
export const needsConversation = (happening: Happening): boolean =>
  happening.kind === 'change' &&
  (happening.change.kind === 'member.added' || happening.change.kind === 'conversation.updated');

/** Whether it is told to others than the one whom it is about. */
export const needsMembers = (happening: Happening): boolean => {
  if (happening.kind === 'membership') return isToldToMembers(happening.before, happening.after);
  return happening.kind !== 'hidden' && happening.kind !== 'threadRead';
};

export const deliveriesOf = (happening: Happening, around: Surroundings): Delivery[] => {
  switch (happening.kind) {
    case 'message':
      return [messageDelivery(happening.message, happening.isNew, around)];
    case 'founded':
      return [toAll(around, { event: 'conversation.new', data: publicView(happening.conversation) })];
    case 'membership':
      return membershipDeliveries(happening.before, happening.after, around);
    case 'change':
      return changeDeliveries(happening.change, around);
    case 'thread': {
      const { conversationId, threadId, thread } = happening;
      return [toAll(around, { event: 'thread.updated', data: { ...thread, conversationId, threadId } })];
    }
    case 'hidden': {
      const { userId, conversationId, seq } = happening;
      const data = { conversationId, messageId: messageIdOf(conversationId, seq), seq };
      return [delivery([userId], { event: 'message.hidden', data })];
    }
    case 'threadRead':
      return [delivery([happening.userId], { event: 'thread.read', data: happening.watermark })];
  }
};

const delivery = (to: readonly string[], frame: LiveEvent, except: readonly string[] = []): Delivery => ({
  to: new Set(to),
  except: new Set(except),
  frame,
});

const toAll = ({ members }: Surroundings, frame: LiveEvent): Delivery => delivery(members, frame);

const messageDelivery = (message: Message, isNew: boolean, around: Surroundings): Delivery => {
  if (message.status !== 'sent') return toAll(around, { event: 'message.deleted', data: message });
  if (!isNew) return toAll(around, { event: 'message.updated', data: message });
  return delivery(around.members, { event: 'message.new', data: message }, around.told);
};

const isToldToMembers = (before: MemberState, after: MemberState): boolean =>
  after.audience === 'members' && risesIn(before, after).shown;

const membershipDeliveries = (before: MemberState, after: MemberState, { members }: Surroundings): Delivery[] => [
  ...(risesIn(before, after).own
    ? [delivery([after.userId], { event: 'receipt.updated', data: ownReceipt(after) })]
    : []),
  ...(isToldToMembers(before, after)
    ? [
        {
          ...delivery(
            members.filter((one) => one !== after.userId),
            { event: 'receipt.updated', data: shownReceipt(after) },
          ),
          isReceipt: true as const,
        },
      ]
    : []),
];

const changeDeliveries = (change: Change, around: Surroundings): Delivery[] => {
  const { conversation } = around;
  const others = (user: string) => around.members.filter((one) => one !== user);
  switch (change.kind) {
    case 'member.added':
      return [
        delivery(others(change.member.userId), { event: 'member.added', data: change.member }),
        ...(conversation && around.members.includes(change.member.userId)
          ? [delivery([change.member.userId], { event: 'conversation.new', data: publicView(conversation) })]
          : []),
      ];
    case 'member.updated':
      return [toAll(around, { event: 'member.updated', data: change.member })];
    case 'member.removed': {
      const { conversationId, userId } = change.member;
      const reason = change.by === userId ? 'left' : 'removed';
      return [
        delivery(others(userId), { event: 'member.removed', data: change.member }),
        delivery([userId], { event: 'conversation.removed', data: { conversationId, rev: change.rev, reason } }),
      ];
    }
    case 'conversation.updated':
      // What it shows may be newer already; numbered as the change, so that every revision is told under its own number.
      return conversation && !conversation.deletedAt
        ? [toAll(around, { event: 'conversation.updated', data: { ...publicView(conversation), rev: change.rev } })]
        : [];
    case 'conversation.deleted':
      return [
        toAll(around, {
          event: 'conversation.removed',
          data: { conversationId: change.conversationId, rev: change.rev, reason: 'deleted' },
        }),
      ];
    // Told by the message's own record, which holds its content.
    case 'message.updated':
    case 'message.deleted':
      return [];
  }
};
