/** A group of three in which things happen, and who hears of them. */
import { expect } from 'vitest';
import type { Change } from '../../../shared/domain/changes.ts';
import { founded } from '../../../shared/domain/conversation.ts';
import type { Surroundings } from '../../../shared/domain/deliveries.ts';
import { deliveriesOf, type Happening } from '../../../shared/domain/live-events.ts';
import { newMessage } from '../../../shared/domain/message.ts';
import { changeOf, noReactions, reacted } from '../../../shared/domain/reactions.ts';
import { serverEvents } from '../../../shared/protocol/events.ts';

export const now = new Date('2026-11-21T12:00:00.000Z');
export const caller = {
  tenant: 'demo',
  user: 'ada',
  roles: ['member'],
  expiresAt: 0,
  connectionId: undefined,
} as const;
export const { conversation } = founded(caller, { type: 'group', memberIds: ['bob', 'cyd'] }, now, {
  groupSize: 256,
  largeRoomAbove: 256,
  shardSize: 1_000,
});
export const members = ['ada', 'bob', 'cyd'];
export const message = newMessage(
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
export const member = (userId: string) =>
  ({
    conversationId: conversation.id,
    userId,
    role: 'member',
    joinedAt: now.toISOString(),
    lastReadSeq: 0,
    lastDeliveredSeq: 0,
    rev: 5,
  }) as const;
export const change = (one: Omit<Change, 'conversationId' | 'rev' | 'at' | 'by'>, by = 'ada'): Happening => ({
  kind: 'change',
  change: { conversationId: conversation.id, rev: 5, at: now.toISOString(), by, ...one } as Change,
});

/** Who hears what, in words: `event → users`, and connections left out. */
export const heard = (happening: Happening, around: Partial<Surroundings> = {}) =>
  deliveriesOf(happening, { members, conversation, told: [], firstSeqOf: () => 1, ...around })
    .filter(({ to }) => to === 'subscribed' || to.size > 0)
    .map(({ to, joined, except, frame }) => {
      const event = serverEvents.find(({ name }) => name === frame.event);
      expect(event?.data.safeParse(frame.data).error, frame.event).toBeUndefined();
      const who = joined && Object.entries(joined).map(([when, seq]) => `${when} ${seq}`);
      const hearers = to === 'subscribed' ? ['the room', ...(who ?? [])].join(' ') : [...to].join(' ');
      return [`${frame.event} → ${hearers}`, ...[...except].map((id) => `not ${id}`)].join(', ');
    });

export const reaction = (kind: 'reaction.added' | 'reaction.removed'): Happening => {
  const state = reacted(noReactions, 'added', { emoji: '👍', userId: 'bob' }, { rev: 5, at: now.toISOString() });
  const told = changeOf(state, { emoji: '👍', userId: 'bob' }, { conversationId: conversation.id, seq: 1 });
  return { kind, seq: 1, at: now.toISOString(), change: told };
};
