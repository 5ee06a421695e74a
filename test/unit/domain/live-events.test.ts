import { describe, expect, it } from 'vitest';
import { deliveriesOf, type Happening } from '../../../shared/domain/live-events.ts';
import { previewOf, quoteOf, tombstoned, voidMessage } from '../../../shared/domain/message.ts';
import { emptyThread } from '../../../shared/domain/thread.ts';
import type { Message } from '../../../shared/protocol/message.ts';
import { caller, change, conversation, heard, member, members, message, now, reaction } from './live-scene.ts';

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
