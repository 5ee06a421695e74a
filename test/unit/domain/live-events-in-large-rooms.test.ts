import { describe, expect, it } from 'vitest';
import type { ConversationState } from '../../../shared/domain/conversation.ts';
import {
  deliveriesOf,
  type Happening,
  isForAllMembers,
  leaversIn,
  memberCountOf,
  namedIn,
} from '../../../shared/domain/live-events.ts';
import { previewOf, quoteOf } from '../../../shared/domain/message.ts';
import { emptyThread } from '../../../shared/domain/thread.ts';
import { change, conversation, heard, member, members, message, reaction } from './live-scene.ts';

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
