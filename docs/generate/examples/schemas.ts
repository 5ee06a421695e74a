/** One example of each schema that has an id. Tests parse every one with the schema itself. */
import * as story from './story.ts';

const { groupId, times } = story;
const lastPage = { nextCursor: null, hasMore: false };
const moreToCome = { nextCursor: 'eyJzIjo0Mn0', hasMore: true };
const { id, displayName, avatarUrl, locale, metadata } = story.ownAda;
const adaAsTheHostKnowsHer = { id, displayName, avatarUrl, locale, metadata };

export const schemaExamples: Record<string, unknown> = {
  Attachment: story.draftMessage.attachments[0],
  ConversationSettings: { ...story.settings, whoMayPost: 'admins', slowModeSeconds: 30, retentionDays: 30 },

  User: story.ada,
  OwnUser: story.ownAda,
  Preferences: story.ownAda.preferences,
  MePatch: { preferences: story.ownAda.preferences },
  UserSync: adaAsTheHostKnowsHer,
  UsersSync: { users: [adaAsTheHostKnowsHer, { id: 'bob', displayName: 'Charles Babbage' }] },
  UsersSynced: { users: [story.ownAda] },

  Conversation: story.group,
  OwnConversation: story.ownGroup,
  ConversationList: { conversations: [story.ownGroup], users: [story.ada], ...moreToCome },
  ConversationCreate: { type: 'group', title: 'Analytical Engine', memberIds: ['bob', 'mary'] },
  ConversationPatch: { title: 'Difference Engine', settings: { whoMayPost: 'admins', slowModeSeconds: 30 } },
  Subscribe: { conversationId: groupId },
  Subscribed: { conversationId: groupId, live: 'subscribed', seq: 42, rev: 6, expiresAt: times.expires },
  Unsubscribe: { conversationId: groupId },
  Unsubscribed: { conversationId: groupId },
  MemberCount: { conversationId: groupId, rev: 9, memberCount: 1_204, revs: [7, 9] },
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
  DraftList: { drafts: [story.draftState], users: [], ...lastPage },
  ConversationRemoved: { conversationId: groupId, rev: 9, reason: 'removed' },

  Member: story.memberBob,
  MemberList: { members: [story.memberBob], users: [story.bob], ...lastPage },
  MembersAdd: { memberIds: ['bob'], role: 'member' },
  MembersAdded: { members: [story.memberBob] },
  MemberPatch: { role: 'admin' },

  Message: story.sentMessage,
  MessagePreview: story.preview,
  MessageDraft: story.draftMessage,
  MessageEdit: { content: story.editedMessage.content, expectedVersion: 1 },
  MessageList: { messages: [story.shownMessage], users: [story.ada, story.bob], ...moreToCome, hidden: [] },
  MessageSend: { conversationId: groupId, ...story.draftMessage },
  MessageEditCommand: {
    messageId: story.sentMessage.id,
    content: story.editedMessage.content,
    expectedVersion: 1,
  },
  ShownMessage: story.shownMessage,
  Quote: story.quote,
  MessageVersion: story.earlierVersion,
  MessageVersionList: { versions: [story.earlierVersion], users: [], ...lastPage },
  MessageHidden: { conversationId: groupId, messageId: story.sentMessage.id, seq: story.sentMessage.seq },

  ThreadSummary: story.threadSummary,
  OwnThreadSummary: story.ownThreadSummary,
  OwnThread: { ...story.ownThreadSummary, unreadCount: 1 },
  ReplyList: {
    replies: [{ ...story.reply, reactions: [], reactionsVersion: 0, myReactions: [], thread: null }],
    users: [story.mary],
    ...lastPage,
    hidden: [],
    thread: { ...story.ownThreadSummary, unreadCount: 1 },
  },
  ThreadReadRequest: { seq: story.reply.seq },
  ThreadWatermark: { conversationId: groupId, threadId: story.sentMessage.id, lastReadSeq: story.reply.seq },
  MissedThread: { ...story.ownThreadSummary, threadId: story.sentMessage.id },
  ThreadUpdated: { ...story.threadSummary, conversationId: groupId, threadId: story.sentMessage.id },

  MessageDelete: { messageId: story.sentMessage.id },
  MessageSent: {
    clientMessageId: story.draftMessage.clientMessageId,
    messageId: story.sentMessage.id,
    seq: story.sentMessage.seq,
  },

  Reaction: { emoji: '👍', userId: 'bob' },
  ReactionSummary: story.reactions[0],
  ReactionChange: story.reactionAdded,
  ReactionList: {
    reactions: [
      { emoji: ':party_parrot:', userId: 'mary' },
      { emoji: '👍', userId: 'bob' },
      { emoji: '👍', userId: 'mary' },
    ],
    users: [story.mary, story.bob],
    ...lastPage,
  },
  ReactionAddition: { emoji: '👍' },
  ReactionAdd: { messageId: story.sentMessage.id, emoji: '👍' },
  ReactionRemove: { messageId: story.sentMessage.id, emoji: '👍' },

  Pin: story.pin,
  PinList: { pins: [story.pin], users: [story.ada], ...lastPage },
  MessagePinned: {
    conversationId: groupId,
    messageId: story.sentMessage.id,
    rev: story.pin.rev,
    pinnedAt: story.pin.pinnedAt,
    pinnedBy: story.pin.pinnedBy,
  },
  MessageUnpinned: { conversationId: groupId, messageId: story.sentMessage.id, rev: 10 },
  Position: story.position,
  NamedPosition: { conversationId: groupId, ...story.position },
  SyncRequest: { conversations: [{ conversationId: groupId, ...story.position }], since: times.created },
  SyncedChange: story.bobBecameAdmin,
  SyncedConversation: story.syncedGroup,
  SyncPage: {
    hidden: [],
    threadsRead: [{ conversationId: groupId, threadId: story.sentMessage.id, lastReadSeq: story.reply.seq }],
    conversations: [story.syncedGroup],
    joined: [],
    removed: [{ conversationId: story.lostGroupId, rev: 9, reason: 'removed' }],
    syncedAt: times.deleted,
    nextCursor: null,
    hasMore: false,
  },
  Receipt: story.receiptOfBob,
  ReadMark: { seq: 42 },
  ReceiptRead: { conversationId: groupId, seq: 42 },
  ReceiptDelivered: { conversationId: groupId, seq: 42 },
  CountStep: { seq: 42, count: 7 },
  ReceiptCount: {
    conversationId: groupId,
    version: 1_795_262_490_000,
    read: [
      { seq: 42, count: 7 },
      { seq: 40, count: 11 },
    ],
    delivered: [{ seq: 42, count: 11 }],
  },
  MessageReceipt: { userId: 'bob', at: times.read },
  MessageReceipts: {
    readBy: [{ userId: 'bob', at: times.read }],
    deliveredTo: [
      { userId: 'bob', at: times.delivered },
      { userId: 'mary', at: times.delivered },
    ],
    readCount: 1,
    deliveredCount: 2,
    memberCount: 2,
    users: [story.bob, story.mary],
    ...lastPage,
  },
  Block: { userId: 'eve' },
  BlockList: { blocks: [{ userId: 'eve' }], users: [{ id: 'eve', displayName: null, avatarUrl: null }], ...lastPage },

  Presence: story.bobIsOnline,
  PresenceList: { presences: [story.bobIsOnline, story.maryIsOffline], users: [story.bob, story.mary], ...lastPage },
  PresenceHeartbeat: { status: 'online' },
  PresenceNoted: { status: 'online', expiresAt: times.noted },
  TypingStart: { conversationId: groupId },
  TypingStop: { conversationId: groupId },
  TypingStarted: { conversationId: groupId, userId: 'bob', expiresAt: times.typed },
  TypingStopped: { conversationId: groupId, userId: 'bob' },

  Batch: {
    events: [
      { event: 'message.new', data: story.sentMessage },
      { event: 'message.updated', data: story.editedMessage },
    ],
  },
  ErrorData: { code: 'rate_limited', message: 'Too many requests', retryAfter: 12 },
  FieldError: { path: 'content', message: 'must not be empty' },
  ClientFrame: { event: 'message.delete', id: '7', data: { messageId: story.sentMessage.id } },

  RevisionHidden: { conversationId: groupId, rev: 7 },

  WsTicket: { ticket: 'dmVyeSBzZWNyZXQgdGlja2V0', expiresAt: times.expires },
  Health: { status: 'ok' },
  OpenApi: { openapi: '3.1.1' },
};
