/** Whom a page of a list shows: those whose names and pictures a client needs to draw it. */
import type { Block } from '../protocol/block.ts';
import type { Conversation, Member } from '../protocol/conversation.ts';
import type { Message, ShownMessage } from '../protocol/message.ts';
import type { Pin } from '../protocol/pin.ts';
import type { Reaction } from '../protocol/reaction.ts';
import type { MessageReceipts } from '../protocol/receipts.ts';

type Named = string | null | undefined;

const each = (users: readonly Named[]): string[] => [...new Set(users.filter((one) => typeof one === 'string'))];

/** Both users of a direct conversation, and who said the newest message. Who founded a group is not seen in an inbox. */
export const peopleInInbox = (conversations: readonly Pick<Conversation, 'memberIds' | 'lastMessage'>[]): string[] =>
  each(conversations.flatMap(({ memberIds = [], lastMessage }) => [...memberIds, lastMessage?.senderId]));

type Shown = Pick<Message, 'senderId' | 'deletedBy' | 'mentions' | 'quote'> &
  Partial<Pick<ShownMessage, 'reactions' | 'thread'>>;

/** Senders, whoever deleted one, and those whom contents, quotes, reactions and threads name. */
export const peopleInMessages = (messages: readonly Shown[]): string[] =>
  each(
    messages.flatMap(({ senderId, deletedBy, mentions, quote, reactions = [], thread }) => [
      senderId,
      deletedBy,
      ...mentions,
      quote?.senderId,
      ...reactions.flatMap(({ userIds }) => userIds),
      ...(thread?.participants ?? []),
    ]),
  );

export const peopleInReactions = (reactions: readonly Pick<Reaction, 'userId'>[]): string[] =>
  each(reactions.map(({ userId }) => userId));

/** Those whom the messages show, and whoever pinned one. */
export const peopleInPins = (pins: readonly Pick<Pin, 'message' | 'pinnedBy'>[]): string[] =>
  each([...peopleInMessages(pins.map(({ message }) => message)), ...pins.map(({ pinnedBy }) => pinnedBy)]);

/** Whoever has read it has received it. */
export const peopleInReceipts = ({ deliveredTo }: Pick<MessageReceipts, 'deliveredTo'>): string[] =>
  each(deliveredTo.map(({ userId }) => userId));

export const peopleInBlocks = (blocks: readonly Pick<Block, 'userId'>[]): string[] =>
  each(blocks.map(({ userId }) => userId));

export const peopleInMembers = (members: readonly Pick<Member, 'userId'>[]): string[] =>
  each(members.map(({ userId }) => userId));
