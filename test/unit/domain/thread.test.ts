import { describe, expect, it } from 'vitest';
import { newMessage, tombstoned } from '../../../shared/domain/message.ts';
import { emptyThread, requireReferences, withoutReply, withReply } from '../../../shared/domain/thread.ts';
import type { Draft, Message } from '../../../shared/protocol/message.ts';
import { threadSummary } from '../../../shared/protocol/thread.ts';

const lobby = 'g-5TxSCA9jRrmBc3sYsmpfjg';
const at = (second: number) => new Date(Date.UTC(2026, 10, 21, 12, 0, second));
const draft = (more: Partial<Draft> = {}): Draft => ({
  clientMessageId: 'c1',
  content: 'hello',
  contentType: 'text/plain',
  attachments: [],
  replyTo: null,
  threadId: null,
  inConversation: false,
  ...more,
});
const root = newMessage(draft(), lobby, 1, 'ada', at(1));
const reply = (seq: number, senderId = 'bob') =>
  newMessage(draft({ threadId: root.id }), lobby, seq, senderId, at(seq));

describe('the summary of a thread', () => {
  it('counts replies and shows the last of them', () => {
    const thread = [reply(2), reply(3, 'cyd')].reduce(withReply, emptyThread);
    expect(thread).toEqual({
      version: 2,
      replyCount: 2,
      lastReplySeq: 3,
      lastReplyAt: at(3).toISOString(),
      participants: ['bob', 'cyd'],
    });
    expect(threadSummary.safeParse(thread).error).toBeUndefined();
  });

  it('keeps the last by number where one of a lesser number comes later', () => {
    expect([reply(3), reply(2)].reduce(withReply, emptyThread)).toMatchObject({ replyCount: 2, lastReplySeq: 3 });
  });

  it('names the first ten who replied, each once', () => {
    const many = Array.from({ length: 24 }, (_, i) => reply(i + 2, `user-${i >> 1}`)).reduce(withReply, emptyThread);
    expect(many.participants).toEqual(Array.from({ length: 10 }, (_, i) => `user-${i}`));
    expect(many.replyCount).toBe(24);
  });

  it('counts one less when a reply is deleted, and stays as it was otherwise', () => {
    const thread = [reply(2), reply(3)].reduce(withReply, emptyThread);
    expect(withoutReply(thread)).toEqual({ ...thread, version: 3, replyCount: 1 });
  });
});

describe('what a draft refers to', () => {
  const tombstone = tombstoned(
    root,
    { tenant: 't', user: 'ada', roles: [], expiresAt: 0, connectionId: undefined },
    ['member'],
    at(9),
  );
  const complaints = (more: Partial<Draft>, found: { quoted?: Message | undefined; root?: Message | undefined }) => {
    try {
      requireReferences(draft(more), { quoted: undefined, root: undefined, ...found });
      return [];
    } catch (error) {
      return (error as { details: { errors: { path: string }[] } }).details.errors.map(({ path }) => path);
    }
  };

  it('has to be there', () => {
    expect(complaints({}, {})).toEqual([]);
    expect(complaints({ replyTo: root.id, threadId: root.id }, {})).toEqual(['replyTo', 'threadId']);
    expect(complaints({ replyTo: root.id, threadId: root.id }, { quoted: root, root })).toEqual([]);
  });

  it('may be a tombstone', () => {
    expect(complaints({ replyTo: root.id, threadId: root.id }, { quoted: tombstone, root: tombstone })).toEqual([]);
  });

  it('may be a reply for a quote, and not for a thread', () => {
    expect(complaints({ replyTo: `${lobby}.2` }, { quoted: reply(2) })).toEqual([]);
    expect(complaints({ threadId: `${lobby}.2` }, { root: reply(2) })).toEqual(['threadId']);
  });
});
