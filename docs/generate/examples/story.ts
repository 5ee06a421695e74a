/** The people, the group and the messages that every example tells of, so that the pages read as one story. */

export const groupId = 'g-5TxSCA9jRrmBc3sYsmpfjg';
export const lostGroupId = 'g-9QhW3mPzRfKd0aXcVbN2Tw';

const at = (minute: number) => `2026-11-21T12:${String(minute).padStart(2, '0')}:00.000Z`;

export const times = {
  created: at(0),
  sent: at(1),
  delivered: '2026-11-21T12:01:01.000Z',
  read: '2026-11-21T12:01:30.000Z',
  edited: at(2),
  deleted: at(3),
  replied: at(4),
  expires: '2026-11-21T12:04:30.000Z',
  noted: '2026-11-21T12:01:30.000Z',
  typed: '2026-11-21T12:01:05.000Z',
};

export const draftMessage = {
  clientMessageId: '01JD8W5Q5Z',
  content: '@bob, shall we meet at noon?',
  contentType: 'text/plain',
  attachments: [{ externalFileId: 'file-731', label: 'agenda.pdf' }],
  replyTo: `${groupId}.41`,
  threadId: null,
  inConversation: false,
};

export const quote = {
  messageId: `${groupId}.41`,
  senderId: 'bob',
  content: 'When do we meet?',
  contentType: 'text/plain',
  attachmentCount: 0,
  status: 'sent',
};

export const sentMessage = {
  id: `${groupId}.42`,
  conversationId: groupId,
  seq: 42,
  rev: 0,
  version: 1,
  status: 'sent',
  senderId: 'ada',
  ...draftMessage,
  mentions: ['bob'],
  quote,
  threadVersion: null,
  inConversation: true,
  createdAt: times.sent,
  editedAt: null,
  deletedAt: null,
  deletedBy: null,
};

export const editedMessage = {
  ...sentMessage,
  rev: 7,
  version: 2,
  content: '@bob, shall we meet at one?',
  editedAt: times.edited,
};

export const deletedMessage = {
  ...editedMessage,
  rev: 8,
  version: 3,
  status: 'deleted',
  content: null,
  mentions: [],
  attachments: [],
  quote: null,
  deletedAt: times.deleted,
  deletedBy: 'ada',
};

export const reactions = [
  { emoji: '👍', count: 2, userIds: ['bob', 'mary'] },
  { emoji: ':party_parrot:', count: 1, userIds: ['mary'] },
];

export const reactionAdded = {
  conversationId: groupId,
  messageId: sentMessage.id,
  rev: 9,
  emoji: '👍',
  userId: 'mary',
  version: 3,
  reactions,
};

export const reactionRemoved = {
  ...reactionAdded,
  rev: 10,
  version: 4,
  reactions: [
    { emoji: ':party_parrot:', count: 1, userIds: ['mary'] },
    { emoji: '👍', count: 1, userIds: ['bob'] },
  ],
};
export const pin = { message: sentMessage, pinnedAt: times.edited, pinnedBy: 'ada', rev: 9 };

export const earlierVersion = {
  version: sentMessage.version,
  content: sentMessage.content,
  contentType: sentMessage.contentType,
  attachments: sentMessage.attachments,
  writtenAt: times.sent,
};

export const threadSummary = {
  version: 2,
  replyCount: 2,
  lastReplySeq: 45,
  lastReplyAt: times.replied,
  participants: ['bob', 'mary'],
};

export const ownThreadSummary = { ...threadSummary, lastReadSeq: 43 };

export const shownMessage = {
  ...sentMessage,
  reactions,
  reactionsVersion: 3,
  myReactions: [],
  thread: ownThreadSummary,
};

export const replyDraft = {
  clientMessageId: '01JD8W6B2K',
  content: 'Noon suits me.',
  contentType: 'text/plain',
  attachments: [],
  replyTo: null,
  threadId: sentMessage.id,
  inConversation: false,
};

export const reply = {
  ...sentMessage,
  id: `${groupId}.45`,
  seq: 45,
  senderId: 'mary',
  ...replyDraft,
  threadVersion: 2,
  mentions: [],
  quote: null,
  createdAt: times.replied,
};

export const preview = {
  messageId: sentMessage.id,
  seq: sentMessage.seq,
  senderId: sentMessage.senderId,
  content: sentMessage.content,
  contentType: sentMessage.contentType,
  attachmentCount: 1,
  status: 'sent',
  createdAt: times.sent,
};

export const settings = {
  open: false,
  whoMayPost: 'everybody',
  whoMayAdd: 'admins',
  historyFrom: 'start',
  slowModeSeconds: 0,
  retentionDays: null,
};

export const group = {
  id: groupId,
  type: 'group',
  title: 'Analytical Engine',
  settings,
  memberCount: 3,
  live: 'all',
  seq: 42,
  rev: 6,
  lastMessage: preview,
  lastActivityAt: times.sent,
  createdAt: times.created,
  createdBy: 'ada',
  updatedAt: times.created,
};

const own = { markedUnread: false, mutedUntil: null, archivedAt: null, pinnedAt: times.created, mentionCount: 1 };
const ownVersion = 1_795_262_400_004;

export const ownGroup = { ...group, role: 'owner', joinedSeq: 0, lastReadSeq: 40, unreadCount: 2, ownVersion, ...own };

export const membershipNews = { conversationId: groupId, version: ownVersion, lastReadSeq: 40, ...own };

export const beginning = { content: 'I would rather', contentType: 'text/plain', replyTo: null };

export const draftState = {
  conversationId: groupId,
  version: 1_795_262_460_003,
  draft: { ...beginning, updatedAt: times.sent },
};

export const newGroup = {
  ...ownGroup,
  seq: 0,
  rev: 0,
  lastMessage: null,
  lastActivityAt: times.created,
  lastReadSeq: 0,
  unreadCount: 0,
  ownVersion: 1_795_262_400_000,
  pinnedAt: null,
  mentionCount: 0,
};

export const ada = {
  id: 'ada',
  displayName: 'Ada Lovelace',
  avatarUrl: 'https://example.com/ada.png',
};

export const bob = { id: 'bob', displayName: 'Charles Babbage', avatarUrl: null };

export const mary = { id: 'mary', displayName: 'Mary Somerville', avatarUrl: null };

export const ownAda = {
  ...ada,
  locale: 'en-GB',
  email: 'ada@example.com',
  metadata: { plan: 'pro' },
  preferences: { locale: 'en-GB', notifications: 'mentions', presence: 'contacts', readReceipts: true },
  createdAt: times.created,
  updatedAt: times.created,
};

export const vapidKey = 'BOHVsfl9bw-z8r9npRvnXJJcSBejzlal85V2fu385pixaMQ0CNfvUweM2kg22mSjA7WSYcA0vf5QO2ze2Ptw72o';

export const webSubscription = {
  endpoint: 'https://updates.push.services.mozilla.com/wpush/v2/gAAAAABn',
  expirationTime: null,
  keys: {
    p256dh: 'BIoVtSO1LlFC2H5EPcRL-Tz4Rhyo-gYIMSNPRTeHHu8JJM4wROo1o_QjQomaYtDtawLR1EsmHz5W3Lb-D0Vy0eU',
    auth: 'vfScPDiCEC_AF_-2YRCMYw',
  },
};

export const device = { id: 'Xq3nUQyq0m1gWc0aVZ2y4A', platform: 'web', registeredAt: times.created };

export const notificationPreferences = {
  push: true,
  webPush: true,
  email: false,
  quietHours: { from: '22:00', to: '07:00', timeZone: 'Europe/London' },
};

export const bobIsOnline = { userId: 'bob', status: 'online', lastSeenAt: null, asOf: times.sent };

export const maryIsOffline = { userId: 'mary', status: 'offline', lastSeenAt: times.created, asOf: times.created };

export const memberBob = {
  conversationId: groupId,
  userId: 'bob',
  role: 'member',
  joinedAt: times.created,
  lastReadSeq: 40,
  lastDeliveredSeq: 42,
  rev: 3,
};

export const webhookId = 'wh_5TxSCA9jRrmBc3sYsmpfjg';

export const webhook = {
  id: webhookId,
  url: 'https://hooks.example.com/parley',
  description: 'CRM',
  eventTypes: ['message.created', 'message.deleted'],
  enabled: true,
  disabledReason: null,
  disabledAt: null,
  failingSince: null,
  previousSecretUntil: null,
  createdAt: times.created,
  updatedAt: times.created,
};

export const webhookAttempt = {
  at: times.delivered,
  outcome: 'delivered',
  statusCode: 204,
  latencyMs: 85,
  responseBody: '',
};

export const webhookDelivery = {
  id: 'dlv_01a2b3c4d5e69QhW3mPzRfKd0aXcVbN2Tw',
  webhookId,
  eventId: 'evt_Pz1oY6q0tVQ2m8r4cX7u-A',
  eventType: 'message.created',
  occurredAt: times.sent,
  status: 'delivered',
  failure: null,
  attempts: 1,
  nextAttemptAt: null,
  lastAttempt: webhookAttempt,
  createdAt: times.delivered,
};

/** Where a client stood before it was away. */
export const position = { seq: 41, rev: 4 };

export const bobBecameAdmin = {
  rev: 5,
  kind: 'member.updated',
  at: times.sent,
  by: 'ada',
  member: { ...memberBob, role: 'admin', rev: 5 },
  messageId: null,
};

const olderMessage = {
  ...sentMessage,
  ...{ id: `${groupId}.41`, seq: 41, rev: 6, version: 2, senderId: 'bob', clientMessageId: '01JD8W4ZZ1' },
  ...{ content: 'When do we meet?', attachments: [], replyTo: null, createdAt: times.created, editedAt: times.edited },
};

export const receiptOfBob = { conversationId: groupId, userId: 'bob', lastReadSeq: 42, lastDeliveredSeq: 42 };

export const syncedGroup = {
  conversation: ownGroup,
  messages: [shownMessage],
  changed: [{ ...olderMessage, reactions: [], reactionsVersion: 0, myReactions: [], thread: null }],
  threads: [],
  changes: [bobBecameAdmin],
  receipts: [receiptOfBob],
  position: { seq: group.seq, rev: group.rev },
  hasMore: false,
  refetch: false,
};
