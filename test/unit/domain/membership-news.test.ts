import { describe, expect, it } from 'vitest';
import { deliveriesOf, needsMembers } from '../../../shared/domain/live-events.ts';
import { conversation, heard, member, members, message } from './live-scene.ts';

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
