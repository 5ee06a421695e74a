/** Who hears of what: from something that happened in a conversation to the frames that tell of it. */
import type { Conversation } from '../protocol/conversation.ts';
import type { DraftState } from '../protocol/drafts.ts';
import type { LiveEvent } from '../protocol/events.ts';
import { messageIdOf, placeOfMessage } from '../protocol/identifiers.ts';
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
  /** Of those who subscribed, who joined before message `before` and sees it, and not before message `from`, which they do not see. */
  joined?: { from?: number | undefined; before?: number | undefined };
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
      return messageDeliveries(happening.message, happening.isNew, around);
    case 'founded':
      return [delivery(around.members, { event: 'conversation.new', data: publicView(happening.conversation) })];
    case 'membership':
      return membershipDeliveries(happening.before, happening.after, around);
    case 'reaction.added':
    case 'reaction.removed':
      return deliveriesAbout(happening.change, around, [
        { seq: happening.seq, frame: { event: happening.kind, data: happening.change } },
      ]);
    case 'change':
      return changeDeliveries(happening.change, around);
    case 'thread': {
      const { conversationId, threadId, thread } = happening;
      const frame: LiveEvent = { event: 'thread.updated', data: { ...thread, conversationId, threadId } };
      return bySight(audienceOf(around), [{ seq: placeOfMessage(threadId).seq, frame }], undefined, around);
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
const audienceOf = (around: Surroundings): readonly string[] | 'subscribed' =>
  isLarge(around) ? 'subscribed' : around.members;

const toAll = (around: Surroundings, frame: LiveEvent): Delivery => {
  const to = audienceOf(around);
  return to === 'subscribed' ? { to, except: new Set(), frame } : delivery(to, frame);
};

/** What it quotes is shown to those who see that. */
const messageDeliveries = (message: Message, isNew: boolean, around: Surroundings): Delivery[] => {
  const event = message.status !== 'sent' ? 'message.deleted' : isNew ? 'message.new' : 'message.updated';
  const unquoted = { seq: message.seq, frame: { event, data: { ...message, quote: null } } } as const;
  const sights: Sights = message.quote
    ? [{ seq: placeOfMessage(message.quote.messageId).seq, frame: { event, data: message } }, unquoted]
    : [{ seq: message.seq, frame: { event, data: message } }];
  return deliveriesAbout(message, around, sights, event === 'message.new' ? around.told : []);
};

/** What is said to those who see a message. Several by their numbers, the least first: whoever sees that sees the others as well. */
type Sights = readonly [Sight, ...Sight[]];
interface Sight {
  seq: number;
  frame: LiveEvent;
}

/** To those who see the message; the others hear that the revision, if it is one, is none of theirs. */
const deliveriesAbout = (
  { conversationId, rev }: { conversationId: string; rev: number },
  around: Surroundings,
  sights: Sights,
  except: readonly string[] = [],
): Delivery[] => {
  const hidden = { event: 'revision.hidden', data: { conversationId, rev } } as const;
  return bySight(audienceOf(around), sights, rev > 0 ? hidden : undefined, around, except);
};

/** To each the first of the frames about a message that they see; to who sees none of them another one, if any. */
const bySight = (
  to: readonly string[] | 'subscribed',
  sights: Sights,
  others: LiveEvent | undefined,
  { conversation, firstSeqOf }: Surroundings,
  except: readonly string[] = [],
): Delivery[] => {
  const last = sights.at(-1)?.seq ?? 0;
  if (to === 'subscribed') {
    if (conversation?.settings.historyFrom !== 'join') return [{ to, except: new Set(except), frame: sights[0].frame }];
    return [
      ...sights.map(({ seq, frame }, i) => ({
        to,
        joined: { ...(i > 0 && { from: sights[i - 1]?.seq }), before: seq },
        except: new Set(except),
        frame,
      })),
      ...(others ? [{ to, joined: { from: last }, except: new Set<string>(), frame: others }] : []),
    ];
  }
  const seeing = Object.groupBy(to, (user) => sights.findIndex(({ seq }) => seq >= firstSeqOf(user)));
  const blind = seeing[-1] ?? [];
  return [
    ...sights.flatMap(({ frame }, i) => {
      const users = seeing[i] ?? [];
      return i === 0 || users.length > 0 ? [delivery(users, frame, except)] : [];
    }),
    ...(others && blind.length > 0 ? [delivery(blind, others)] : []),
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
  return bySight(to, [{ seq: data.lastMessage.seq, frame: { event, data } }], others, around);
};

const isToldToMembers = (before: MemberState, after: MemberState): boolean =>
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
const membershipDeliveries = (before: MemberState, after: MemberState, around: Surroundings): Delivery[] => [
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
      return deliveriesAbout(change, around, [{ seq: change.seq, frame: pinFrame(change) }]);
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
