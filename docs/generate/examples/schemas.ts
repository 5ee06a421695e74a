/** One example of each schema that has an id. Tests parse every one with the schema itself. */
import * as story from './story.ts';

const { groupId, times } = story;
const lastPage = { nextCursor: null, hasMore: false };
const moreToCome = { nextCursor: 'eyJzIjo0Mn0', hasMore: true };
const { id, displayName, avatarUrl, locale, metadata } = story.ownAda;
const adaAsTheHostKnowsHer = { id, displayName, avatarUrl, locale, metadata };

export const schemaExamples: Record<string, unknown> = {
  Attachment: story.draftMessage.attachments[0],
  ConversationSettings: { open: true },

  User: story.ada,
  OwnUser: story.ownAda,
  Preferences: story.ownAda.preferences,
  MePatch: { preferences: story.ownAda.preferences },
  UserSync: adaAsTheHostKnowsHer,
  UsersSync: { users: [adaAsTheHostKnowsHer, { id: 'bob', displayName: 'Charles Babbage' }] },
  UsersSynced: { users: [story.ownAda] },

  Conversation: story.group,
  OwnConversation: story.ownGroup,
  ConversationList: { conversations: [story.ownGroup], ...moreToCome },
  ConversationCreate: { type: 'group', title: 'Analytical Engine', memberIds: ['bob', 'mary'] },
  ConversationPatch: { title: 'Difference Engine', settings: { open: true } },
  OwnStatePatch: { muted: { until: times.expires }, pinned: true },
  MembershipUpdated: story.membershipNews,
  UnreadTotals: {
    conversations: 3,
    messages: 17,
    mentions: 2,
    quiet: { conversations: 1, messages: 240, mentions: 0 },
    isComplete: true,
  },
  DraftPut: story.beginning,
  KeptDraft: story.draftState.draft,
  DraftState: story.draftState,
  DraftList: { drafts: [story.draftState], ...lastPage },
  ConversationRemoved: { conversationId: groupId, rev: 9, reason: 'removed' },

  Member: story.memberBob,
  MemberList: { members: [story.memberBob], ...lastPage },
  MembersAdd: { memberIds: ['bob'], role: 'member' },
  MembersAdded: { members: [story.memberBob] },
  MemberPatch: { role: 'admin' },

  Message: story.sentMessage,
  MessagePreview: story.preview,
  MessageDraft: story.draftMessage,
  MessageEdit: { content: story.editedMessage.content, expectedVersion: 1 },
  MessageList: { messages: [story.sentMessage], ...moreToCome },
  MessageSend: { conversationId: groupId, ...story.draftMessage },
  MessageEditCommand: {
    messageId: story.sentMessage.id,
    content: story.editedMessage.content,
    expectedVersion: 1,
  },
  MessageDelete: { messageId: story.sentMessage.id },
  MessageSent: {
    clientMessageId: story.draftMessage.clientMessageId,
    messageId: story.sentMessage.id,
    seq: story.sentMessage.seq,
  },

  Position: story.position,
  NamedPosition: { conversationId: groupId, ...story.position },
  SyncRequest: { conversations: [{ conversationId: groupId, ...story.position }], since: times.created },
  SyncedChange: story.bobBecameAdmin,
  SyncedConversation: story.syncedGroup,
  SyncPage: {
    conversations: [story.syncedGroup],
    joined: [],
    removed: [{ conversationId: story.lostGroupId, rev: 9, reason: 'removed' }],
    syncedAt: times.deleted,
    nextCursor: null,
    hasMore: false,
  },

  Batch: {
    events: [
      { event: 'message.new', data: story.sentMessage },
      { event: 'message.updated', data: story.editedMessage },
    ],
  },
  ErrorData: { code: 'rate_limited', message: 'Too many requests', retryAfter: 12 },
  FieldError: { path: 'content', message: 'must not be empty' },
  ClientFrame: { event: 'message.delete', id: '7', data: { messageId: story.sentMessage.id } },

  WsTicket: { ticket: 'dmVyeSBzZWNyZXQgdGlja2V0', expiresAt: times.expires },
  Health: { status: 'ok' },
  OpenApi: { openapi: '3.1.1' },
};
