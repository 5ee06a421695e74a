import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ownGroup } from '../../../docs/generate/examples/story.ts';
import type { Change } from '../../../shared/domain/changes.ts';
import { newMessage } from '../../../shared/domain/message.ts';
import { defaultSettings } from '../../../shared/domain/settings.ts';
import {
  asChanged,
  changedSeqs,
  changesWithoutGap,
  isElsewhere,
  type Missed,
  messagesWithoutGap,
  removalIn,
  sharesOf,
} from '../../../shared/domain/sync.ts';
import { cutToFit } from '../../../shared/domain/sync-page.ts';
import type { OwnConversation } from '../../../shared/protocol/conversation.ts';
import type { Position } from '../../../shared/protocol/sync-request.ts';

const group = 'g-5TxSCA9jRrmBc3sYsmpfjg';
const now = new Date('2026-11-21T12:00:00.000Z');
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1_000).toISOString();
const upTo = (n: number, begin = 1) => Array.from({ length: n }, (_, i) => begin + i);

const aMessage = (seq: number, content = 'x') => ({
  ...newMessage(
    {
      clientMessageId: `c${seq}`,
      content,
      contentType: 'text/plain',
      attachments: [],
      replyTo: null,
      threadId: null,
      inConversation: false,
    },
    group,
    seq,
    'ada',
    now,
  ),
  ...{ reactions: [], reactionsVersion: 0, myReactions: [], thread: null },
});
const edit = (rev: number, seq: number, at = ago(0)): Change => ({
  conversationId: group,
  rev,
  at,
  by: 'ada',
  kind: 'message.updated',
  seq,
});
const aMember = (userId: string, rev: number, role: 'member' | 'admin' = 'member') => ({
  ...{ conversationId: group, userId, role, joinedAt: ago(0), lastReadSeq: 0, joinedSeq: 0, hiddenSeq: 0, rev },
  ...{ shownReadSeq: 0, lastDeliveredSeq: 0 },
});
const membership = (
  kind: 'member.added' | 'member.updated' | 'member.removed',
  rev: number,
  userId: string,
  by = 'ada',
) => {
  const {
    joinedSeq: _,
    shownReadSeq: __,
    ...member
  } = aMember(userId, rev, kind === 'member.updated' ? 'admin' : 'member');
  return { conversationId: group, rev, at: ago(0), by, kind, member } satisfies Change;
};
const revsOf = (changes: Change[] | 'lost') => (changes === 'lost' ? changes : changes.map(({ rev }) => rev));

describe('a budget', () => {
  it('is shared out in order, and never more than is missed', () => {
    expect(sharesOf([30, 0, 90, 5], 100)).toEqual([30, 0, 70, 0]);
    expect(sharesOf([], 100)).toEqual([]);
  });
});

describe('what is without a gap', () => {
  it('ends before the first number that is missing', () => {
    expect(
      messagesWithoutGap(
        [5, 6, 8].map((seq) => aMessage(seq)),
        4,
      ).map(({ seq }) => seq),
    ).toEqual([5, 6]);
    expect(messagesWithoutGap([aMessage(6)], 4)).toEqual([]);
  });

  it.each([
    ['a gap that is young', [5, 7], ago(59), [5]],
    ['a gap that is old', [5, 7], ago(60), 'lost'],
    ['no gap', [5, 6, 7], ago(60), [5, 6, 7]],
  ] as const)('of changes knows %s', (_, revs, at, expected) => {
    const changes = revs.map((rev) => edit(rev, 1, at));
    expect(revsOf(changesWithoutGap(changes, 4, { rev: 7, changedAt: ago(0) }, now, true))).toEqual(expected);
  });

  it.each([
    ['is a moment away', ago(59), true, [5]],
    ['never comes', ago(60), true, 'lost'],
    ['has not been read', ago(60), false, [5]],
  ] as const)('of changes tells an end that %s', (_, changedAt, isAll, expected) => {
    expect(revsOf(changesWithoutGap([edit(5, 1)], 4, { rev: 6, changedAt }, now, isAll))).toEqual(expected);
  });
});

describe('what changes tell', () => {
  it('is which messages a client holds in an old state, each once', () => {
    expect(
      changedSeqs([edit(1, 3), edit(2, 9), edit(3, 3), membership('member.added', 4, 'bob')], { seq: 5, rev: 0 }),
    ).toEqual([3]);
  });

  it('is how a membership ended, unless it began again', () => {
    const removed = membership('member.removed', 3, 'bob');
    expect(removalIn([removed], 'bob')).toEqual({ rev: 3, reason: 'removed' });
    expect(removalIn([membership('member.removed', 3, 'bob', 'bob')], 'bob')).toEqual({ rev: 3, reason: 'left' });
    expect(removalIn([removed], 'ada')).toBeUndefined();
    expect(removalIn([removed, membership('member.added', 4, 'bob')], 'bob')).toBeUndefined();
  });

  it('is the role that a membership has by now, and not one that it had', () => {
    const updated = membership('member.updated', 3, 'bob');
    expect(asChanged(aMember('bob', 1), [updated])).toMatchObject({ role: 'admin', rev: 3 });
    expect(asChanged(aMember('bob', 5), [updated])).toMatchObject({ role: 'member', rev: 5 });
  });

  it('is nothing to a client of another life', () => {
    const conversation = { seq: 5, rev: 3, settings: defaultSettings };
    expect(
      [
        { seq: 5, rev: 3 },
        { seq: 6, rev: 0 },
        { seq: 0, rev: 4 },
      ].map((one) => isElsewhere(one, conversation, { joinedSeq: 4 })),
    ).toEqual([false, true, true]);
  });

  it('is nothing to a client that stands before what it may see', () => {
    const conversation = { seq: 5, rev: 3, settings: { ...defaultSettings, historyFrom: 'join' as const } };
    const at = (seq: number) => isElsewhere({ seq, rev: 3 }, conversation, { joinedSeq: 4 });
    expect([at(3), at(4), at(5)]).toEqual([true, false, false]);
  });
});

describe('a pin', () => {
  const pinning = (rev: number, seq: number): Change => ({
    ...{ conversationId: group, rev, at: ago(0), by: 'ada' },
    ...{ kind: 'message.pinned', seq },
  });

  it('is told by its change, without the message; what is before one’s joining is passed over', () => {
    const changes = [pinning(1, 2), pinning(2, 4)];
    expect(changedSeqs(changes, { seq: 5, rev: 0 })).toEqual([]);
    const settings = { ...defaultSettings, historyFrom: 'join' as const };
    const conversation = { ...ownGroup, seq: 5, rev: 2, settings, joinedSeq: 3 } as OwnConversation;
    const missed = {
      conversation,
      from: { seq: 5, rev: 0 },
      messages: [],
      changes,
      changed: new Map(),
      threads: new Map(),
      receipts: [],
    };
    const [synced] = cutToFit({ removed: [], hidden: [], threadsRead: [], named: [missed], joined: [] }).conversations;
    expect(synced?.changes).toEqual([
      { rev: 2, kind: 'message.pinned', at: ago(0), by: 'ada', member: null, messageId: `${group}.4` },
    ]);
    expect(synced?.position).toEqual({ seq: 5, rev: 2 });
  });
});

/** Everything that was missed, as one who reads it page by page finds it. */
const lives = fc.record({
  from: fc.record({ seq: fc.nat(5), rev: fc.nat(5) }),
  sizes: fc.array(fc.nat(3_000), { maxLength: 12 }),
  edits: fc.array(fc.nat(16), { maxLength: 12 }),
});

const missedAfter = (
  from: Position,
  { seq, rev }: Position,
  sizes: readonly number[],
  edits: readonly number[],
): Missed => {
  const changes = edits.map((place, i) =>
    place === 0 ? membership('member.added', i + 1, `user-${i}`) : edit(i + 1, Math.min(place, seq)),
  );
  const left = changes.slice(from.rev);
  const states = changedSeqs(left, from).map((one) => [one, { ...aMessage(one, 'y'.repeat(500)), rev }] as const);
  return {
    conversation: { ...ownGroup, seq, rev } as OwnConversation,
    from,
    messages: upTo(seq - from.seq, from.seq + 1).map((one) => aMessage(one, 'x'.repeat(sizes[one - 1] ?? 1))),
    changes: left,
    changed: new Map(states),
    receipts: [],
    threads: new Map(),
  };
};

const noNews = { hidden: [], threadsRead: [] };

describe('pages', () => {
  it('of whatever size lead to the end, each within its size, with every message and change once', () => {
    fc.assert(
      fc.property(lives, fc.integer({ min: 6_000, max: 20_000 }), ({ sizes, edits, from }, bytes) => {
        const end = { seq: sizes.length, rev: edits.length };
        let at: Position = { seq: Math.min(from.seq, end.seq), rev: Math.min(from.rev, end.rev) };
        const first = at;
        const heard: number[] = [];
        const told: number[] = [];
        for (let page = 0; page === 0 || at.seq < end.seq || at.rev < end.rev; page += 1) {
          const named = [missedAfter(at, end, sizes, edits)];
          const { conversations } = cutToFit({ ...noNews, removed: [], named, joined: [] }, bytes);
          const [one] = conversations;
          expect(one?.refetch).toBe(false);
          expect(JSON.stringify(conversations).length).toBeLessThanOrEqual(bytes + 2);
          expect(one?.hasMore).toBe(one?.position.seq !== end.seq || one.position.rev !== end.rev);
          heard.push(...(one?.messages ?? []).map(({ seq }) => seq));
          told.push(...(one?.changes ?? []).map(({ rev }) => rev));
          expect([one?.position.seq, one?.position.rev]).not.toEqual(page === 0 ? [] : [at.seq, at.rev]);
          at = one?.position ?? end;
        }
        expect(heard).toEqual(upTo(end.seq - first.seq, first.seq + 1));
        expect(told).toEqual(edits.flatMap((place, i) => (place === 0 && i + 1 > first.rev ? [i + 1] : [])));
      }),
    );
  });

  it('leave out what has no room, and take it up alone: then at least as what is to be fetched', () => {
    const quiet = missedAfter({ seq: 0, rev: 0 }, { seq: 0, rev: 0 }, [], []);
    const heavy = missedAfter({ seq: 0, rev: 0 }, { seq: 1, rev: 0 }, [9_000], []);
    const cut = (named: Missed[], removed = 0) =>
      cutToFit(
        {
          ...noNews,
          removed: upTo(removed).map((rev) => ({ conversationId: group, rev, reason: 'left' as const })),
          named,
          joined: [],
        },
        8_000,
      );
    expect(cut([quiet, heavy]).conversations).toHaveLength(1);
    expect(cut([heavy], 1).conversations).toEqual([]);
    expect(cut([heavy]).conversations).toMatchObject([{ refetch: true, position: { seq: 1, rev: 0 } }]);
  });

  it('tell of a thread once, with the first of its replies that finds room', () => {
    const threadId = `${group}.1`;
    const thread = {
      version: 3,
      replyCount: 3,
      lastReplySeq: 4,
      lastReplyAt: ago(0),
      participants: ['bob'],
      lastReadSeq: 0,
    };
    const replies = [2, 3, 4].map((seq) => ({ ...aMessage(seq, 'x'.repeat(2_000)), threadId, inConversation: false }));
    const missed: Missed = {
      ...missedAfter({ seq: 1, rev: 0 }, { seq: 4, rev: 0 }, [], []),
      messages: replies,
      threads: new Map([[threadId, thread]]),
    };
    const cut = (bytes: number) =>
      cutToFit({ ...noNews, removed: [], named: [missed], joined: [] }, bytes).conversations;
    expect(cut(20_000)).toMatchObject([{ threads: [{ ...thread, threadId }], messages: replies, hasMore: false }]);
    expect(cut(7_000)).toMatchObject([{ threads: [{ threadId }], position: { seq: 3 }, hasMore: true }]);
  });

  it('show as much of what was joined as there is room for', () => {
    const joined = upTo(20).map((n) => ({ ...ownGroup, rev: n }) as OwnConversation);
    const shown = cutToFit({ ...noNews, removed: [], named: [], joined }, 8_000).joined;
    expect(shown.length).toBeGreaterThan(5);
    expect(shown).toEqual(joined.slice(0, shown.length));
    expect(shown.length).toBeLessThan(20);
  });
});
