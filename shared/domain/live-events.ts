/** Who hears of what: from something that happened in a conversation to the frames that tell of it. */
import type { Conversation } from '../protocol/conversation.ts';
import type { LiveEvent } from '../protocol/events.ts';
import { messageIdOf } from '../protocol/identifiers.ts';
import type { Message } from '../protocol/message.ts';
import type { Change } from './changes.ts';
import { type ConversationState, type MemberState, publicView } from './conversation.ts';
import { ownReceipt, risesIn, shownReceipt } from './receipts.ts';

export type Happening =
  | { kind: 'message'; message: Message; isNew: boolean }
  | { kind: 'change'; change: Change }
  | { kind: 'membership'; before: MemberState; after: MemberState }
  | { kind: 'founded'; conversation: ConversationState };

/** What is known around it by now. */
export interface Surroundings {
  /** Users who are members now; read only when a happening needs them. */
  members: readonly string[];
  /** The conversation as it is now, without a newest message that has expired; read only when a happening needs it. */
  conversation: ConversationState | undefined;
  /** The first number that a member sees. */
  firstSeqOf(user: string): number;
  /** Connections that know of a new message already: the sender's own, and those that the sender posted to. */
  told: readonly string[];
}

type PinChange = Extract<Change, { kind: 'message.pinned' | 'message.unpinned' }>;

export interface Delivery {
  to: ReadonlySet<string>;
  /** Connections of theirs that are left out. */
  except: ReadonlySet<string>;
  /** Tells what others have received and read: not to those who have read receipts off. */
  isReceipt?: true;
  frame: LiveEvent;
}

/** Whether the conversation's current state is part of what is told, or of who may hear it. */
export const needsConversation = (happening: Happening): boolean =>
  happening.kind === 'message' || (happening.kind === 'change' && showingChanges.has(happening.change.kind));

const showingChanges: ReadonlySet<Change['kind']> = new Set([
  'member.added',
  'conversation.updated',
  'message.pinned',
  'message.unpinned',
]);

/** Whether it is told to others than the one whom it is about. */
export const needsMembers = (happening: Happening): boolean =>
  happening.kind !== 'membership' || isToldToMembers(happening.before, happening.after);

export const deliveriesOf = (happening: Happening, around: Surroundings): Delivery[] => {
  switch (happening.kind) {
    case 'message':
      return messageDeliveries(happening.message, happening.isNew, around);
    case 'founded':
      return [toAll(around, { event: 'conversation.new', data: publicView(happening.conversation) })];
    case 'membership':
      return membershipDeliveries(happening.before, happening.after, around);
    case 'change':
      return changeDeliveries(happening.change, around);
  }
};

const delivery = (to: readonly string[], frame: LiveEvent, except: readonly string[] = []): Delivery => ({
  to: new Set(to),
  except: new Set(except),
  frame,
});

const toAll = ({ members }: Surroundings, frame: LiveEvent): Delivery => delivery(members, frame);

const messageDeliveries = (message: Message, isNew: boolean, around: Surroundings): Delivery[] => {
  const { seq, rev, conversationId } = message;
  const told = (frame: LiveEvent, except: readonly string[] = []) =>
    deliveriesAbout({ conversationId, seq, rev }, around, frame, except);
  if (message.status !== 'sent') return told({ event: 'message.deleted', data: message });
  if (!isNew) return told({ event: 'message.updated', data: message });
  return told({ event: 'message.new', data: message }, around.told);
};

/** To those who see message `seq`; the others hear that the revision, if it is one, is none of theirs. */
const deliveriesAbout = (
  { conversationId, seq, rev }: { conversationId: string; seq: number; rev: number },
  { members, firstSeqOf }: Surroundings,
  frame: LiveEvent,
  except: readonly string[] = [],
): Delivery[] => {
  const { seeing = [], others = [] } = Object.groupBy(members, (user) =>
    seq >= firstSeqOf(user) ? 'seeing' : 'others',
  );
  return [
    delivery(seeing, frame, except),
    ...(rev > 0 && others.length > 0
      ? [delivery(others, { event: 'revision.hidden', data: { conversationId, rev } })]
      : []),
  ];
};

const pinFrame = ({ kind, conversationId, seq, rev, at, by }: PinChange): LiveEvent => {
  const data = { conversationId, messageId: messageIdOf(conversationId, seq), rev };
  return kind === 'message.pinned'
    ? { event: 'message.pinned', data: { ...data, pinnedAt: at, pinnedBy: by } }
    : { event: 'message.unpinned', data };
};

/** The conversation as each of them sees it: its newest message may be from before somebody joined. */
const newsOf = (
  event: 'conversation.new' | 'conversation.updated',
  conversation: Conversation,
  to: readonly string[],
  { firstSeqOf }: Surroundings,
): Delivery[] => {
  const newest = conversation.lastMessage?.seq ?? Number.POSITIVE_INFINITY;
  const { seeing = [], others = [] } = Object.groupBy(to, (user) => (newest >= firstSeqOf(user) ? 'seeing' : 'others'));
  return [
    delivery(seeing, { event, data: conversation }),
    ...(others.length > 0 ? [delivery(others, { event, data: { ...conversation, lastMessage: null } })] : []),
  ];
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
          ? newsOf('conversation.new', publicView(conversation), [change.member.userId], around)
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
        ? newsOf('conversation.updated', { ...publicView(conversation), rev: change.rev }, around.members, around)
        : [];
    case 'conversation.deleted':
      return [
        toAll(around, {
          event: 'conversation.removed',
          data: { conversationId: change.conversationId, rev: change.rev, reason: 'deleted' },
        }),
      ];
    case 'message.pinned':
    case 'message.unpinned':
      return deliveriesAbout(change, around, pinFrame(change));
    // Told by the message's own record, which holds its content.
    case 'message.updated':
    case 'message.deleted':
      return [];
  }
};
