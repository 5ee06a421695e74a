/** Who hears of what: from something that happened in a conversation to the frames that tell of it. */
import type { DraftState } from '../protocol/drafts.ts';
import type { LiveEvent } from '../protocol/events.ts';
import { messageIdOf } from '../protocol/identifiers.ts';
import type { Message } from '../protocol/message.ts';
import type { ThreadSummary, ThreadWatermark } from '../protocol/thread.ts';
import type { Change } from './changes.ts';
import { type ConversationState, type MemberState, publicView } from './conversation.ts';
import { hasChanged, ownStateOf } from './own-state.ts';
import type { ReactionHappening } from './reactions.ts';
import { ownReceipt, risesIn, shownReceipt } from './receipts.ts';

export type Happening =
  | { kind: 'message'; message: Message; isNew: boolean }
  | { kind: 'change'; change: Change }
  | { kind: 'membership'; before: MemberState; after: MemberState }
  | { kind: 'draft'; userId: string; state: DraftState }
  | ReactionHappening
  | { kind: 'founded'; conversation: ConversationState }
  | { kind: 'thread'; conversationId: string; threadId: string; thread: ThreadSummary }
  /** Of somebody's own, and told to nobody else. */
  | { kind: 'hidden'; userId: string; conversationId: string; seq: number }
  | { kind: 'threadRead'; userId: string; watermark: ThreadWatermark };

/** What is known around it by now. */
export interface Surroundings {
  /** Users who are members now: all of them or, in a large room, those whom a happening names; read only when a happening needs them. */
  members: readonly string[];
  /** The conversation as it is now. */
  conversation: ConversationState | undefined;
  /** Connections that know of a new message already: the sender's own, and those that the sender posted to. */
  told: readonly string[];
}

export interface Delivery {
  /** Users, or who subscribed to the large room. */
  to: ReadonlySet<string> | 'subscribed';
  /** Connections of theirs that are left out. */
  except: ReadonlySet<string>;
  /** Tells what others have received and read: not to those who have read receipts off. */
  isReceipt?: true;
  frame: LiveEvent;
}

/** Whether all members are told of it, in a large room too: that it is there, and from when on one has to subscribe or need not. */
export const isForAllMembers = (happening: Happening): boolean =>
  happening.kind === 'founded' ||
  (happening.kind === 'change' &&
    happening.change.kind === 'conversation.updated' &&
    happening.change.live !== undefined);

/** Whether it is told to others than the one whom it is about. */
export const needsMembers = (happening: Happening): boolean => {
  switch (happening.kind) {
    case 'membership':
      return isToldToMembers(happening.before, happening.after);
    case 'draft':
    case 'hidden':
    case 'threadRead':
      return false;
    default:
      return true;
  }
};

export const deliveriesOf = (happening: Happening, around: Surroundings): Delivery[] => {
  switch (happening.kind) {
    case 'message':
      return [messageDelivery(happening.message, happening.isNew, around)];
    case 'founded':
      return [delivery(around.members, { event: 'conversation.new', data: publicView(happening.conversation) })];
    case 'membership':
      return membershipDeliveries(happening.before, happening.after, around);
    case 'reaction.added':
    case 'reaction.removed':
      return [toAll(around, { event: happening.kind, data: happening.change })];
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
    case 'draft':
      return [delivery([happening.userId], { event: 'draft.updated', data: happening.state })];
  }
};

const delivery = (to: readonly string[], frame: LiveEvent, except: readonly string[] = []): Delivery => ({
  to: new Set(to),
  except: new Set(except),
  frame,
});

const isLarge = ({ conversation }: Surroundings): boolean => conversation?.live === 'subscribed';

/** All members or, in a large room, all who subscribed. */
const toAll = (around: Surroundings, frame: LiveEvent, except: readonly string[] = []): Delivery =>
  isLarge(around) ? { to: 'subscribed', except: new Set(except), frame } : delivery(around.members, frame, except);

const messageDelivery = (message: Message, isNew: boolean, around: Surroundings): Delivery => {
  if (message.status !== 'sent') return toAll(around, { event: 'message.deleted', data: message });
  if (!isNew) return toAll(around, { event: 'message.updated', data: message });
  return toAll(around, { event: 'message.new', data: message }, around.told);
};

const isToldToMembers = (before: MemberState, after: MemberState): boolean =>
  after.audience === 'members' && risesIn(before, after).shown;

/** What a member keeps for themselves is told to their own devices. */
const ownDeliveries = (before: MemberState, after: MemberState): Delivery[] => {
  if (!hasChanged(before, after)) return [];
  const { conversationId, userId, lastReadSeq } = after;
  const { ownVersion: version, ...own } = ownStateOf(after);
  return [delivery([userId], { event: 'membership.updated', data: { conversationId, version, lastReadSeq, ...own } })];
};

/** What a post raises everybody knows from the message, but not what it does to what its sender keeps: that is told in any case. */
const membershipDeliveries = (before: MemberState, after: MemberState, around: Surroundings): Delivery[] => [
  ...ownDeliveries(before, after),
  ...(risesIn(before, after).own
    ? [delivery([after.userId], { event: 'receipt.updated', data: ownReceipt(after) })]
    : []),
  ...(isToldToMembers(before, after) && !isLarge(around)
    ? [
        {
          ...delivery(
            around.members.filter((one) => one !== after.userId),
            { event: 'receipt.updated', data: shownReceipt(after) },
          ),
          isReceipt: true as const,
        },
      ]
    : []),
];

const changeDeliveries = (change: Change, around: Surroundings): Delivery[] => {
  const { conversation } = around;
  /** Who hears of a membership beside the one whose it is: nobody in a large room, which is told its number of members. */
  const others = (user: string) => (isLarge(around) ? [] : around.members.filter((one) => one !== user));
  /** They may be none any more. */
  const toMember = (user: string, frame: LiveEvent) =>
    delivery(
      around.members.filter((one) => one === user),
      frame,
    );
  switch (change.kind) {
    case 'member.added':
      return [
        delivery(others(change.member.userId), { event: 'member.added', data: change.member }),
        ...(conversation
          ? [toMember(change.member.userId, { event: 'conversation.new', data: publicView(conversation) })]
          : []),
      ];
    case 'member.updated': {
      const frame = { event: 'member.updated', data: change.member } as const;
      return [isLarge(around) ? toMember(change.member.userId, frame) : toAll(around, frame)];
    }
    case 'member.removed': {
      const { conversationId, userId } = change.member;
      const reason = change.by === userId ? 'left' : 'removed';
      return [
        delivery(others(userId), { event: 'member.removed', data: change.member }),
        delivery([userId], { event: 'conversation.removed', data: { conversationId, rev: change.rev, reason } }),
      ];
    }
    case 'conversation.updated': {
      if (!conversation || conversation.deletedAt) return [];
      // What it shows may be newer already; numbered as the change, so that every revision is told under its own number.
      const frame = { event: 'conversation.updated', data: { ...publicView(conversation), rev: change.rev } } as const;
      return [change.live === undefined ? toAll(around, frame) : delivery(around.members, frame)];
    }
    case 'conversation.deleted':
      return [
        toAll(around, {
          event: 'conversation.removed',
          data: { conversationId: change.conversationId, rev: change.rev, reason: 'deleted' },
        }),
      ];
    // Told by the record of what changed, which holds all of it.
    case 'message.updated':
    case 'message.deleted':
    case 'reaction.added':
    case 'reaction.removed':
      return [];
  }
};

/** What a large room is told of memberships: one event for all who came, went or got another role. */
export const memberCountOf = (
  happenings: readonly Happening[],
  { id, rev, memberCount }: ConversationState,
): Delivery[] => {
  const revs = changesIn(happenings).flatMap((change) => ('member' in change ? [change.rev] : []));
  if (revs.length === 0) return [];
  const frame = { event: 'member.count', data: { conversationId: id, rev, memberCount, revs } } as const;
  return [{ to: 'subscribed', except: new Set(), frame }];
};

/** Whom happenings let in, or gave another role: they are told of it themselves if they are members still. */
export const namedIn = (happenings: readonly Happening[]): string[] =>
  changesIn(happenings).flatMap((change) =>
    change.kind === 'member.added' || change.kind === 'member.updated' ? [change.member.userId] : [],
  );

/** Whom happenings took out, and by which revision. */
export const leaversIn = (happenings: readonly Happening[]): { user: string; rev: number }[] =>
  changesIn(happenings).flatMap((change) =>
    change.kind === 'member.removed' ? [{ user: change.member.userId, rev: change.rev }] : [],
  );

const changesIn = (happenings: readonly Happening[]): Change[] =>
  happenings.flatMap((one) => (one.kind === 'change' ? [one.change] : []));
