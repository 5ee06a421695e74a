import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  changeKey,
  conversationKey,
  draftKey,
  heartbeatKey,
  hideKey,
  inboxPartition,
  inboxSort,
  inboxStretches,
  type Key,
  memberKey,
  messageKey,
  parseKey,
  presenceKey,
  profileKey,
  rateLimitKey,
  reactionsKey,
  sendReceiptKey,
  threadKey,
  threadReadKey,
  ticketKey,
  versionKey,
} from '../../../shared/data/keys.ts';
import { clientMessageId, userId } from '../../../shared/protocol/identifiers.ts';

const tricky = fc.oneof(
  fc.string({ unit: fc.constantFrom('#', '%', '2', '3', '5', '0', '1', 'a', 'é'), minLength: 1, maxLength: 6 }),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }),
  fc.constantFrom('META', 'CONV', 'USER', 'PROFILE', 'TICKET', 'HEALTH', '%23', '%25', '%2523', '#', '##'),
);
const aTenant = tricky;
const aUser = tricky;
const aConversation = fc.constantFrom(
  'g-AAAAAAAAAAAAAAAAAAAAAA',
  'd-AAAAAAAAAAAAAAAAAAAAAA',
  'g-AAAAAAAAAAAAAAAAAAAAA_',
);
const aNumber = fc.integer({ min: 0, max: 999_999_999_999 });

const keyed = fc.oneof(
  fc.tuple(aTenant, aConversation).map((ids) => ({ ids: ['conversation', ...ids], key: conversationKey(...ids) })),
  fc.tuple(aTenant, aConversation, aUser).map((ids) => ({ ids: ['member', ...ids], key: memberKey(...ids) })),
  fc.tuple(aTenant, aConversation, aNumber).map((ids) => ({ ids: ['message', ...ids], key: messageKey(...ids) })),
  fc.tuple(aTenant, aConversation, aNumber).map((ids) => ({ ids: ['reactions', ...ids], key: reactionsKey(...ids) })),
  fc.tuple(aTenant, aConversation, aNumber).map((ids) => ({ ids: ['change', ...ids], key: changeKey(...ids) })),
  fc.tuple(aTenant, aConversation, aNumber).map((ids) => ({ ids: ['thread', ...ids], key: threadKey(...ids) })),
  fc
    .tuple(aTenant, aConversation, aNumber, aNumber)
    .map((ids) => ({ ids: ['version', ...ids], key: versionKey(...ids) })),
  fc
    .tuple(aTenant, aConversation, aUser, aNumber)
    .map((ids) => ({ ids: ['threadRead', ...ids], key: threadReadKey(...ids) })),
  fc.tuple(aTenant, aUser, aConversation, aNumber).map((ids) => ({ ids: ['hide', ...ids], key: hideKey(...ids) })),
  fc
    .tuple(aTenant, aConversation, aUser, tricky)
    .map((ids) => ({ ids: ['receipt', ...ids], key: sendReceiptKey(...ids) })),
  fc.tuple(aTenant, aUser).map((ids) => ({ ids: ['profile', ...ids], key: profileKey(...ids) })),
  fc.tuple(aTenant, aUser).map((ids) => ({ ids: ['presence', ...ids], key: presenceKey(...ids) })),
  fc.tuple(aTenant, aUser).map((ids) => ({ ids: ['heartbeat', ...ids], key: heartbeatKey(...ids) })),
  fc.tuple(aTenant, aUser).map((ids) => ({ ids: ['limit', ...ids], key: rateLimitKey(...ids, 'message.send') })),
);
const asText = ({ PK, SK }: Key) => `${PK}\n${SK}`;

describe('keys', () => {
  it('are never the same for two things', () => {
    fc.assert(
      fc.property(keyed, keyed, (one, other) => {
        const sameThing = JSON.stringify(one.ids) === JSON.stringify(other.ids);
        expect(asText(one.key) === asText(other.key)).toBe(sameThing);
      }),
      { numRuns: 2_000 },
    );
  });

  it('of a tenant start with it, so that no two tenants share a partition', () => {
    fc.assert(
      fc.property(keyed, keyed, (one, other) => {
        if (one.ids[1] !== other.ids[1]) expect(one.key.PK).not.toBe(other.key.PK);
      }),
      { numRuns: 2_000 },
    );
  });

  it('are read back as what they were made of', () => {
    fc.assert(
      fc.property(aTenant, aConversation, aUser, aNumber, (tenant, conversationId, user, number) => {
        const place = { tenant, conversationId };
        expect(parseKey(conversationKey(tenant, conversationId))).toEqual({ kind: 'conversation', ...place });
        expect(parseKey(memberKey(tenant, conversationId, user))).toEqual({ kind: 'member', ...place, userId: user });
        expect(parseKey(threadKey(tenant, conversationId, number))).toEqual({
          kind: 'thread',
          ...place,
          rootSeq: number,
        });
        expect(parseKey(threadReadKey(tenant, conversationId, user, number))).toEqual({
          kind: 'threadRead',
          ...place,
          userId: user,
          rootSeq: number,
        });
        expect(parseKey(hideKey(tenant, user, conversationId, number))).toEqual({
          kind: 'hide',
          ...place,
          userId: user,
          seq: number,
        });
        expect(parseKey(messageKey(tenant, conversationId, number))).toEqual({
          kind: 'message',
          ...place,
          seq: number,
        });
        expect(parseKey(changeKey(tenant, conversationId, number))).toEqual({ kind: 'change', ...place, rev: number });
        expect(parseKey(reactionsKey(tenant, conversationId, number))).toEqual({
          kind: 'reactions',
          ...place,
          seq: number,
        });
        expect(parseKey(profileKey(tenant, user))).toEqual({ kind: 'profile', tenant, userId: user });
        expect(parseKey(presenceKey(tenant, user))).toEqual({ kind: 'presence', tenant, userId: user });
        expect(parseKey(draftKey(tenant, user, conversationId))).toEqual({ kind: 'draft', ...place, userId: user });
      }),
    );
  });

  it('of what nobody follows are passed over', () => {
    fc.assert(
      fc.property(aTenant, aConversation, aUser, tricky, (tenant, conversation, user, other) => {
        expect(parseKey(sendReceiptKey(tenant, conversation, user, other))).toBeUndefined();
        expect(parseKey(heartbeatKey(tenant, user))).toBeUndefined();
        expect(parseKey(rateLimitKey(tenant, user, 'message.send'))).toBeUndefined();
        expect(parseKey(ticketKey(other))).toBeUndefined();
      }),
    );
  });

  it('of messages and changes sort by number', () => {
    fc.assert(
      fc.property(aNumber, aNumber, (one, other) => {
        const [a, b] = [messageKey('t', 'g-x', one).SK, messageKey('t', 'g-x', other).SK];
        expect(Math.sign(one - other)).toBe(a < b ? -1 : a > b ? 1 : 0);
      }),
    );
  });

  it('of an inbox sort by what is pinned, the rest and what is archived, each by the hour', () => {
    const [late, early] = ['2026-11-21T10', '2026-11-21T09'];
    const sorts = (['archived', 'usual', 'pinned'] as const).flatMap((place) => [
      inboxSort(early, 'g-z', place),
      inboxSort(late, 'g-a', place),
    ]);
    expect(sorts.toSorted()).toEqual(sorts);
    const { inbox, pinned, usual, archived } = inboxStretches;
    const within = ({ low, high }: { low: string; high: string }) => sorts.filter((one) => low < one && one < high);
    expect([archived, usual, pinned, inbox].map(within)).toEqual([
      sorts.slice(0, 2),
      sorts.slice(2, 4),
      sorts.slice(4),
      sorts.slice(2),
    ]);
  });

  it('of an inbox sort by the hour', () => {
    expect(inboxSort('2026-11-21T09', 'g-z') < inboxSort('2026-11-21T10', 'g-a')).toBe(true);
    expect(inboxPartition('a', 'b#c')).not.toBe(inboxPartition('a#b', 'c'));
  });

  it('fit what DynamoDB takes, however heavy the ids', () => {
    for (const character of ['#', '%', '#\u0301', '%\ufe0f', '👍']) {
      const heaviest = (schema: typeof userId, most: number) => {
        let id = character.repeat(most);
        while (!schema.safeParse(id).success) id = id.slice(character.length);
        // Whatever bytes are left, on the last character.
        while (schema.safeParse(`${id}\u0301`).success) id = `${id}\u0301`;
        return id;
      };
      const [user, client] = [heaviest(userId, 128), heaviest(clientMessageId, 64)];
      for (const { PK, SK } of [
        sendReceiptKey('x'.repeat(64), 'g-AAAAAAAAAAAAAAAAAAAAAA', user, client),
        memberKey('x'.repeat(64), 'g-AAAAAAAAAAAAAAAAAAAAAA', user),
        profileKey('x'.repeat(64), user),
      ]) {
        expect(Buffer.byteLength(PK)).toBeLessThanOrEqual(2_048);
        expect(Buffer.byteLength(SK), character).toBeLessThanOrEqual(1_024);
      }
    }
  });
});
