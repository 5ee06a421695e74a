import { describe, expect, it } from 'vitest';
import type { ServerFrame } from '../../shared/protocol/events.ts';
import { createsGroup, historyOf, says } from '../support/room.ts';
import { aWorld } from '../support/world.ts';

const world = aWorld();

const given = async () => {
  const [ada, bob] = await Promise.all([world.person('ada'), world.person('bob')]);
  const [phone, bobs] = await Promise.all([ada.connects(), bob.connects()]);
  const room = await createsGroup(ada, [bob]);
  const draft = (more: Record<string, unknown> = {}) => ({
    conversationId: room.id,
    clientMessageId: 'c1',
    content: 'Hello!',
    ...more,
  });
  return { ada, bob, phone, bobs, room, draft };
};

const nowhere = 'g-AAAAAAAAAAAAAAAAAAAAAA';

const errorOf = (frame: ServerFrame) => {
  expect(frame.event).toBe('error');
  return frame.data as Extract<ServerFrame, { event: 'error' }>['data'];
};

describe('message.send', () => {
  it('stores what it is given and answers with its place', async () => {
    const { ada, bob, phone, bobs, room, draft } = await given();
    const { messageId } = await says(bobs, room, 'first');
    const more = {
      contentType: 'text/markdown',
      attachments: [{ externalFileId: 'file-1', label: 'agenda.pdf' }],
      replyTo: messageId,
    };

    const sent = await phone.does('message.send', draft(more), 'message.sent');

    expect(sent).toEqual({ clientMessageId: 'c1', messageId: `${room.id}.2`, seq: 2 });
    const [, message] = await historyOf(bob, room);
    expect(message).toMatchObject({ id: sent.messageId, senderId: ada.id, content: 'Hello!', ...more });
  });

  it.each([
    ['no content', { content: undefined }, 'data.content'],
    ['empty content', { content: '' }, 'data.content'],
    ['nothing but blanks', { content: ' \n ' }, 'data.content'],
    ['content that is no text', { content: 5 }, 'data.content'],
    ['a control character', { content: 'a\u0007b' }, 'data.content'],
    ['a character that turns text around', { content: 'a\u202eb' }, 'data.content'],
    ['a lone surrogate', { content: 'a\ud83db' }, 'data.content'],
    ['4,001 characters', { content: 'x'.repeat(4_001) }, 'data.content'],
    ['no clientMessageId', { clientMessageId: undefined }, 'data.clientMessageId'],
    ['a clientMessageId of 65 characters', { clientMessageId: 'x'.repeat(65) }, 'data.clientMessageId'],
    ['a clientMessageId with a line break', { clientMessageId: 'a\nb' }, 'data.clientMessageId'],
    ['a conversationId that is none', { conversationId: 'lobby' }, 'data.conversationId'],
    ['a contentType that nobody renders', { contentType: 'text/html' }, 'data.contentType'],
    ['a replyTo that is none', { replyTo: '5' }, 'data.replyTo'],
    ['attachments that are no list', { attachments: {} }, 'data.attachments'],
    ['an attachment without a label', { attachments: [{ externalFileId: 'f' }] }, 'data.attachments.0.label'],
    ['an unknown field', { tenant: 'another' }, 'data.tenant'],
    ['an unknown field that is dangerous in JavaScript', JSON.parse('{"__proto__":{"a":1}}'), 'data.__proto__'],
  ])('refuses %s by name, and stores nothing', async (_, wrong, path) => {
    const { bob, phone, room, draft } = await given();
    const error = await phone.isRefused('message.send', { ...draft(), ...wrong });

    expect(error).toMatchObject({ code: 'invalid_request', errors: [{ path }] });
    expect(await historyOf(bob, room)).toEqual([]);
  });

  it('counts characters as people do: 4,000 that take several code points each are not too many', async () => {
    const { bob, phone, room, draft } = await given();
    const content = 'e\u0301'.repeat(4_000);

    await phone.does('message.send', draft({ content }), 'message.sent');

    expect(await historyOf(bob, room)).toMatchObject([{ content }]);
  });

  it('refuses a reply to what is not in the conversation', async () => {
    const { phone, bobs, room, draft } = await given();
    await says(bobs, room, 'first');
    for (const replyTo of [`${nowhere}.1`, `${room.id}.2`]) {
      const error = await phone.isRefused('message.send', draft({ replyTo }));
      expect(error).toMatchObject({ code: 'invalid_request', errors: [{ path: 'replyTo' }] });
    }
  });

  it('answers not_found alike for what does not exist, where one is no member, and in another tenant', async () => {
    const { draft } = await given();
    const [stranger, namesake] = await Promise.all([world.person('mallory'), world.person('ada', { tenant: 'other' })]);
    const [outside, elsewhere] = await Promise.all([stranger.connects(), namesake.connects()]);

    const errors = await Promise.all([
      outside.isRefused('message.send', draft({ conversationId: nowhere })),
      outside.isRefused('message.send', draft()),
      elsewhere.isRefused('message.send', draft()),
    ]);
    expect(errors).toEqual(errors.map(() => ({ code: 'not_found', message: 'Not found' })));
  });

  it('answers forbidden to a moderator who may look but is no member', async () => {
    const { draft } = await given();
    const moderator = await world.person('mo', { roles: ['moderator'] });
    expect(await (await moderator.connects()).isRefused('message.send', draft())).toMatchObject({ code: 'forbidden' });
  });

  it('answers unavailable while the table throttles or fails, and stores the repetition once', async () => {
    const { bob, phone, room, draft } = await given();
    for (const kind of ['throttle', 'error'] as const) {
      const takeBack = world.cloud.faults.add({ function: 'WebSocket/message-send', fault: { kind } });
      const error = await phone.isRefused('message.send', draft());
      expect(error).toMatchObject({ code: 'unavailable' });
      expect(Object.keys(error).sort()).toEqual(['code', 'message']);
      takeBack();
    }
    await phone.does('message.send', draft(), 'message.sent');
    expect(await historyOf(bob, room)).toMatchObject([{ seq: 1, content: 'Hello!' }]);
  });
});

describe('message.edit', () => {
  it('changes what is given, keeps the rest, and makes no version of an edit that changes nothing', async () => {
    const { phone, draft } = await given();
    const attachments = [{ externalFileId: 'file-1', label: 'agenda.pdf' }];
    const { messageId } = await phone.does('message.send', draft({ attachments }), 'message.sent');

    const edited = await phone.does('message.edit', { messageId, content: 'Bye!' }, 'message.updated');
    expect(edited).toMatchObject({ content: 'Bye!', attachments, version: 2, rev: 1, contentType: 'text/plain' });
    expect(await phone.does('message.edit', { messageId, content: 'Bye!' }, 'message.updated')).toEqual(edited);
  });

  it('answers version_conflict with the current state where the expected version is another', async () => {
    const { phone, room } = await given();
    const { messageId } = await says(phone, room, 'one');
    const current = await phone.does(
      'message.edit',
      { messageId, content: 'two', expectedVersion: 1 },
      'message.updated',
    );

    const error = await phone.isRefused('message.edit', { messageId, content: 'three', expectedVersion: 1 });

    expect(error).toMatchObject({ code: 'version_conflict', current });
  });

  it('is for the sender alone, and ends with the message', async () => {
    const { phone, bobs, room } = await given();
    const { messageId } = await says(bobs, room, 'mine');
    // Ada owns the group, and still may not put words into Bob's mouth.
    expect(await phone.isRefused('message.edit', { messageId, content: 'hers' })).toMatchObject({ code: 'forbidden' });

    await bobs.does('message.delete', { messageId }, 'message.deleted');
    expect(await bobs.isRefused('message.edit', { messageId, content: 'again' })).toMatchObject({
      code: 'message_deleted',
    });
  });

  it.each([
    ['no content', { content: undefined }, 'data.content'],
    ['a lone surrogate', { content: '\udc00' }, 'data.content'],
    ['a version that is no number', { expectedVersion: '1' }, 'data.expectedVersion'],
    ['a messageId that is none', { messageId: 'x' }, 'data.messageId'],
    ['an unknown field', { seq: 5 }, 'data.seq'],
  ])('refuses %s by name', async (_, wrong, path) => {
    const { phone, room } = await given();
    const { messageId } = await says(phone, room, 'one');
    const error = await phone.isRefused('message.edit', { messageId, content: 'two', ...wrong });
    expect(error).toMatchObject({ code: 'invalid_request', errors: [{ path }] });
  });
});

describe('message.delete', () => {
  it('leaves a tombstone, and answers with the same one when repeated', async () => {
    const { ada, phone, room } = await given();
    const { messageId } = await says(phone, room, 'one');

    const deleted = await phone.does('message.delete', { messageId }, 'message.deleted');

    expect(deleted).toMatchObject({ status: 'deleted', content: null, deletedBy: ada.id, version: 2, rev: 1 });
    expect(await phone.does('message.delete', { messageId }, 'message.deleted')).toEqual(deleted);
  });

  it('is for the sender and for the conversation’s admins', async () => {
    const { phone, bobs, room } = await given();
    const [hers, his] = [await says(phone, room, 'hers'), await says(bobs, room, 'his')];

    expect(await bobs.isRefused('message.delete', { messageId: hers.messageId })).toMatchObject({ code: 'forbidden' });
    await phone.does('message.delete', { messageId: his.messageId }, 'message.deleted');
  });

  it('answers not_found for what does not exist, is elsewhere, or belongs to others', async () => {
    const { phone, room } = await given();
    const { messageId } = await says(phone, room, 'one');
    const outside = await (await world.person('mallory')).connects();

    for (const event of ['message.delete', 'message.edit']) {
      const content = event === 'message.edit' ? { content: 'x' } : {};
      for (const [device, id] of [
        [phone, `${room.id}.99`],
        [phone, `${nowhere}.1`],
        [outside, messageId],
      ] as const) {
        expect(errorOf(await device.asks(event, { messageId: id, ...content }))).toMatchObject({ code: 'not_found' });
      }
    }
  });

  it('refuses unknown fields by name', async () => {
    const { phone, room } = await given();
    const { messageId } = await says(phone, room, 'one');
    const error = await phone.isRefused('message.delete', { messageId, forEverybody: true });
    expect(error).toMatchObject({ code: 'invalid_request', errors: [{ path: 'data.forEverybody' }] });
  });
});
