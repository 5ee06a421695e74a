/** Who hears of what: from something that happened in a conversation to the frames that tell of it. */
import type { DraftState } from '../protocol/drafts.ts';
import type { LiveEvent } from '../protocol/events.ts';
import type { Message } from '../protocol/message.ts';
import type { Change } from './changes.ts';
import { type ConversationState, type MemberState, publicView } from './conversation.ts';
import { hasChanged, ownStateOf } from './own-state.ts';

export type Happening =
  | { kind: 'message'; message: Message; isNew: boolean }
  | { kind: 'change'; change: Change }
  | { kind: 'founded'; conversation: ConversationState }
  | { kind: 'membership'; before: MemberState; after: MemberState }
  | { kind: 'draft'; userId: string; state: DraftState };

/** What is known around it by now. */
export interface Surroundings {
  /** Users who are members now; looked up only when a happening needs them. */
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
  frame: LiveEvent;
}

/** Whether more people may have to hear of it than the one whom it names. */
export const needsMembers = ({ kind }: Happening): boolean => kind !== 'membership' && kind !== 'draft';

/** Whether the conversation's current state is part of what is told. */
export const needsConversation = (happening: Happening): boolean =>
  happening.kind === 'change' &&
  (happening.change.kind === 'member.added' || happening.change.kind === 'conversation.updated');

export const deliveriesOf = (happening: Happening, around: Surroundings): Delivery[] => {
  switch (happening.kind) {
    case 'message':
      return [messageDelivery(happening.message, happening.isNew, around)];
    case 'founded':
      return [toAll(around, { event: 'conversation.new', data: publicView(happening.conversation) })];
    case 'change':
      return changeDeliveries(happening.change, around);
    case 'membership':
      return membershipDeliveries(happening.before, happening.after);
    case 'draft':
      return [delivery([happening.userId], { event: 'draft.updated', data: happening.state })];
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

/** What a member keeps for themselves is told to their own devices. */
const membershipDeliveries = (before: MemberState, after: MemberState): Delivery[] => {
  if (!hasChanged(before, after)) return [];
  const { conversationId, userId, lastReadSeq } = after;
  const { ownVersion: version, ...own } = ownStateOf(after);
  return [delivery([userId], { event: 'membership.updated', data: { conversationId, version, lastReadSeq, ...own } })];
};
