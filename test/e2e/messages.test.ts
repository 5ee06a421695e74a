import { expect, it } from 'vitest';
import type { Message } from '../../shared/protocol/message.ts';
import { contentsOf, createsGroup, posts } from '../support/room.ts';
import { aWorld } from '../support/world.ts';

const world = aWorld();

/** A room with two members, and somebody who deletes in it. */
const aRoom = async () => {
  const [ada, bob, mod] = await Promise.all([world.person('ada'), world.person('bob'), world.person('mod')]);
  const room = await createsGroup(ada, [bob, mod]);
  return { ada, bob, mod, room, path: `/api/conversations/${room.id}/messages` };
};

it('answers a send with the whole message as it is stored', async () => {
  const { ada, bob, room, path } = await aRoom();
  const draft = {
    clientMessageId: 'c-1',
    content: 'Look:\n**this**\t👩‍👩‍👧',
    contentType: 'text/markdown',
    attachments: [{ externalFileId: 'file://7', label: 'Cat.png' }],
  };

  const sent = await ada.does<Message>('POST', path, draft);

  expect(sent).toEqual({
    ...draft,
    id: `${room.id}.1`,
    conversationId: room.id,
    seq: 1,
    rev: 0,
    version: 1,
    status: 'sent',
    senderId: 'ada',
    replyTo: null,
    mentions: [],
    quote: null,
    threadId: null,
    threadVersion: null,
    inConversation: true,
    createdAt: expect.any(String),
    editedAt: null,
    deletedAt: null,
    deletedBy: null,
  });
  const shown = { ...sent, reactions: [], reactionsVersion: 0, myReactions: [], thread: null };
  expect(await bob.does('GET', `/api/messages/${sent.id}`)).toEqual(shown);
  expect(await bob.does('GET', `${path}/${sent.id}`)).toEqual(shown);
});

it('answers a repeated clientMessageId with the message first stored', async () => {
  const { ada, bob, room } = await aRoom();
  const first = await posts(ada, room, 'hello', { clientMessageId: 'c-1' });
  expect(await posts(ada, room, 'hello', { clientMessageId: 'c-1' })).toEqual(first);
  expect(await posts(ada, room, 'something else', { clientMessageId: 'c-1' })).toEqual(first);
  expect((await posts(bob, room, 'of mine', { clientMessageId: 'c-1' })).seq).toBe(2);
  expect(await contentsOf(ada, room)).toEqual(['hello', 'of mine']);
});

it('stores one message when the same send comes many times at once', async () => {
  const { ada, room } = await aRoom();
  const all = await Promise.all(Array.from({ length: 6 }, () => posts(ada, room, 'once', { clientMessageId: 'c-1' })));
  expect(new Set(all.map((one) => one.seq)).size).toBe(1);
  expect((await contentsOf(ada, room)).filter((content) => content !== null)).toEqual(['once']);
});

it.each([
  ['letters', 'x'],
  ['letters with combining accents', 'e\u0301'],
  ['flags', '🇦🇹'],
  ['families of four', '👨‍👩‍👧‍👦'],
])('takes 4,000 %s as people count them, and not one more', async (_, character) => {
  const { ada, room, path } = await aRoom();
  const longest = await posts(ada, room, character.repeat(4_000));
  expect(longest.content).toBe(character.repeat(4_000));

  const problem = await ada.isRefused('invalid_request', 'POST', path, {
    clientMessageId: 'too-long',
    content: character.repeat(4_001),
  });
  expect(problem.errors).toEqual([{ path: 'content', message: 'must be at most 4000 characters' }]);
  await ada.isRefused('invalid_request', 'PATCH', `/api/messages/${longest.id}`, { content: character.repeat(4_001) });
  expect(await contentsOf(ada, room)).toHaveLength(1);
});

it('refuses characters of no end: bytes are bounded as well', async () => {
  const { ada, path } = await aRoom();
  const content = `e${'\u0301'.repeat(60_000)}`;
  const problem = await ada.isRefused('invalid_request', 'POST', path, { clientMessageId: 'zalgo', content });
  expect(problem.errors).toEqual([{ path: 'content', message: 'must be at most 102400 bytes of UTF-8' }]);
});

it('keeps a reply to a message of the same conversation, and to none of another', async () => {
  const { ada, bob, room, path } = await aRoom();
  const elsewhere = await createsGroup(ada, [bob]);
  const question = await posts(ada, room, 'Lunch?');
  const other = await posts(ada, elsewhere, 'elsewhere');

  expect(await posts(bob, room, 'Yes!', { replyTo: question.id })).toMatchObject({ replyTo: question.id });
  for (const replyTo of [other.id, `${room.id}.99`]) {
    const problem = await bob.isRefused('invalid_request', 'POST', path, {
      clientMessageId: 'r',
      content: 'Re',
      replyTo,
    });
    expect(problem.errors).toEqual([{ path: 'replyTo', message: 'is not a message of this conversation' }]);
  }
  expect(await contentsOf(ada, room)).toHaveLength(2);
});

it('takes up to ten attachments', async () => {
  const { ada, room, path } = await aRoom();
  const attachments = Array.from({ length: 11 }, (_, i) => ({ externalFileId: `f${i}`, label: `File ${i}` }));
  expect((await posts(ada, room, 'ten', { attachments: attachments.slice(1) })).attachments).toHaveLength(10);
  await ada.isRefused('invalid_request', 'POST', path, { clientMessageId: 'x', content: 'eleven', attachments });
});

it('keeps a sender’s edit as a new version with the conversation’s next revision', async () => {
  const { ada, bob, room } = await aRoom();
  const first = await posts(ada, room, 'helo', { attachments: [{ externalFileId: 'f', label: 'F' }] });

  const second = await ada.does<Message>('PATCH', `/api/messages/${first.id}`, { content: 'hello' });

  expect(second).toEqual({ ...first, content: 'hello', version: 2, rev: 1, editedAt: expect.any(String) });
  expect(await bob.does('GET', `/api/messages/${first.id}`)).toMatchObject(second);
  await bob.isRefused('forbidden', 'PATCH', `/api/messages/${first.id}`, { content: 'hijacked' });
});

it('makes no new version of an edit that changes nothing', async () => {
  const { ada, room } = await aRoom();
  const message = await posts(ada, room, 'hello');
  expect(await ada.does('PATCH', `/api/messages/${message.id}`, { content: 'hello' })).toEqual(message);
  expect(await ada.does('GET', `/api/conversations/${room.id}`)).toMatchObject({ rev: 0 });
});

it('refuses an edit of another version than expected, and shows the current state', async () => {
  const { ada, room } = await aRoom();
  const message = await posts(ada, room, 'one');
  const path = `/api/messages/${message.id}`;
  const current = await ada.does('PATCH', path, { content: 'two', expectedVersion: 1 });

  const problem = await ada.isRefused('version_conflict', 'PATCH', path, { content: 'three', expectedVersion: 1 });

  expect(problem.current).toEqual(current);
  expect(await ada.does('PATCH', path, { content: 'three', expectedVersion: 2 })).toMatchObject({ version: 3 });
});

it('lets one of many edits of the same expected version through', async () => {
  const { ada, room } = await aRoom();
  const { id } = await posts(ada, room, 'start');
  const answers = await Promise.all(
    [1, 2, 3, 4].map((i) => ada.asks('PATCH', `/api/messages/${id}`, { content: `edit ${i}`, expectedVersion: 1 })),
  );
  expect(answers.map((one) => one.status).sort()).toEqual([200, 409, 409, 409]);
  expect(await ada.does('GET', `/api/messages/${id}`)).toMatchObject({ version: 2 });
});

it('leaves a tombstone, once, of what its sender deletes', async () => {
  const { ada, bob, room } = await aRoom();
  const message = await posts(ada, room, 'regret', { attachments: [{ externalFileId: 'f', label: 'F' }] });
  const path = `/api/messages/${message.id}`;

  const tombstone = await ada.does<Message>('DELETE', path);

  expect(tombstone).toEqual({
    ...message,
    status: 'deleted',
    content: null,
    attachments: [],
    version: 2,
    rev: 1,
    deletedAt: expect.any(String),
    deletedBy: 'ada',
  });
  expect(await ada.does('DELETE', path)).toEqual(tombstone);
  expect(await bob.does('GET', path)).toMatchObject(tombstone);
  await ada.isRefused('message_deleted', 'PATCH', path, { content: 'back again' });
  expect(await posts(ada, room, 'regret', { clientMessageId: message.clientMessageId })).toEqual(tombstone);
});

it('lets an admin of the conversation delete anybody’s message, and a member their own only', async () => {
  const { ada, bob, mod, room } = await aRoom();
  await ada.does('PATCH', `/api/conversations/${room.id}/members/mod`, { role: 'admin' });
  const message = await posts(ada, room, 'rude');

  await bob.isRefused('forbidden', 'DELETE', `/api/messages/${message.id}`);
  expect(await mod.does('DELETE', `/api/messages/${message.id}`)).toMatchObject({ senderId: 'ada', deletedBy: 'mod' });
});

it('answers the nested twin only under the conversation that the message is in', async () => {
  const { ada, bob, room, path } = await aRoom();
  const elsewhere = await createsGroup(ada, [bob]);
  const message = await posts(ada, room, 'here');
  const wrong = `/api/conversations/${elsewhere.id}/messages/${message.id}`;

  await ada.isRefused('not_found', 'GET', wrong);
  await ada.isRefused('not_found', 'PATCH', wrong, { content: 'there' });
  await ada.isRefused('not_found', 'DELETE', wrong);

  const edited = await ada.does<Message>('PATCH', `${path}/${message.id}`, { content: 'still here' });
  expect(await ada.does('GET', `${path}/${message.id}`)).toMatchObject(edited);
  expect(await ada.does('DELETE', `${path}/${message.id}`)).toMatchObject({ status: 'deleted' });
});

it('answers a send beyond the rate limit with how long to wait', async () => {
  const { ada, room, path } = await aRoom();
  const send = (i: number) =>
    ada.asks<{ retryAfter?: number }>('POST', path, { clientMessageId: `c${i}`, content: 'x' });
  const answers = await Promise.all(Array.from({ length: 36 }, (_, i) => send(i)));

  const refused = answers.filter((one) => one.status === 429);
  expect(refused.length).toBeGreaterThanOrEqual(1);
  expect(answers.length - refused.length).toBeGreaterThanOrEqual(30);
  for (const { headers, body } of refused) {
    expect(body).toMatchObject({ code: 'rate_limited', retryAfter: expect.any(Number) });
    expect(headers.get('retry-after')).toBe(String(body.retryAfter));
  }
  await world.cloud.settled();
  expect(await contentsOf(ada, room)).toHaveLength(answers.length - refused.length);
});
