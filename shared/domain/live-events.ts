/** Who hears of what: from something that happened in a conversation to the frames that tell of it. */
import type { Conversation } from '../protocol/conversation.ts';
import type { LiveEvent } from '../protocol/events.ts';
import { messageIdOf } from '../protocol/identifiers.ts';
import type { Message } from '../protocol/message.ts';
import type { Change } from './changes.ts';
import { type ConversationState, type MemberState, publicView } from './conversation.ts';
import type { ReactionHappening } from './reactions.ts';
import { ownReceipt, risesIn, shownReceipt } from './receipts.ts';

export type Happening =
  | { kind: 'message'; message: Message; isNew: boolean }
  | { kind: 'change'; change: Change }
  | { kind: 'membership'; before: MemberState; after: MemberState }
  | ReactionHappening
  | { kind: 'founded'; conversation: ConversationState };

/** What is known around it by now. */
export interface Surroundings {
  /** Users who are members now: all of them or, in a large room, those whom a happening names; read only when a happening needs them. */
  members: readonly string[];
  /** The conversation as it is now, without a newest message that has expired. */
  conversation: ConversationState | undefined;
  /** The first number that a member sees. */
  firstSeqOf(user: string): number;
  /** Connections that know of a new message already: the sender's own, and those that the sender posted to. */
  told: readonly string[];
}

type PinChange = Extract<Change, { kind: 'message.pinned' | 'message.unpinned' }>;

export interface Delivery {
  /** Users, or who subscribed to the large room. */
  to: ReadonlySet<string> | 'subscribed';
  /** Of those who subscribed, who joined before message `before` and sees it, or after `from` and does not; all, where it is left out. */
  joined?: { before: number } | { from: number };
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
export const needsMembers = (happening: Happening): boolean =>
  happening.kind !== 'membership' || isToldToMembers(happening.before, happening.after);

export const deliveriesOf = (happening: Happening, around: Surroundings): Delivery[] => {
  switch (happening.kind) {
    case 'message':
      return messageDeliveries(happening.message, happening.isNew, around);
    case 'founded':
      return [delivery(around.members, { event: 'conversation.new', data: publicView(happening.conversation) })];
    case 'membership':
      return membershipDeliveries(happening.before, happening.after, around);
    case 'reaction.added':
    case 'reaction.removed':
      return deliveriesAbout({ ...happening.change, seq: happening.seq }, around, {
        event: happening.kind,
        data: happening.change,
      });
    case 'change':
      return changeDeliveries(happening.change, around);
  }
};

const delivery = (to: readonly string[], frame: LiveEvent, except: readonly string[] = []): Delivery => ({
  to: new Set(to),
  except: new Set(except),
  frame,
});

const isLarge = ({ conversation }: Surroundings): boolean => conversation?.live === 'subscribed';

/** All members or, in a large room, all who subscribed. */
const audienceOf = (around: Surroundings): readonly string[] | 'subscribed' =>
  isLarge(around) ? 'subscribed' : around.members;

const toAll = (around: Surroundings, frame: LiveEvent): Delivery => {
  const to = audienceOf(around);
  return to === 'subscribed' ? { to, except: new Set(), frame } : delivery(to, frame);
};

const messageDeliveries = (message: Message, isNew: boolean, around: Surroundings): Delivery[] => {
  if (message.status !== 'sent') return deliveriesAbout(message, around, { event: 'message.deleted', data: message });
  if (!isNew) return deliveriesAbout(message, around, { event: 'message.updated', data: message });
  return deliveriesAbout(message, around, { event: 'message.new', data: message }, around.told);
};

/** To those who see message `seq`; the others hear that the revision, if it is one, is none of theirs. */
const deliveriesAbout = (
  { conversationId, seq, rev }: { conversationId: string; seq: number; rev: number },
  around: Surroundings,
  frame: LiveEvent,
  except: readonly string[] = [],
): Delivery[] => {
  const hidden = { event: 'revision.hidden', data: { conversationId, rev } } as const;
  return bySight(audienceOf(around), seq, around, { seeing: frame, others: rev > 0 ? hidden : undefined }, except);
};

/** One frame to whoever sees message `seq`, and another one, if any, to the others. */
const bySight = (
  to: readonly string[] | 'subscribed',
  seq: number,
  { conversation, firstSeqOf }: Surroundings,
  frames: { seeing: LiveEvent; others: LiveEvent | undefined },
  except: readonly string[] = [],
): Delivery[] => {
  if (to === 'subscribed') {
    const seeing = { to, except: new Set(except), frame: frames.seeing };
    if (conversation?.settings.historyFrom !== 'join') return [seeing];
    return [
      { ...seeing, joined: { before: seq } },
      ...(frames.others ? [{ to, joined: { from: seq }, except: new Set<string>(), frame: frames.others }] : []),
    ];
  }
  const { seeing = [], others = [] } = Object.groupBy(to, (user) => (seq >= firstSeqOf(user) ? 'seeing' : 'others'));
  return [
    delivery(seeing, frames.seeing, except),
    ...(frames.others && others.length > 0 ? [delivery(others, frames.others)] : []),
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
  data: Conversation,
  to: readonly string[] | 'subscribed',
  around: Surroundings,
): Delivery[] => {
  if (!data.lastMessage) return [to === 'subscribed' ? toAll(around, { event, data }) : delivery(to, { event, data })];
  const others = { event, data: { ...data, lastMessage: null } } as const;
  return bySight(to, data.lastMessage.seq, around, { seeing: { event, data }, others });
};

const isToldToMembers = (before: MemberState, after: MemberState): boolean =>
  after.audience === 'members' && risesIn(before, after).shown;

const membershipDeliveries = (before: MemberState, after: MemberState, around: Surroundings): Delivery[] => [
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
  const toMember = (user: string) => around.members.filter((one) => one === user);
  switch (change.kind) {
    case 'member.added':
      return [
        delivery(others(change.member.userId), { event: 'member.added', data: change.member }),
        ...(conversation
          ? newsOf('conversation.new', publicView(conversation), toMember(change.member.userId), around)
          : []),
      ];
    case 'member.updated': {
      const frame = { event: 'member.updated', data: change.member } as const;
      return [isLarge(around) ? delivery(toMember(change.member.userId), frame) : toAll(around, frame)];
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
      const news = { ...publicView(conversation), rev: change.rev };
      return newsOf(
        'conversation.updated',
        news,
        change.live === undefined ? audienceOf(around) : around.members,
        around,
      );
    }
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
