import { marshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import {
  changeItem,
  conversationItem,
  memberItem,
  messageItem,
  reactionAttribute,
} from '../../../shared/data/items.ts';
import { type Key, messageKey, presenceKey, profileKey, reactionsKey } from '../../../shared/data/keys.ts';
import { followed } from '../../../shared/data/stream.ts';
import type { Item } from '../../../shared/data/table.ts';
import { founded, newMember } from '../../../shared/domain/conversation.ts';
import type { DomainEvent } from '../../../shared/domain/domain-events.ts';
import { newMessage, voidMessage } from '../../../shared/domain/message.ts';
import { publicMember } from '../../../shared/domain/receipts.ts';
import { publicEvents } from '../../../shared/protocol/domain-events.ts';
import { sourceOf } from '../../../shared/protocol/event-sources.ts';
import { domainEventsOf } from '../../../shared/runtime/publishing.ts';

const tenant = 'acme';
const now = new Date('2026-11-21T12:00:00.000Z');
const later = '2026-11-21T12:30:00.000Z';
const caller = { tenant, user: 'ada', roles: ['member' as const], connectionId: undefined, expiresAt: 0 };
const limits = { groupSize: 9, largeRoomAbove: 256, shardSize: 1_000 };
const { conversation, members } = founded(caller, { type: 'group', memberIds: ['bob'], title: 'Lobby' }, now, limits);
const { id: conversationId } = conversation;
const [ada, bob] = members as [(typeof members)[0], (typeof members)[0]];
const meta = conversationItem(tenant, conversation);
const draft = {
  ...{ clientMessageId: 'c1', content: 'Hello!', contentType: 'text/plain' as const, attachments: [] },
  ...{ replyTo: null, threadId: null, inConversation: false },
};
const message = newMessage(draft, conversationId, 1, 'ada', now);
const expiresAt = Math.floor(now.getTime() / 1_000);

const image = (item: Item | undefined) =>
  item && marshall(item, { convertEmptyValues: false, removeUndefinedValues: true });

/** As the stream has it. */
const recordOf = (before: Item | undefined, after: Item | undefined, more: object = {}): DynamoDBRecord => {
  const { PK, SK } = (after ?? before) as unknown as Key;
  return {
    eventName: after ? (before ? 'MODIFY' : 'INSERT') : 'REMOVE',
    dynamodb: { Keys: image({ PK, SK }), OldImage: image(before), NewImage: image(after), SequenceNumber: '1' },
    ...more,
  } as DynamoDBRecord;
};

/** What a record tells; public events fit their contracts, and hold nothing beside. */
const toldBy = (before: Item | undefined, after: Item | undefined, more?: object): DomainEvent[] => {
  const events = followed([recordOf(before, after, more)]).flatMap(domainEventsOf);
  for (const { type, detail } of events) {
    const contract = publicEvents.find((one) => one.type === type);
    expect(contract !== undefined, type).toBe(sourceOf(type) === 'parley');
    if (contract) expect(contract.detail.parse(detail), type).toEqual(detail);
  }
  return events;
};
const publicly = (before: Item | undefined, after: Item | undefined, more?: object) =>
  toldBy(before, after, more).filter(({ type }) => sourceOf(type) === 'parley');

const byTtl = { userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' } };

describe('of a conversation, the host hears', () => {
  it('that it was founded, by whom, and as what', () => {
    expect(publicly(undefined, meta)).toMatchObject([
      {
        type: 'conversation.created',
        detail: { tenantId: tenant, occurredAt: conversation.createdAt, actor: 'ada', conversationId },
      },
    ]);
  });

  it('each founding member', () => {
    expect(publicly(undefined, memberItem(tenant, bob, conversation.lastActivityAt))).toMatchObject([
      { type: 'member.added', detail: { actor: null, conversationId, data: { member: publicMember(bob) } } },
    ]);
  });

  it('of those who come later once, by the change that brought them', () => {
    const cyd = { ...newMember(conversation, 'cyd', 'member', now), rev: 4 };
    const filed = { conversationId, rev: 4, at: later, by: 'ada', kind: 'member.added' as const };
    const change = changeItem(tenant, { ...filed, member: publicMember(cyd) }, expiresAt);

    expect(publicly(undefined, memberItem(tenant, cyd, later))).toEqual([]);
    expect(publicly(undefined, change)).toMatchObject([
      {
        type: 'member.added',
        detail: { occurredAt: later, actor: 'ada', data: { member: { userId: 'cyd', rev: 4 } } },
      },
    ]);
  });

  it('that its title or settings changed, by whoever changed them', () => {
    const changed = { ...meta, title: 'Hall', rev: 1, updatedAt: later, changedAt: later, updatedBy: 'bob' };
    expect(publicly(meta, changed)).toMatchObject([
      {
        type: 'conversation.updated',
        detail: { occurredAt: later, actor: 'bob', data: { conversation: { title: 'Hall', rev: 1 } } },
      },
    ]);
  });

  it('that it became a large room', () => {
    const large = { ...meta, live: 'subscribed', shards: 1, rev: 2, changedAt: later, updatedBy: 'bob' };
    expect(publicly(meta, large)).toMatchObject([{ type: 'conversation.updated', detail: { actor: 'bob' } }]);
  });

  it('nothing for what a message, a member, a pin or a reaction changes of it', () => {
    expect(publicly(meta, { ...meta, seq: 1, lastActivityAt: later })).toEqual([]);
    expect(publicly(meta, { ...meta, rev: 1, memberCount: 3, changedAt: later, reactedSeq: 1 })).toEqual([]);
  });

  it('once that it was deleted', () => {
    const gone = { ...meta, rev: 1, deletedAt: later, updatedAt: later, changedAt: later, updatedBy: 'ada' };
    expect(publicly(meta, gone)).toMatchObject([{ type: 'conversation.deleted', detail: { actor: 'ada' } }]);
    expect(publicly(gone, { ...gone, seq: 2 })).toEqual([]);
  });

  it('nothing of a newest message that retention has taken', () => {
    const said = {
      seq: 1,
      lastMessageSeq: 1,
      lastMessage: { senderId: 'ada', content: 'secret', createdAt: now.toISOString() },
    };
    const settings = { ...conversation.settings, retentionDays: 1 };
    const at = '2026-11-23T12:00:00.000Z';
    const [event] = publicly({ ...meta, ...said }, { ...meta, ...said, settings, updatedAt: at, changedAt: at });
    expect(JSON.stringify(event)).not.toContain('secret');
    expect(event).toMatchObject({ detail: { data: { conversation: { lastMessage: null } } } });
  });
});

describe('of a message, the host hears', () => {
  const stored = messageItem(tenant, message, expiresAt);
  const edited = messageItem(tenant, { ...message, rev: 3, version: 2, content: 'Hi', editedAt: later }, expiresAt);
  const tombstone = { ...message, rev: 4, version: 3, status: 'deleted' as const, content: null };
  const deleted = messageItem(tenant, { ...tombstone, deletedAt: later, deletedBy: 'bob' }, expiresAt);
  const empty = messageItem(tenant, voidMessage(conversationId, 2, later), expiresAt);

  it('that it was posted, edited and deleted, with its revision and by whom', () => {
    expect([publicly(undefined, stored), publicly(stored, edited), publicly(edited, deleted)].flat()).toMatchObject([
      { type: 'message.created', detail: { actor: 'ada', occurredAt: message.createdAt, data: { message } } },
      { type: 'message.updated', detail: { actor: 'ada', occurredAt: later, data: { message: { rev: 3 } } } },
      { type: 'message.deleted', detail: { actor: 'bob', data: { message: { rev: 4, content: null } } } },
    ]);
  });

  it('nothing of a void, whether it comes or goes', () => {
    expect(publicly(undefined, empty)).toEqual([]);
    expect(publicly(empty, undefined, byTtl)).toEqual([]);
  });

  it('nothing of what is no new state of it', () => {
    expect(publicly(stored, { ...stored, createdAt: later })).toEqual([]);
  });

  it('that its time was up, when that is why it went', () => {
    expect(publicly(stored, undefined, byTtl)).toMatchObject([
      {
        type: 'message.expired',
        detail: { actor: null, occurredAt: now.toISOString(), data: { messageId: message.id } },
      },
    ]);
    expect(publicly(stored, undefined)).toEqual([]);
  });

  it('who reacted, and who took it back', () => {
    const { PK, SK } = reactionsKey(tenant, conversationId, 1);
    const thumb = reactionAttribute('👍');
    const one = { PK, SK, rev: 5, version: 1, at: later, [thumb]: new Set(['bob']) };
    const none = { PK, SK, rev: 6, version: 2, at: later };
    const data = { messageId: message.id, emoji: '👍', userId: 'bob' };

    expect([publicly(undefined, one), publicly(one, none)].flat()).toMatchObject([
      { type: 'reaction.added', detail: { actor: 'bob', occurredAt: later, data } },
      { type: 'reaction.removed', detail: { actor: 'bob', data } },
    ]);
    expect(publicly(none, undefined, byTtl)).toEqual([]);
  });

  it('beside those whom it mentions, who are told to the workers alone', () => {
    const mentioning = messageItem(tenant, { ...message, mentions: ['bob'] }, expiresAt);
    expect(toldBy(undefined, mentioning).map(({ type }) => `${sourceOf(type)} ${type}`)).toEqual([
      'parley message.created',
      'parley.internal message.mentions',
    ]);
  });
});

describe('of what somebody has read, the host hears', () => {
  const was = memberItem(tenant, ada, conversation.lastActivityAt);
  const read = { ...was, lastReadSeq: 7, shownReadSeq: 7, raisedBy: 'read', audience: 'members' };

  it('the watermark that others see', () => {
    expect(publicly(was, read)).toMatchObject([
      { type: 'receipt.read', detail: { actor: 'ada', conversationId, data: { userId: 'ada', lastReadSeq: 7 } } },
    ]);
  });

  it.each([
    ['what they do not show', { ...read, shownReadSeq: 0 }],
    ['what they have received only', { ...read, shownReadSeq: 0, lastDeliveredSeq: 7 }],
    ['what they show by posting', { ...read, raisedBy: 'post' }],
    ['rooms in which nobody is told', { ...read, audience: 'nobody' }],
    ['what they keep for themselves', { ...was, mutedUntil: later }],
  ])('nothing of %s', (_, is) => {
    expect(publicly(was, is)).toEqual([]);
  });
});

describe('of a user, the host hears', () => {
  const key = profileKey(tenant, 'ada');
  const profile = { ...key, displayName: 'Ada', createdAt: later, updatedAt: later };

  it('who they are, as far as anybody may know, and when that changes', () => {
    const user = { id: 'ada', displayName: 'Ada', avatarUrl: null };
    const told = [publicly(undefined, profile), publicly(profile, { ...profile, displayName: 'Ada L.' })].flat();
    expect(told).toMatchObject([
      { type: 'user.updated', detail: { actor: null, data: { user } } },
      { type: 'user.updated', detail: { data: { user: { displayName: 'Ada L.' } } } },
    ]);
    expect(told.map(({ detail }) => detail.id)).toHaveLength(new Set(told.map(({ detail }) => detail.id)).size);
  });

  it('nothing of their preferences, language and facts', () => {
    expect(
      publicly(profile, { ...profile, locale: 'en', metadata: { plan: 'pro' }, 'preference:presence': 'nobody' }),
    ).toEqual([]);
  });

  it('once that they were deleted, and that they are back', () => {
    const deleted = { ...key, createdAt: later, updatedAt: later, deletedAt: later };
    expect(publicly(profile, deleted)).toMatchObject([
      { type: 'user.deleted', detail: { occurredAt: later, data: { userId: 'ada' } } },
    ]);
    expect(publicly(deleted, { ...deleted, updatedAt: now.toISOString() })).toEqual([]);
    expect(publicly(deleted, profile)).toMatchObject([{ type: 'user.updated' }]);
  });

  it('whether they are there, as others are told, and not of each connection', () => {
    const presence = presenceKey(tenant, 'ada');
    const connecting = { ...presence, changedAt: later, 'conn:1': { connectedAt: later, expiresAt } };
    const shown = (status: string) => ({ ...connecting, shown: status, shownAt: later, lastSeenAt: null });
    const gone = { ...shown('offline'), lastSeenAt: later };

    expect(toldBy(undefined, connecting).map(({ type }) => type)).toEqual(['presence.changed']);
    expect(publicly(connecting, shown('online'))).toMatchObject([
      { type: 'user.online', detail: { actor: 'ada', data: { userId: 'ada', lastSeenAt: null } } },
    ]);
    expect(publicly(shown('online'), shown('away'))).toEqual([]);
    expect(publicly(shown('away'), gone)).toMatchObject([
      { type: 'user.offline', detail: { data: { userId: 'ada', lastSeenAt: later } } },
    ]);
    expect(publicly(undefined, shown('offline'))).toEqual([]);
  });
});

it('gives a record that comes again the same events, and each event an id of its own', () => {
  const states = [1, 2, 3].map((version) => messageItem(tenant, { ...message, version, rev: version }, expiresAt));
  const all = () => states.flatMap((is, i) => publicly(states[i - 1], is));

  expect(all()).toEqual(all());
  expect(new Set(all().map(({ detail }) => detail.id)).size).toBe(3);
  expect(all()[0]?.detail.id).toMatch(/^evt_[A-Za-z0-9_-]{22}$/);
});

it('tells the same of two tenants under different ids', () => {
  const [one, other] = ['acme', 'other'].map((name) =>
    publicly(undefined, { ...messageItem(name, message, expiresAt), ...messageKey(name, conversationId, 1) }),
  );
  expect(one?.[0]?.detail.id).not.toBe(other?.[0]?.detail.id);
});
