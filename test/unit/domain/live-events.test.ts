import { describe, expect, it } from 'vitest';
import type { Change } from '../../../shared/domain/changes.ts';
import { type ConversationState, founded } from '../../../shared/domain/conversation.ts';
import type { Surroundings } from '../../../shared/domain/deliveries.ts';
import {
  deliveriesOf,
  type Happening,
  isForAllMembers,
  leaversIn,
  memberCountOf,
  namedIn,
  needsMembers,
} from '../../../shared/domain/live-events.ts';
import { newMessage, previewOf, quoteOf, tombstoned, voidMessage } from '../../../shared/domain/message.ts';
import { changeOf, noReactions, reacted } from '../../../shared/domain/reactions.ts';
import { emptyThread } from '../../../shared/domain/thread.ts';
import { serverEvents } from '../../../shared/protocol/events.ts';
import type { Message } from '../../../shared/protocol/message.ts';

const now = new Date('2026-11-21T12:00:00.000Z');
const caller = { tenant: 'demo', user: 'ada', roles: ['member'], expiresAt: 0, connectionId: undefined } as const;
const { conversation } = founded(caller, { type: 'group', memberIds: ['bob', 'cyd'] }, now, {
  groupSize: 256,
  largeRoomAbove: 256,
  shardSize: 1_000,
});
const members = ['ada', 'bob', 'cyd'];
const message = newMessage(
  {
    clientMessageId: 'c1',
    content: 'hello',
    contentType: 'text/plain',
    attachments: [],
    replyTo: null,
    threadId: null,
    inConversation: false,
  },
  conversation.id,
  1,
  'ada',
  now,
);
const member = (userId: string) =>
  ({
    conversationId: conversation.id,
    userId,
    role: 'member',
    joinedAt: now.toISOString(),
    lastReadSeq: 0,
    lastDeliveredSeq: 0,
    rev: 5,
  }) as const;
const change = (one: Omit<Change, 'conversationId' | 'rev' | 'at' | 'by'>, by = 'ada'): Happening => ({
  kind: 'change',
  change: { conversationId: conversation.id, rev: 5, at: now.toISOString(), by, ...one } as Change,
});

/** Who hears what, in words: `event → users`, and connections left out. */
const heard = (happening: Happening, around: Partial<Surroundings> = {}) =>
  deliveriesOf(happening, { members, conversation, told: [], firstSeqOf: () => 1, ...around })
    .filter(({ to }) => to === 'subscribed' || to.size > 0)
    .map(({ to, joined, except, frame }) => {
      const event = serverEvents.find(({ name }) => name === frame.event);
      expect(event?.data.safeParse(frame.data).error, frame.event).toBeUndefined();
      const who = joined && Object.entries(joined).map(([when, seq]) => `${when} ${seq}`);
      const hearers = to === 'subscribed' ? ['the room', ...(who ?? [])].join(' ') : [...to].join(' ');
      return [`${frame.event} → ${hearers}`, ...[...except].map((id) => `not ${id}`)].join(', ');
    });

describe('a message', () => {
  it('is told to all members, but not on connections that know of it', () => {
    expect(heard({ kind: 'message', message, isNew: true })).toEqual(['message.new → ada bob cyd']);
    expect(heard({ kind: 'message', message, isNew: true }, { told: ['conn-1', 'conn-2'] })).toEqual([
      'message.new → ada bob cyd, not conn-1, not conn-2',
    ]);
  });

  it('that was edited is told to all, on every connection', () => {
    const edited = { ...message, content: 'bye', version: 2, rev: 1 };
    expect(heard({ kind: 'message', message: edited, isNew: false }, { told: ['conn-1'] })).toEqual([
      'message.updated → ada bob cyd',
    ]);
  });

  it('that was deleted, or whose number was closed, is told as deleted', () => {
    const tombstone = tombstoned(message, caller, ['member'], now) ?? message;
    expect(heard({ kind: 'message', message: tombstone, isNew: false })).toEqual(['message.deleted → ada bob cyd']);
    const closed = voidMessage(conversation.id, 2, now.toISOString());
    expect(heard({ kind: 'message', message: closed, isNew: true }, { told: ['conn-1'] })).toEqual([
      'message.deleted → ada bob cyd',
    ]);
  });

  it('is told by its own record, not by the change that points at it', () => {
    expect(heard(change({ kind: 'message.updated', seq: 1 } as never))).toEqual([]);
    expect(heard(change({ kind: 'message.deleted', seq: 1 } as never))).toEqual([]);
  });
});

describe('a conversation', () => {
  it('that begins is told to its founding members', () => {
    expect(heard({ kind: 'founded', conversation })).toEqual(['conversation.new → ada bob cyd']);
  });

  it('that changes is told to all, under the number of the change', () => {
    const happening = change({ kind: 'conversation.updated' } as never);
    expect(heard(happening)).toEqual(['conversation.updated → ada bob cyd']);
    const newer = { ...conversation, rev: 9 };
    expect(
      deliveriesOf(happening, { members, conversation: newer, told: [], firstSeqOf: () => 1 })[0]?.frame.data,
    ).toMatchObject({
      rev: 5,
    });
  });

  it('that has been deleted since is not told as changed', () => {
    const happening = change({ kind: 'conversation.updated' } as never);
    expect(heard(happening, { conversation: { ...conversation, deletedAt: now.toISOString() } })).toEqual([]);
    expect(heard(happening, { conversation: undefined })).toEqual([]);
  });

  it('that is deleted is told to all as removed', () => {
    const happening = change({ kind: 'conversation.deleted' } as never);
    expect(heard(happening)).toEqual(['conversation.removed → ada bob cyd']);
    expect(deliveriesOf(happening, { members, conversation, told: [], firstSeqOf: () => 1 })[0]?.frame.data).toEqual({
      conversationId: conversation.id,
      rev: 5,
      reason: 'deleted',
    });
  });
});

describe('what was said before somebody joined', () => {
  /** Cyd joined after the first message. */
  const firstSeqOf = (user: string) => (user === 'cyd' ? 2 : 1);

  it('is not told to them; of a change they hear the number alone', () => {
    expect(heard({ kind: 'message', message, isNew: true }, { firstSeqOf })).toEqual(['message.new → ada bob']);
    const edited = { ...message, content: 'bye', version: 2, rev: 7 };
    expect(heard({ kind: 'message', message: edited, isNew: false }, { firstSeqOf })).toEqual([
      'message.updated → ada bob',
      'revision.hidden → cyd',
    ]);
    const tombstone = { ...(tombstoned(message, caller, ['member'], now) ?? message), rev: 8 };
    expect(heard({ kind: 'message', message: tombstone, isNew: false }, { firstSeqOf })).toEqual([
      'message.deleted → ada bob',
      'revision.hidden → cyd',
    ]);
    expect(heard({ kind: 'message', message: { ...message, seq: 2 }, isNew: true }, { firstSeqOf })).toEqual([
      'message.new → ada bob cyd',
    ]);
  });

  it('is not told to them when somebody reacts to it, or pins it', () => {
    expect(heard(reaction('reaction.added'), { firstSeqOf })).toEqual([
      'reaction.added → ada bob',
      'revision.hidden → cyd',
    ]);
    expect(heard(change({ kind: 'message.pinned', seq: 1 } as never), { firstSeqOf })).toEqual([
      'message.pinned → ada bob',
      'revision.hidden → cyd',
    ]);
  });

  it('is not quoted to them', () => {
    const answer = { ...message, seq: 3, quote: quoteOf(message) };
    const around = { members, conversation, told: ['conn-1'], firstSeqOf };
    const quotes = deliveriesOf({ kind: 'message', message: answer, isNew: true }, around).map(
      ({ to, except, frame }) => [[...to], [...except], (frame.data as Message).quote?.content],
    );
    expect(quotes).toEqual([
      [['ada', 'bob'], ['conn-1'], 'hello'],
      [['cyd'], ['conn-1'], undefined],
    ]);
    const late = { ...answer, seq: 3, rev: 9, version: 2 };
    const firstOf = (user: string) => ({ ada: 1, bob: 2 })[user] ?? 4;
    expect(heard({ kind: 'message', message: late, isNew: false }, { firstSeqOf: firstOf })).toEqual([
      'message.updated → ada',
      'message.updated → bob',
      'revision.hidden → cyd',
    ]);
  });

  it('has no thread for them', () => {
    const thread = { conversationId: conversation.id, threadId: message.id, thread: emptyThread };
    expect(heard({ kind: 'thread', ...thread }, { firstSeqOf })).toEqual(['thread.updated → ada bob']);
  });

  it('is not in the conversation that they are shown', () => {
    const around = {
      members,
      told: [],
      firstSeqOf,
      conversation: { ...conversation, lastMessage: previewOf(message) },
    };
    const shown = (happening: Happening) =>
      deliveriesOf(happening, around).flatMap(({ to, frame }) =>
        'lastMessage' in frame.data ? [[...to].join(' '), frame.data.lastMessage?.content ?? null] : [],
      );
    expect(shown(change({ kind: 'conversation.updated' } as never))).toEqual(['ada bob', 'hello', 'cyd', null]);
    const joined = change({ kind: 'member.added', member: member('cyd') } as never);
    expect(shown(joined).slice(-2)).toEqual(['cyd', null]);
  });
});

describe('a membership', () => {
  const added = change({ kind: 'member.added', member: member('cyd') } as never);

  it('that begins is told to the others, and the newcomer gets the conversation', () => {
    expect(heard(added)).toEqual(['member.added → ada bob', 'conversation.new → cyd']);
  });

  it('that has ended since is not told to whom it was', () => {
    expect(heard(added, { members: ['ada', 'bob'] })).toEqual(['member.added → ada bob']);
  });

  it('that changes is told to all', () => {
    expect(heard(change({ kind: 'member.updated', member: member('bob') } as never))).toEqual([
      'member.updated → ada bob cyd',
    ]);
  });

  it.each([
    ['ada', 'removed'],
    ['cyd', 'left'],
  ])('that ends by %s is told to the others, and to whom it was as %s', (by, reason) => {
    const removed = change({ kind: 'member.removed', member: member('cyd') } as never, by);
    expect(heard(removed, { members: ['ada', 'bob'] })).toEqual([
      'member.removed → ada bob',
      'conversation.removed → cyd',
    ]);
    const [, toThem] = deliveriesOf(removed, { members: ['ada', 'bob'], conversation, told: [], firstSeqOf: () => 1 });
    expect(toThem?.frame.data).toEqual({ conversationId: conversation.id, rev: 5, reason });
  });

  it('that began anew since is still told as ended before', () => {
    const removed = change({ kind: 'member.removed', member: member('cyd') } as never);
    expect(heard(removed)).toEqual(['member.removed → ada bob', 'conversation.removed → cyd']);
  });
});

const reaction = (kind: 'reaction.added' | 'reaction.removed'): Happening => {
  const state = reacted(noReactions, 'added', { emoji: '👍', userId: 'bob' }, { rev: 5, at: now.toISOString() });
  const told = changeOf(state, { emoji: '👍', userId: 'bob' }, { conversationId: conversation.id, seq: 1 });
  return { kind, seq: 1, at: now.toISOString(), change: told };
};

describe('a reaction', () => {
  it('that came or went is told to all, on every connection', () => {
    expect(heard(reaction('reaction.added'), { told: ['conn-1'] })).toEqual(['reaction.added → ada bob cyd']);
    expect(heard(reaction('reaction.removed'))).toEqual(['reaction.removed → ada bob cyd']);
  });

  it('is not told once more by the change log', () => {
    for (const kind of ['reaction.added', 'reaction.removed'])
      expect(heard(change({ kind, seq: 1, emoji: '👍', userId: 'bob' } as never))).toEqual([]);
  });
});

it('a conversation that is not to be had is not shown, and everything else is told', () => {
  const added = change({ kind: 'member.added', member: member('cyd') } as never);
  expect(heard(added, { conversation: undefined })).toEqual(['member.added → ada bob']);
  const others: Happening[] = [
    { kind: 'founded', conversation },
    reaction('reaction.added'),
    change({ kind: 'member.removed', member: member('cyd') } as never),
    change({ kind: 'member.updated', member: member('cyd') } as never),
    change({ kind: 'conversation.deleted' } as never),
  ];
  for (const happening of others) expect(heard(happening, { conversation: undefined })).not.toEqual([]);
});

describe('a large room', () => {
  const room: ConversationState = { ...conversation, live: 'subscribed', shards: 4, memberCount: 2_000, rev: 9 };
  const inRoom = (happening: Happening, named: string[] = []) =>
    heard(happening, { conversation: room, members: named, told: ['conn-1'] });
  const added = change({ kind: 'member.added', member: member('cyd') } as never);
  const updated = change({ kind: 'member.updated', member: member('bob') } as never);
  const removed = change({ kind: 'member.removed', member: member('eve') } as never);

  it('is told of messages where it is subscribed to, but not on connections that know of them', () => {
    expect(inRoom({ kind: 'message', message, isNew: true })).toEqual(['message.new → the room, not conn-1']);
    expect(inRoom({ kind: 'message', message: { ...message, rev: 1 }, isNew: false })).toEqual([
      'message.updated → the room',
    ]);
    expect(inRoom(change({ kind: 'conversation.updated' } as never))).toEqual(['conversation.updated → the room']);
    expect(inRoom(change({ kind: 'conversation.deleted' } as never))).toEqual(['conversation.removed → the room']);
  });

  it('is told of its threads, and nothing of what concerns one user alone', () => {
    const thread = { conversationId: room.id, threadId: message.id };
    const own = { userId: 'bob', conversationId: room.id, seq: 1 };
    expect(inRoom({ kind: 'thread', ...thread, thread: emptyThread })).toEqual(['thread.updated → the room']);
    expect(inRoom({ kind: 'hidden', ...own })).toEqual(['message.hidden → bob']);
    expect(inRoom({ kind: 'threadRead', userId: 'bob', watermark: { ...thread, lastReadSeq: 1 } })).toEqual([
      'thread.read → bob',
    ]);
  });

  it('tells who joined after a message nothing of it, where history begins with one’s joining', () => {
    const fromJoining: ConversationState = {
      ...room,
      settings: { ...room.settings, historyFrom: 'join' },
      lastMessage: previewOf(message),
    };
    const inIt = (happening: Happening, named: string[] = []) =>
      heard(happening, { conversation: fromJoining, members: named, told: ['conn-1'], firstSeqOf: () => 2 });
    expect(inIt({ kind: 'message', message, isNew: true })).toEqual(['message.new → the room before 1, not conn-1']);
    expect(inIt({ kind: 'message', message: { ...message, rev: 1 }, isNew: false })).toEqual([
      'message.updated → the room before 1',
      'revision.hidden → the room from 1',
    ]);
    expect(inIt(reaction('reaction.removed'))).toEqual([
      'reaction.removed → the room before 1',
      'revision.hidden → the room from 1',
    ]);
    const updated = change({ kind: 'conversation.updated' } as never);
    expect(inIt(updated)).toEqual([
      'conversation.updated → the room before 1',
      'conversation.updated → the room from 1',
    ]);
    const shown = deliveriesOf(updated, { members, conversation: fromJoining, told: [], firstSeqOf: () => 2 });
    expect(shown.map(({ frame }) => frame.data)).toMatchObject([
      { lastMessage: { content: 'hello' } },
      { lastMessage: null },
    ]);
    expect(inIt(added, ['cyd'])).toEqual(['conversation.new → cyd']);
    const answer = { ...message, seq: 4, quote: quoteOf(message) };
    expect(inIt({ kind: 'message', message: answer, isNew: true })).toEqual([
      'message.new → the room before 1, not conn-1',
      'message.new → the room from 1 before 4, not conn-1',
    ]);
    const thread = { conversationId: room.id, threadId: message.id, thread: emptyThread };
    expect(inIt({ kind: 'thread', ...thread })).toEqual(['thread.updated → the room before 1']);
  });

  it('is told how many its members are by now, once for all changes, and under the number of each', () => {
    const [count, ...more] = memberCountOf([added, { kind: 'message', message, isNew: true }, removed], room);
    expect(more).toEqual([]);
    expect(count).toMatchObject({ to: 'subscribed', frame: { event: 'member.count' } });
    expect(count?.frame.data).toEqual({ conversationId: room.id, rev: 9, memberCount: 2_000, revs: [5, 5] });
    expect(memberCountOf([{ kind: 'message', message, isNew: true }], room)).toEqual([]);
  });

  it('tells those whom a change of members is about, on all their connections, and nobody else', () => {
    expect(inRoom(added, ['cyd'])).toEqual(['conversation.new → cyd']);
    expect(inRoom(updated, ['bob'])).toEqual(['member.updated → bob']);
    expect(inRoom(removed)).toEqual(['conversation.removed → eve']);
  });

  it('tells those nothing who are members no more', () => {
    expect(inRoom(added, [])).toEqual([]);
    expect(inRoom(updated, [])).toEqual([]);
  });

  it('that begins, or that one has to listen to otherwise from now on, is told to all members', () => {
    const crossing = change({ kind: 'conversation.updated', live: 'subscribed' } as never);
    expect([{ kind: 'founded', conversation: room } as const, crossing, added, updated].map(isForAllMembers)).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(inRoom({ kind: 'founded', conversation: room }, members)).toEqual(['conversation.new → ada bob cyd']);
    expect(inRoom(crossing, members)).toEqual(['conversation.updated → ada bob cyd']);
  });

  it('knows whom to ask for, and who may listen no longer', () => {
    expect(namedIn([added, updated, removed])).toEqual(['cyd', 'bob']);
    expect(leaversIn([added, updated, removed])).toEqual([{ user: 'eve', rev: 5 }]);
  });
});

it('nobody hears who is not a member, but whom it is about', () => {
  const happenings = [
    change({ kind: 'member.added', member: member('eve') } as never),
    change({ kind: 'member.removed', member: member('eve') } as never),
    change({ kind: 'member.updated', member: member('eve') } as never),
    { kind: 'message', message, isNew: true },
  ] satisfies Happening[];
  for (const happening of happenings) {
    for (const { to, frame } of deliveriesOf(happening, { members, conversation, told: [], firstSeqOf: () => 1 })) {
      const strangers = [...to].filter((user) => !members.includes(user));
      expect(strangers.every((user) => user === 'eve' && frame.event === 'conversation.removed')).toBe(true);
    }
  }
});

describe('what a member keeps for themselves', () => {
  const before = { ...member('bob'), joinedSeq: 0, hiddenSeq: 0, shownReadSeq: 0, ownVersion: 7 };

  it('is told to them alone where it looks different', () => {
    const after = { ...before, ownVersion: 8, lastReadSeq: 3, mentionSeqs: new Set([2, 4]) };
    expect(heard({ kind: 'membership', before, after })).toEqual(['membership.updated → bob']);
    expect(
      deliveriesOf({ kind: 'membership', before, after }, { members, conversation, told: [], firstSeqOf: () => 1 })[0]
        ?.frame.data,
    ).toEqual({
      conversationId: conversation.id,
      version: 8,
      lastReadSeq: 3,
      markedUnread: false,
      mutedUntil: null,
      archivedAt: null,
      pinnedAt: null,
      mentionCount: 1,
    });
  });

  it('is not told where it is the same, as after a new role or a place in the inbox', () => {
    expect(heard({ kind: 'membership', before, after: { ...before, role: 'admin', rev: 6 } })).toEqual([]);
    expect(heard({ kind: 'membership', before, after: { ...before, ownVersion: 8, lastReadSeq: 3 } })).toEqual([]);
  });

  it('is told beside what they have read, and of a post without that', () => {
    const marked = { ...before, markedUnreadSeq: 3 };
    const after = { ...before, ownVersion: 8, lastReadSeq: 5, shownReadSeq: 5, audience: 'members' } as const;
    expect(heard({ kind: 'membership', before: marked, after: { ...after, raisedBy: 'read' } })).toEqual([
      'membership.updated → bob',
      'receipt.updated → bob',
      'receipt.updated → ada cyd',
    ]);
    const posted = { ...after, markedUnreadSeq: 3, raisedBy: 'post', audience: 'nobody' } as const;
    expect(heard({ kind: 'membership', before: marked, after: posted })).toEqual(['membership.updated → bob']);
    expect(needsMembers({ kind: 'membership', before: marked, after: posted })).toBe(false);
  });

  it('is told of a post to newcomers who do not see it', () => {
    const after = { ...before, lastReadSeq: 5, shownReadSeq: 5, audience: 'members', raisedBy: 'post' } as const;
    const firstSeqOf = (user: string) => (user === 'cyd' ? 6 : 1);
    expect(heard({ kind: 'membership', before, after }, { firstSeqOf })).toEqual(['receipt.updated → cyd']);
    expect(needsMembers({ kind: 'membership', before, after })).toBe(true);
  });

  it('and their drafts concern nobody else, so that nobody is looked up', () => {
    const state = { conversationId: conversation.id, version: 1, draft: null };
    expect(heard({ kind: 'draft', userId: 'bob', state })).toEqual(['draft.updated → bob']);
    expect(needsMembers({ kind: 'draft', userId: 'bob', state })).toBe(false);
    expect(needsMembers({ kind: 'membership', before, after: before })).toBe(false);
    expect(needsMembers({ kind: 'message', message, isNew: true })).toBe(true);
  });
});
