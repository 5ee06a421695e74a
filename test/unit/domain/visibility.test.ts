import { describe, expect, it } from 'vitest';
import { founded, ownView } from '../../../shared/domain/conversation.ts';
import { newMessage, previewOf } from '../../../shared/domain/message.ts';
import { defaultSettings, requireRetentionWithin, settingsWith } from '../../../shared/domain/settings.ts';
import {
  firstVisibleSeq,
  hasExpired,
  isForgotten,
  isVisible,
  visiblePreview,
} from '../../../shared/domain/visibility.ts';
import type { ConversationSettings } from '../../../shared/protocol/conversation.ts';

const now = new Date('2026-11-21T12:00:00.000Z');
const daysAgo = (days: number) => new Date(now.getTime() - days * 86_400_000);
const seconds = (date: Date) => Math.floor(date.getTime() / 1_000);
const caller = { tenant: 'demo', user: 'ada', roles: ['member'], expiresAt: 0, connectionId: undefined } as const;
const { conversation: group } = founded(caller, { type: 'group', memberIds: [] }, now, {
  groupSize: 256,
  largeRoomAbove: 256,
  shardSize: 1_000,
});
const having = (settings: Partial<ConversationSettings>) => ({ settings: { ...defaultSettings, ...settings } });
/** Said some days ago, and stored for ninety. */
const said = (days: number, seq = 5) => ({
  seq,
  createdAt: daysAgo(days).toISOString(),
  expiresAt: seconds(daysAgo(days - 90)),
});

describe('where history begins', () => {
  it('is the start, for everybody', () => {
    expect(firstVisibleSeq({ conversation: having({}), member: { joinedSeq: 7 } })).toBe(1);
  });

  it('is after one’s joining where the conversation says so; founders joined before the first message', () => {
    const conversation = having({ historyFrom: 'join' });
    expect(firstVisibleSeq({ conversation, member: { joinedSeq: 7 } })).toBe(8);
    expect(firstVisibleSeq({ conversation, member: { joinedSeq: 0 } })).toBe(1);
  });

  it('is the start for who is not a member: a moderator, a service', () => {
    expect(firstVisibleSeq({ conversation: having({ historyFrom: 'join' }), member: undefined })).toBe(1);
  });
});

describe('a message', () => {
  it('is there until it expires as it was stored, to the second', () => {
    const message = { ...said(1), expiresAt: seconds(now) };
    expect(hasExpired(having({}), message, now)).toBe(true);
    expect(hasExpired(having({}), message, new Date(now.getTime() - 1))).toBe(false);
  });

  it('goes sooner where the conversation keeps for a shorter time now, and never later', () => {
    expect(hasExpired(having({ retentionDays: 7 }), said(7), now)).toBe(true);
    expect(hasExpired(having({ retentionDays: 8 }), said(7), now)).toBe(false);
    expect(hasExpired(having({ retentionDays: 365 }), { ...said(91) }, now)).toBe(true);
  });

  it('is seen by whom both let see it', () => {
    const conversation = having({ historyFrom: 'join', retentionDays: 7 });
    const sees = (joinedSeq: number, days: number) =>
      isVisible({ conversation, member: { joinedSeq } }, said(days), now);
    expect([sees(4, 1), sees(5, 1), sees(4, 7)]).toEqual([true, false, false]);
  });
});

describe('the newest message', () => {
  const draft = {
    clientMessageId: 'c',
    content: 'x',
    contentType: 'text/plain',
    attachments: [],
    replyTo: null,
    threadId: null,
    inConversation: false,
  } as const;
  const withNewest = (days: number, more: Partial<typeof group> = {}) => ({
    ...group,
    seq: 5,
    lastMessage: previewOf(newMessage({ ...draft, attachments: [] }, group.id, 5, 'bob', daysAgo(days))),
    lastMessageExpiresAt: said(days).expiresAt,
    ...more,
  });
  const keepsFor = (retentionDays: number | null) => ({ settings: { ...defaultSettings, retentionDays } });
  const ada = { userId: 'ada', role: 'member', joinedSeq: 0, hiddenSeq: 0, lastReadSeq: 2 } as const;

  it('is shown to whom may see it', () => {
    expect(visiblePreview(withNewest(1), ada, now)).toMatchObject({ seq: 5 });
    expect(visiblePreview(withNewest(90), ada, now)).toBeNull();
    expect(visiblePreview(withNewest(7, keepsFor(7)), ada, now)).toBeNull();
    const fromJoining = { settings: { ...defaultSettings, historyFrom: 'join' as const } };
    expect(visiblePreview(withNewest(1, fromJoining), { joinedSeq: 5 }, now)).toBeNull();
    expect(visiblePreview(withNewest(1, { lastMessageExpiresAt: null }), ada, now)).toMatchObject({ seq: 5 });
  });

  it('takes all that is unread with it when it expires', () => {
    expect(ownView(withNewest(89), ada, now)).toMatchObject({ unreadCount: 3 });
    expect(ownView(withNewest(90), ada, now)).toMatchObject({ unreadCount: 0, lastMessage: null });
    expect(ownView(withNewest(7, keepsFor(7)), ada, now)).toMatchObject({ unreadCount: 0, lastMessage: null });
  });

  it('does not, where it was stored for a shorter time than holds now: older ones may be left', () => {
    const stored = { lastMessageExpiresAt: seconds(daysAgo(1)), retentionChangedAt: daysAgo(2).toISOString() };
    expect(isForgotten(withNewest(3, stored), now)).toBe(false);
    expect(isForgotten(withNewest(3, { ...stored, ...keepsFor(3) }), now)).toBe(true);
    expect(isForgotten(withNewest(1.5, stored), now)).toBe(true);
  });
});

describe('settings', () => {
  it('become what a change says, and stay otherwise', () => {
    expect(settingsWith(defaultSettings, { slowModeSeconds: 30, open: undefined })).toEqual({
      ...defaultSettings,
      slowModeSeconds: 30,
    });
    expect(settingsWith({ ...defaultSettings, retentionDays: 7 }, { retentionDays: null }).retentionDays).toBeNull();
  });

  it('keep messages for no longer than the tenant does', () => {
    for (const change of [{}, { retentionDays: null }, { retentionDays: 90 }, { retentionDays: undefined }]) {
      expect(() => requireRetentionWithin(90, change)).not.toThrow();
    }
    expect(() => requireRetentionWithin(90, { retentionDays: 91 })).toThrow('does not fit');
  });
});
