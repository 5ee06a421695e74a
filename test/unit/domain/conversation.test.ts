import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Caller } from '../../../shared/domain/caller.ts';
import {
  activityBucket,
  type ConversationState,
  directConversationId,
  founded,
  heirOf,
  isDirect,
  type MemberState,
  newGroupId,
  newMember,
  ownView,
  patched,
  publicView,
  requireGroup,
} from '../../../shared/domain/conversation.ts';
import { publicMember } from '../../../shared/domain/receipts.ts';
import {
  type ConversationCreate,
  conversation as conversationSchema,
  member as memberSchema,
} from '../../../shared/protocol/conversation.ts';
import { conversationId } from '../../../shared/protocol/identifiers.ts';
import type { MemberRole } from '../../../shared/protocol/roles.ts';

const now = new Date('2026-11-21T12:00:00.000Z');
const ada: Caller = { tenant: 'demo', user: 'ada', roles: ['member'], expiresAt: 0, connectionId: undefined };
const backend: Caller = { ...ada, user: 'backend', roles: ['service'] };
const founding = (request: ConversationCreate, caller = ada, groupSize = 256) =>
  founded(caller, request, now, { groupSize, largeRoomAbove: 256, shardSize: 1_000 });
const refusal = (work: () => unknown): string | undefined => {
  try {
    work();
    return undefined;
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('the id of a direct conversation', () => {
  const user = fc.string({ unit: 'grapheme', minLength: 1 });

  it('is the same for two users, whoever comes first', () => {
    fc.assert(
      fc.property(user, user, (one, other) => {
        const id = directConversationId('demo', [one, other]);
        expect(id).toBe(directConversationId('demo', [other, one]));
        expect(conversationId.safeParse(id).success).toBe(true);
        expect(isDirect(id)).toBe(true);
      }),
    );
  });

  it('is another for other users and in another tenant, however they are called', () => {
    const pairs: [string, string, string][] = [
      ['demo', 'a', 'b'],
      ['demo', 'a', 'c'],
      ['other', 'a', 'b'],
      ['demo', 'a","b', ''],
      ['demo","a', 'b', ''],
      ['demo', 'ab', ''],
      ['demo', 'a', 'B'],
    ];
    expect(new Set(pairs.map(([tenant, ...users]) => directConversationId(tenant, users))).size).toBe(pairs.length);
  });

  it('is never that of a group', () => {
    const id = newGroupId();
    expect(conversationId.safeParse(id).success).toBe(true);
    expect(isDirect(id)).toBe(false);
    expect(newGroupId()).not.toBe(id);
  });
});

describe('founding', () => {
  it('a group includes its creator, once, as the only owner', () => {
    const { conversation, members } = founding({ type: 'group', memberIds: ['bob', 'ada', 'bob'], title: 'Lobby' });
    expect(members.map(({ userId, role, lastReadSeq, rev }) => [userId, role, lastReadSeq, rev])).toEqual([
      ['ada', 'owner', 0, 0],
      ['bob', 'member', 0, 0],
    ]);
    expect(conversation).toMatchObject({ memberCount: 2, ownerCount: 1, title: 'Lobby', createdBy: 'ada' });
    expect(conversation).not.toHaveProperty('memberIds');
  });

  it('a group is closed and without a title unless it says otherwise', () => {
    expect(founding({ type: 'group', memberIds: [] }).conversation).toMatchObject({
      title: null,
      settings: { open: false },
    });
    expect(founding({ type: 'group', memberIds: [], settings: { open: true } }).conversation.settings.open).toBe(true);
  });

  it('a direct conversation has two users, equal, and no title', () => {
    const { conversation, members } = founding({ type: 'direct', memberIds: ['zoe'] });
    expect(members.map(({ userId, role }) => [userId, role])).toEqual([
      ['ada', 'member'],
      ['zoe', 'member'],
    ]);
    expect(conversation).toMatchObject({ memberIds: ['ada', 'zoe'], ownerCount: 0, title: null });
  });

  it('a service founds for others, and does not join', () => {
    const { members } = founding({ type: 'group', memberIds: ['bob', 'cyd'] }, backend);
    expect(members.map(({ userId, role }) => [userId, role])).toEqual([
      ['bob', 'owner'],
      ['cyd', 'member'],
    ]);
    expect(founding({ type: 'direct', memberIds: ['bob', 'cyd'] }, backend).conversation.id).toBe(
      directConversationId('demo', ['bob', 'cyd']),
    );
  });

  it.each<[string, ConversationCreate, Caller, string]>([
    ['a direct conversation with oneself', { type: 'direct', memberIds: ['ada'] }, ada, 'invalid_request'],
    ['a direct conversation of three', { type: 'direct', memberIds: ['bob', 'cyd'] }, ada, 'invalid_request'],
    ['a direct conversation of nobody', { type: 'direct', memberIds: [] }, backend, 'invalid_request'],
    [
      'a direct conversation with a title',
      { type: 'direct', memberIds: ['bob'], title: 'x' },
      ada,
      'direct_conversation',
    ],
    [
      'a direct conversation with settings',
      { type: 'direct', memberIds: ['bob'], settings: {} },
      ada,
      'direct_conversation',
    ],
    ['a group of nobody', { type: 'group', memberIds: [] }, backend, 'invalid_request'],
  ])('refuses %s', (_, request, caller, code) => {
    expect(refusal(() => founding(request, caller))).toBe(code);
  });

  it('refuses more than the group may hold', () => {
    expect(refusal(() => founding({ type: 'group', memberIds: ['b', 'c'] }, ada, 3))).toBeUndefined();
    expect(refusal(() => founding({ type: 'group', memberIds: ['b', 'c', 'd'] }, ada, 3))).toBe('conversation_full');
  });

  it('shows to others what the contract says, and nothing else', () => {
    for (const request of [
      { type: 'group', memberIds: ['bob'] },
      { type: 'direct', memberIds: ['bob'] },
    ] satisfies ConversationCreate[]) {
      const { conversation, members } = founding(request);
      expect(conversationSchema.strict().safeParse(publicView(conversation)).error).toBeUndefined();
      for (const member of members) expect(memberSchema.strict().safeParse(publicMember(member)).error).toBeUndefined();
    }
  });
});

describe('a newcomer', () => {
  it('has nothing unread', () => {
    const member = newMember({ id: 'g-x', seq: 41, rev: 7 }, 'bob', 'member', now);
    expect(member).toMatchObject({ lastReadSeq: 41, joinedSeq: 41, role: 'member', joinedAt: now.toISOString() });
  });
});

describe('a patch', () => {
  const state = founding({ type: 'group', memberIds: [], title: 'One', settings: { open: true } }).conversation;

  it('leaves alone what it does not name', () => {
    const { settings } = state;
    expect(patched(state, { title: 'Two' })).toEqual({ title: 'Two', settings });
    expect(patched(state, { settings: { open: false } })).toEqual({
      title: 'One',
      settings: { ...settings, open: false },
    });
    expect(patched(state, { title: null })).toEqual({ title: null, settings });
  });

  it('that says what is so already changes nothing', () => {
    for (const patch of [
      { title: 'One' },
      { settings: {} },
      { settings: { open: true } },
      {},
      { settings: { open: undefined } },
    ]) {
      expect(patched(state, patch)).toBeUndefined();
    }
  });
});

describe('the heir', () => {
  const someone = (userId: string, role: MemberRole, joined: number): MemberState => ({
    conversationId: 'g-x',
    userId,
    role,
    joinedAt: new Date(now.getTime() + joined).toISOString(),
    lastReadSeq: 0,
    shownReadSeq: 0,
    lastDeliveredSeq: 0,
    hiddenSeq: 0,
    rev: 0,
    joinedSeq: 0,
  });

  it('is another owner, or an admin, or a member, and of these who has been there longest', () => {
    const [ada, bob, cyd, dee, eve] = [
      someone('ada', 'owner', 0),
      someone('bob', 'member', 1),
      someone('cyd', 'admin', 3),
      someone('dee', 'admin', 2),
      someone('eve', 'owner', 9),
    ];
    expect(heirOf([ada, bob, cyd, dee, eve], 'ada')).toBe(eve);
    expect(heirOf([ada, bob, cyd, dee], 'ada')).toBe(dee);
    expect(heirOf([ada, bob], 'ada')).toBe(bob);
    expect(heirOf([ada], 'ada')).toBeUndefined();
    expect(heirOf([], 'ada')).toBeUndefined();
  });

  it('is found without disturbing the list', () => {
    const members = [someone('a', 'member', 2), someone('b', 'admin', 1), someone('c', 'owner', 0)];
    const before = [...members];
    heirOf(members, 'c');
    expect(members).toEqual(before);
  });
});

describe('what is unread', () => {
  const at = (seq: number, senderId: string): ConversationState => ({
    ...founding({ type: 'group', memberIds: ['bob'] }).conversation,
    seq,
    lastMessage: {
      messageId: `g-x.${seq}`,
      seq,
      senderId,
      content: 'x',
      contentType: 'text/plain',
      attachmentCount: 0,
      status: 'sent',
      createdAt: now.toISOString(),
    },
  });
  const bob = (lastReadSeq: number) =>
    ({ userId: 'bob', role: 'member', joinedSeq: 0, lastReadSeq, hiddenSeq: 0 }) as const;

  it('is what came after what was read', () => {
    expect(ownView(at(10, 'ada'), bob(7), now)).toMatchObject({ unreadCount: 3, lastReadSeq: 7, role: 'member' });
  });

  it('is nothing for who said the last word', () => {
    expect(ownView(at(10, 'bob'), bob(7), now)).toMatchObject({ unreadCount: 0, lastReadSeq: 10 });
  });

  it('counts what they have deleted for themselves, of which no preview is shown', () => {
    expect(ownView(at(10, 'ada'), { ...bob(7), hiddenSeq: 10 }, now)).toMatchObject({
      unreadCount: 3,
      lastMessage: null,
    });
    expect(ownView(at(10, 'bob'), { ...bob(7), hiddenSeq: 10 }, now)).toMatchObject({
      unreadCount: 0,
      lastMessage: null,
    });
    expect(ownView(at(10, 'ada'), { ...bob(7), hiddenSeq: 9 }, now)).toMatchObject({ lastMessage: { seq: 10 } });
  });

  it('is never less than nothing', () => {
    expect(ownView(at(3, 'ada'), bob(7), now).unreadCount).toBe(0);
  });

  it('is of no concern to who is not a member', () => {
    expect(ownView(at(3, 'ada'), undefined, now)).toMatchObject({ unreadCount: 0, lastReadSeq: null, role: null });
  });
});

it('a direct conversation is no group', () => {
  expect(refusal(() => requireGroup({ type: 'direct' }))).toBe('direct_conversation');
  expect(refusal(() => requireGroup({ type: 'group' }))).toBeUndefined();
});

it('activity is sorted by the hour', () => {
  expect(activityBucket('2026-11-21T12:59:59.999Z')).toBe('2026-11-21T12');
});
