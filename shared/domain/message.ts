import { Problem } from '../protocol/errors.ts';
import { messageIdOf, placeOfMessage } from '../protocol/identifiers.ts';
import type { Draft, Edit, Message, MessageVersion, Preview, Quote } from '../protocol/message.ts';
import { byteLength, graphemesOf } from '../protocol/text.ts';
import type { Caller } from './caller.ts';
import { may, type Standing } from './permissions.ts';
import { firstVisibleSeq, type Viewpoint } from './visibility.ts';

/** So that META, which every send writes, stays within one write unit. */
const previewLimit = { characters: 100, bytes: 300 };

/**
 * Where a message is, from the id that names it.
 * @param conversationId where a nested route names it; both have to agree
 * @throws Problem `not_found`
 */
export const placeNamed = (messageId: string, conversationId?: string): { conversationId: string; seq: number } => {
  const place = placeOfMessage(messageId);
  if (conversationId !== undefined && conversationId !== place.conversationId) throw new Problem('not_found');
  return place;
};

/** @throws Problem `invalid_request` when `replyTo` cannot be a message of this conversation that its sender sees. */
export const requireReplyInside = (
  draft: Pick<Draft, 'replyTo'>,
  { conversation, member }: Viewpoint & { conversation: { id: string; seq: number } },
): void => {
  if (draft.replyTo === null) return;
  const { conversationId, seq } = placeOfMessage(draft.replyTo);
  const first = firstVisibleSeq({ conversation, member });
  if (conversationId !== conversation.id || seq > conversation.seq || seq < first) {
    throw new Problem('invalid_request', {
      errors: [{ path: 'replyTo', message: 'is not a message of this conversation' }],
    });
  }
};

export const newMessage = (
  draft: Draft,
  conversationId: string,
  seq: number,
  senderId: string,
  now: Date,
  { mentions = [], quoted }: { mentions?: readonly string[]; quoted?: Message | undefined } = {},
): Message => ({
  id: messageIdOf(conversationId, seq),
  conversationId,
  seq,
  rev: 0,
  version: 1,
  status: 'sent',
  senderId,
  clientMessageId: draft.clientMessageId,
  content: draft.content,
  contentType: draft.contentType,
  mentions: [...mentions],
  attachments: draft.attachments,
  replyTo: draft.replyTo,
  quote: quoted ? quoteOf(quoted) : null,
  threadId: draft.threadId,
  threadVersion: null,
  inConversation: draft.threadId === null || draft.inConversation,
  createdAt: now.toISOString(),
  editedAt: null,
  deletedAt: null,
  deletedBy: null,
});

/** Closes a number whose send never came to an end. As old as the number, so that it is not kept longer than what was said around it. */
export const voidMessage = (conversationId: string, seq: number, takenAt: string): Message => ({
  id: messageIdOf(conversationId, seq),
  conversationId,
  seq,
  rev: 0,
  version: 1,
  status: 'void',
  senderId: null,
  clientMessageId: null,
  content: null,
  contentType: 'text/plain',
  mentions: [],
  attachments: [],
  replyTo: null,
  quote: null,
  threadId: null,
  threadVersion: null,
  inConversation: true,
  createdAt: takenAt,
  editedAt: null,
  deletedAt: null,
  deletedBy: null,
});

/** Which of a tenant's new messages anybody hears of behind the bus. */
export type HeardMessages = 'all' | 'those that mention somebody' | 'none';

export const isHeard = ({ mentions }: Pick<Message, 'mentions'>, heard: HeardMessages): boolean =>
  heard === 'all' || (heard === 'those that mention somebody' && mentions.length > 0);

/** For how long after it was sent its sender may still change a message, in minutes; null without an end. */
export type Window = number | null;

const requireOpen = (window: Window, message: Message, now: Date): void => {
  if (window !== null && now.getTime() - Date.parse(message.createdAt) > window * 60_000)
    throw new Problem('window_closed');
};

/**
 * The message as an edit leaves it, still with its old `rev`; undefined when the edit changes nothing.
 * @throws Problem `forbidden` to anybody but its sender, `message_deleted`, `window_closed`, `version_conflict` with the current state
 */
export const edited = (
  message: Message,
  edit: Edit,
  caller: Caller,
  now: Date,
  { mentions = [], window = null }: { mentions?: readonly string[]; window?: Window } = {},
): Message | undefined => {
  if (message.senderId !== caller.user) throw new Problem('forbidden', { detail: 'Only its sender edits a message.' });
  if (message.status === 'deleted') throw new Problem('message_deleted');
  const contentType = edit.contentType ?? message.contentType;
  const attachments = edit.attachments ?? message.attachments;
  const same =
    edit.content === message.content &&
    contentType === message.contentType &&
    sameAttachments(attachments, message.attachments);
  // Said twice, because the answer to the first got lost, it is as its sender wants it.
  if (same) return undefined;
  requireOpen(window, message, now);
  if (edit.expectedVersion !== undefined && edit.expectedVersion !== message.version) {
    throw new Problem('version_conflict', { current: message });
  }
  return {
    ...message,
    content: edit.content,
    contentType,
    mentions: [...mentions],
    attachments,
    version: message.version + 1,
    editedAt: now.toISOString(),
  };
};

/** Field by field: the table keeps no order of a map's entries. */
const sameAttachments = (some: Message['attachments'], others: Message['attachments']): boolean =>
  some.length === others.length &&
  some.every((one, i) => one.externalFileId === others[i]?.externalFileId && one.label === others[i]?.label);

/**
 * The tombstone, still with the old `rev`; undefined when it is one already. The window is for senders, not for those who moderate.
 * @throws Problem `forbidden` unless it is the caller's own or they may delete anybody's; `window_closed`
 */
export const tombstoned = (
  message: Message,
  caller: Caller,
  held: readonly Standing[],
  now: Date,
  window: Window = null,
): Message | undefined => {
  const own = message.senderId === caller.user && may(held, 'message.deleteOwn');
  const moderates = may(held, 'message.deleteAny');
  if (!own && !moderates) throw new Problem('forbidden', { detail: 'Not your message.' });
  if (message.status === 'deleted') return undefined;
  if (!moderates) requireOpen(window, message, now);
  return {
    ...message,
    status: 'deleted',
    content: null,
    mentions: [],
    attachments: [],
    quote: null,
    version: message.version + 1,
    deletedAt: now.toISOString(),
    deletedBy: caller.user,
  };
};

/** What an answer shows of the message that it answers, as that is now. */
export const quoteOf = ({ id, senderId, content, contentType, attachments, status }: Message): Quote => ({
  messageId: id,
  senderId: senderId ?? '',
  content: content === null ? null : clipped(content),
  contentType,
  attachmentCount: attachments.length,
  status,
});

/** What is kept of a message that its sender, or whoever deletes it, is about to change. */
export const versionOf = ({
  version,
  content,
  contentType,
  attachments,
  editedAt,
  createdAt,
}: Message): MessageVersion => ({
  version,
  content: content ?? '',
  contentType,
  attachments,
  writtenAt: editedAt ?? createdAt,
});

/** What the inbox shows of a message; a void has none. */
export const previewOf = (message: Message): Preview => ({
  messageId: message.id,
  seq: message.seq,
  senderId: message.senderId ?? '',
  content: message.content === null ? null : clipped(message.content),
  contentType: message.contentType,
  attachmentCount: message.attachments.length,
  status: message.status,
  createdAt: message.createdAt,
});

/** Never cut inside a character. */
const clipped = (content: string): string => {
  if (content.length <= previewLimit.characters && byteLength(content) <= previewLimit.bytes) return content;
  let text = '';
  let bytes = 0;
  let characters = 0;
  for (const { segment } of graphemesOf(content)) {
    bytes += byteLength(segment);
    characters += 1;
    if (characters > previewLimit.characters || bytes > previewLimit.bytes) break;
    text += segment;
  }
  return text;
};
