/** Who hears of what: from something that happened in a conversation to the frames that tell of it. */
import type { DraftState } from '../protocol/drafts.ts';
import type { LiveEvent } from '../protocol/events.ts';
import { messageIdOf, placeOfMessage } from '../protocol/identifiers.ts';
import type { Message } from '../protocol/message.ts';
import type { ThreadSummary, ThreadWatermark } from '../protocol/thread.ts';
import type { Change } from './changes.ts';
import { type ConversationState, type MemberState, publicView } from './conversation.ts';
import {
  audienceOf,
  bySight,
  type Delivery,
  deliveriesAbout,
  delivery,
  isLarge,
  newsOf,
  type Sights,
  type Surroundings,
  toAll,
} from './deliveries.ts';
import { isToldToMembers, membershipDeliveries } from './membership-news.ts';
import type { Postmark } from './postmark.ts';
import type { ReactionHappening } from './reactions.ts';

export type Happening =
  | { kind: 'message'; message: Message; isNew: boolean; postmark?: Postmark | undefined }
  | { kind: 'change'; change: Change }
  | { kind: 'membership'; before: MemberState; after: MemberState }
  | { kind: 'draft'; userId: string; state: DraftState }
  | ReactionHappening
  | { kind: 'founded'; conversation: ConversationState }
  | { kind: 'thread'; conversationId: string; threadId: string; thread: ThreadSummary }
  /** Of somebody's own, and told to nobody else. */
  | { kind: 'hidden'; userId: string; conversationId: string; seq: number }
  | { kind: 'threadRead'; userId: string; watermark: ThreadWatermark };

type PinChange = Extract<Change, { kind: 'message.pinned' | 'message.unpinned' }>;

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

/** What it quotes is shown to those who see that. */
const messageDeliveries = (message: Message, isNew: boolean, around: Surroundings): Delivery[] => {
  const event = message.status !== 'sent' ? 'message.deleted' : isNew ? 'message.new' : 'message.updated';
  const unquoted = { seq: message.seq, frame: { event, data: { ...message, quote: null } } } as const;
  const sights: Sights = message.quote
    ? [{ seq: placeOfMessage(message.quote.messageId).seq, frame: { event, data: message } }, unquoted]
    : [{ seq: message.seq, frame: { event, data: message } }];
  return deliveriesAbout(message, around, sights, event === 'message.new' ? around.told : []);
};

const pinFrame = ({ kind, conversationId, seq, rev, at, by }: PinChange): LiveEvent => {
  const data = { conversationId, messageId: messageIdOf(conversationId, seq), rev };
  return kind === 'message.pinned'
    ? { event: 'message.pinned', data: { ...data, pinnedAt: at, pinnedBy: by } }
    : { event: 'message.unpinned', data };
};

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

/** The greatest revision of the conversation that happenings tell of; 0 where nothing took one. */
export const revisionOf = (happenings: readonly Happening[]): number =>
  Math.max(
    0,
    ...happenings.map((one) => {
      switch (one.kind) {
        case 'message':
          return one.message.rev;
        case 'change':
        case 'reaction.added':
        case 'reaction.removed':
          return one.change.rev;
        default:
          return 0;
      }
    }),
  );

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

const newOnesIn = (happenings: readonly Happening[]) =>
  happenings.flatMap((one) => (one.kind === 'message' && one.isNew && one.message.status === 'sent' ? [one] : []));

/** Messages that were posted. */
export const newMessagesIn = (happenings: readonly Happening[]): Message[] =>
  newOnesIn(happenings).map(({ message }) => message);

/** Numbers that came to nothing. */
export const voidsIn = (happenings: readonly Happening[]): number[] =>
  happenings.flatMap((one) => (one.kind === 'message' && one.message.status === 'void' ? [one.message.seq] : []));

export const sendersIn = (happenings: readonly Happening[]): string[] => [
  ...new Set(newMessagesIn(happenings).flatMap(({ senderId }) => senderId ?? [])),
];

/** Whom a large room's happenings are about. */
export const concernedIn = (happenings: readonly Happening[]): string[] => [
  ...new Set([...namedIn(happenings), ...sendersIn(happenings)]),
];

/** New messages of which a mark may say whom their senders have told. */
export const markedIn = (happenings: readonly Happening[]): Message[] =>
  newOnesIn(happenings).flatMap(({ message, postmark }) => (postmark?.fastLane ? [message] : []));

/** Whether a new message tells all that would be looked up around it, given what is known of the conversation as of a revision. */
export const tellsAll = (happening: Happening, rev: number): boolean =>
  newOnesIn([happening]).some(
    ({ postmark }) => postmark?.hasRead === true && postmark.rev !== undefined && postmark.rev <= rev,
  );
