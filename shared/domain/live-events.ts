/** Who hears of what: from something that happened in a conversation to the frames that tell of it. */
import type { LiveEvent } from '../protocol/events.ts';
import type { Message } from '../protocol/message.ts';
import type { Change } from './changes.ts';
import { type ConversationState, publicView } from './conversation.ts';

export type Happening =
  | { kind: 'message'; message: Message; isNew: boolean }
  | { kind: 'change'; change: Change }
  | { kind: 'founded'; conversation: ConversationState };

/** What is known around it by now. */
export interface Surroundings {
  /** Users who are members now. */
  members: readonly string[];
  /** The conversation as it is now; read only when a happening needs it. */
  conversation: ConversationState | undefined;
  /** The connection that has its answer already. */
  answeredOn: string | null;
}

export interface Delivery {
  to: readonly string[];
  /** A connection of theirs that is left out. */
  except: string | null;
  frame: LiveEvent;
}

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
  }
};

const toAll = ({ members }: Surroundings, frame: LiveEvent): Delivery => ({ to: members, except: null, frame });

const messageDelivery = (message: Message, isNew: boolean, around: Surroundings): Delivery => {
  if (message.status !== 'sent') return toAll(around, { event: 'message.deleted', data: message });
  if (!isNew) return toAll(around, { event: 'message.updated', data: message });
  return { to: around.members, except: around.answeredOn, frame: { event: 'message.new', data: message } };
};

const changeDeliveries = (change: Change, around: Surroundings): Delivery[] => {
  const { conversation } = around;
  const others = (user: string) => around.members.filter((one) => one !== user);
  switch (change.kind) {
    case 'member.added':
      return [
        { to: others(change.member.userId), except: null, frame: { event: 'member.added', data: change.member } },
        ...(conversation && around.members.includes(change.member.userId)
          ? [
              {
                to: [change.member.userId],
                except: null,
                frame: { event: 'conversation.new', data: publicView(conversation) },
              } as const,
            ]
          : []),
      ];
    case 'member.updated':
      return [toAll(around, { event: 'member.updated', data: change.member })];
    case 'member.removed': {
      const { conversationId, userId } = change.member;
      const reason = change.by === userId ? 'left' : 'removed';
      return [
        { to: others(userId), except: null, frame: { event: 'member.removed', data: change.member } },
        {
          to: [userId],
          except: null,
          frame: { event: 'conversation.removed', data: { conversationId, rev: change.rev, reason } },
        },
      ];
    }
    case 'conversation.updated':
      return conversation && !conversation.deletedAt
        ? [toAll(around, { event: 'conversation.updated', data: publicView(conversation) })]
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
