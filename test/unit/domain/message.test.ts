import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Caller } from '../../../shared/domain/caller.ts';
import {
  edited,
  newMessage,
  previewOf,
  requireReplyInside,
  tombstoned,
  voidMessage,
} from '../../../shared/domain/message.ts';
import type { Standing } from '../../../shared/domain/permissions.ts';
import { defaultSettings } from '../../../shared/domain/settings.ts';
import {
  type Draft,
  type Message,
  message as messageSchema,
  preview as previewSchema,
} from '../../../shared/protocol/message.ts';
import { byteLength, characterCount } from '../../../shared/protocol/text.ts';

const lobby = 'g-5TxSCA9jRrmBc3sYsmpfjg';
const now = new Date('2026-11-21T12:00:00.000Z');
const later = new Date('2026-11-21T12:01:00.000Z');
const caller = (user: string): Caller => ({
  tenant: 'demo',
  user,
  roles: ['member'],
  expiresAt: 0,
  connectionId: undefined,
});
const draft = (content: string, more: Partial<Draft> = {}): Draft => ({
  clientMessageId: 'c1',
  content,
  contentType: 'text/plain',
  attachments: [],
  replyTo: null,
  threadId: null,
  inConversation: false,
  ...more,
});
const said = (content: string, more: Partial<Draft> = {}) => newMessage(draft(content, more), lobby, 7, 'ada', now);
const refusal = (work: () => unknown): string | undefined => {
  try {
    work();
    return undefined;
  } catch (error) {
    return (error as { code: string }).code;
  }
};

it('every state of a message fits the contract', () => {
  const states = [
    said('hello'),
    edited(said('hello'), { content: 'bye' }, caller('ada'), later),
    tombstoned(said('hello'), caller('ada'), ['member'], later),
    voidMessage(lobby, 7, now.toISOString()),
  ];
  for (const state of states) expect(messageSchema.strict().safeParse(state).error).toBeUndefined();
});

describe('an edit', () => {
  it('is a new version of the same message', () => {
    const message = said('hello');
    expect(edited(message, { content: 'bye' }, caller('ada'), later)).toEqual({
      ...message,
      content: 'bye',
      version: 2,
      editedAt: later.toISOString(),
    });
  });

  it('keeps the kind of text and the attachments that it does not name', () => {
    const message = said('hello', { contentType: 'text/markdown', attachments: [{ externalFileId: 'f', label: 'F' }] });
    expect(edited(message, { content: 'bye' }, caller('ada'), later)).toMatchObject({
      contentType: 'text/markdown',
      attachments: message.attachments,
    });
    expect(edited(message, { content: 'hello', attachments: [] }, caller('ada'), later)).toMatchObject({
      attachments: [],
    });
  });

  it('that changes nothing is none', () => {
    const attachments = [{ externalFileId: 'f', label: 'F' }];
    const message = said('hello', { attachments });
    expect(edited(message, { content: 'hello' }, caller('ada'), later)).toBeUndefined();
    expect(edited(message, { content: 'hello', attachments }, caller('ada'), later)).toBeUndefined();
    // The table keeps no order of a map's entries.
    const stored = { ...message, attachments: [{ label: 'F', externalFileId: 'f' }] };
    expect(edited(stored, { content: 'hello', attachments }, caller('ada'), later)).toBeUndefined();
  });

  it('that is said again, because its answer got lost, is answered with what it made', () => {
    const message =
      edited(said('hello'), { content: 'bye', expectedVersion: 1 }, caller('ada'), later) ?? said('hello');
    expect(edited(message, { content: 'bye', expectedVersion: 1 }, caller('ada'), later)).toBeUndefined();
  });

  it('is refused to anybody but the sender, first of all', () => {
    const tombstone = tombstoned(said('x'), caller('ada'), ['member'], later) ?? said('x');
    expect(refusal(() => edited(tombstone, { content: 'y', expectedVersion: 9 }, caller('bob'), later))).toBe(
      'forbidden',
    );
    expect(refusal(() => edited(tombstone, { content: 'y', expectedVersion: 9 }, caller('ada'), later))).toBe(
      'message_deleted',
    );
    expect(refusal(() => edited(said('x'), { content: 'y', expectedVersion: 2 }, caller('ada'), later))).toBe(
      'version_conflict',
    );
  });

  it('of a void is nobody’s', () => {
    const empty = voidMessage(lobby, 7, now.toISOString());
    expect(refusal(() => edited(empty, { content: 'x' }, caller('ada'), later))).toBe('forbidden');
  });
});

describe('a tombstone', () => {
  it('keeps who and when, and nothing of what', () => {
    const message = said('secret', { attachments: [{ externalFileId: 'secret', label: 'secret' }] });
    const tombstone = tombstoned(message, caller('ada'), ['member'], later);
    expect(tombstone).toEqual({
      ...message,
      status: 'deleted',
      content: null,
      attachments: [],
      version: 2,
      deletedAt: later.toISOString(),
      deletedBy: 'ada',
    });
    expect(JSON.stringify(tombstone)).not.toContain('secret');
  });

  it('is made once', () => {
    const tombstone = tombstoned(said('x'), caller('ada'), ['member'], later);
    expect(tombstone && tombstoned(tombstone, caller('ada'), ['member'], later)).toBeUndefined();
  });

  it.each<[string, Standing[], boolean]>([
    ['ada', ['member'], true],
    ['ada', [], false],
    ['ada', ['tenant-moderator'], true],
    ['bob', ['member'], false],
    ['bob', ['admin'], true],
    ['bob', ['tenant-moderator'], true],
    ['bob', ['service'], true],
  ])('of ada’s message may be made by %s as %j: %s', (user, held, allowed) => {
    const code = refusal(() => tombstoned(said('x'), caller(user), held, later));
    expect(code).toBe(allowed ? undefined : 'forbidden');
  });
});

describe('a message that answers another', () => {
  const answer = (quoted: Message) =>
    newMessage(draft('yes', { replyTo: quoted.id }), lobby, 8, 'bob', later, { quoted });

  it('quotes it in short', () => {
    const original = said('x'.repeat(200), { attachments: [{ externalFileId: 'f', label: 'F' }] });
    expect(answer(original).quote).toEqual({
      messageId: original.id,
      senderId: 'ada',
      content: 'x'.repeat(100),
      contentType: 'text/plain',
      attachmentCount: 1,
      status: 'sent',
    });
  });

  it('quotes a tombstone without its content, and no more once it is one itself', () => {
    const tombstone = tombstoned(said('x'), caller('ada'), ['member'], later);
    if (!tombstone) throw new Error('It was deleted already.');
    expect(answer(tombstone).quote).toMatchObject({ content: null, status: 'deleted' });
    expect(tombstoned(answer(tombstone), caller('bob'), ['member'], later)).toMatchObject({ quote: null });
  });
});

describe('the window in which a sender may change a message', () => {
  const minutesLater = (minutes: number) => new Date(now.getTime() + minutes * 60_000);
  const edit = (minutes: number, window: number | null) =>
    refusal(() => edited(said('x'), { content: 'y' }, caller('ada'), minutesLater(minutes), { window }));
  const deletion = (minutes: number, window: number | null, held: Standing[] = ['member']) =>
    refusal(() => tombstoned(said('x'), caller('ada'), held, minutesLater(minutes), window));

  it('ends with its last minute, for edits and for deletions', () => {
    expect([edit(15, 15), deletion(15, 15)]).toEqual([undefined, undefined]);
    expect([edit(15.1, 15), deletion(15.1, 15)]).toEqual(['window_closed', 'window_closed']);
  });

  it('has no end where there is none', () => {
    expect([edit(1e6, null), deletion(1e6, null)]).toEqual([undefined, undefined]);
  });

  it('is not for those who may delete anybody’s', () => {
    expect(deletion(60, 15, ['admin'])).toBeUndefined();
  });

  it('is no matter where nothing changes', () => {
    expect(edited(said('x'), { content: 'x' }, caller('ada'), minutesLater(60), { window: 15 })).toBeUndefined();
    const tombstone = tombstoned(said('x'), caller('ada'), ['member'], later);
    if (!tombstone) throw new Error('It was deleted already.');
    expect(tombstoned(tombstone, caller('ada'), ['member'], minutesLater(60), 15)).toBeUndefined();
  });
});

describe('a draft that answers a message', () => {
  it.each([
    [null, true],
    [`${lobby}.1`, true],
    [`${lobby}.7`, true],
    [`${lobby}.8`, false],
    ['g-AAAAAAAAAAAAAAAAAAAAAA.1', false],
  ])('to %s, of seven messages: %s', (replyTo, allowed) => {
    const code = refusal(() =>
      requireReplyInside(draft('x', { replyTo }), {
        conversation: { id: lobby, seq: 7, settings: defaultSettings },
        member: undefined,
      }),
    );
    expect(code).toBe(allowed ? undefined : 'invalid_request');
  });
});

describe('a preview', () => {
  it('is the message in short', () => {
    const message = said('hello', { attachments: [{ externalFileId: 'f', label: 'F' }] });
    const preview = previewOf(message);
    expect(preview).toMatchObject({
      messageId: message.id,
      seq: 7,
      senderId: 'ada',
      content: 'hello',
      attachmentCount: 1,
    });
    expect(previewSchema.strict().safeParse(preview).error).toBeUndefined();
  });

  it('shows nothing of what was deleted', () => {
    const tombstone = tombstoned(said('secret'), caller('ada'), ['member'], later);
    expect(tombstone && previewOf(tombstone)).toMatchObject({ content: null, attachmentCount: 0, status: 'deleted' });
  });

  it('holds 100 characters as people count them', () => {
    expect(previewOf(said('x'.repeat(4_000))).content).toBe('x'.repeat(100));
    expect(previewOf(said('é'.normalize('NFD').repeat(150))).content).toBe('é'.normalize('NFD').repeat(100));
  });

  it('is the beginning of the text, whole characters, and small, whatever they are', () => {
    const character = fc.oneof(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
      fc.constantFrom(
        '👨‍👩‍👧‍👦',
        '🇩🇪',
        '\r\n',
        '👍🏽',
        'e\u0301',
        `z${'\u0316'.repeat(50)}`,
        `a${'\u0301'.repeat(500)}`,
      ),
    );
    fc.assert(
      fc.property(fc.array(character, { minLength: 1, maxLength: 160 }), (characters) => {
        const content = characters.join('');
        const short = previewOf(said(content)).content ?? '';
        expect(content.startsWith(short)).toBe(true);
        expect(characterCount(short) + characterCount(content.slice(short.length))).toBe(characterCount(content));
        expect(characterCount(short)).toBeLessThanOrEqual(100);
        expect(byteLength(short)).toBeLessThanOrEqual(300);
        expect(short.isWellFormed()).toBe(true);
      }),
    );
  });
});
