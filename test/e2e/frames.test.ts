/** What a socket may carry, whatever the command. */
import { expect, it } from 'vitest';
import { createsGroup, says } from '../support/room.ts';
import { aWorld } from '../support/world.ts';

const world = aWorld();

const given = async () => {
  const ada = await world.person('ada');
  return { ada, phone: await ada.connects() };
};

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

it.each([
  ['an event that there is none of', '{"event":"message.burn","id":"7","data":{}}', 'unknown_event', '7'],
  ['such an event without data', '{"event":"message.burn","id":"7"}', 'unknown_event', '7'],
  ['a command that only servers say', '{"event":"message.new","id":"7","data":{}}', 'unknown_event', '7'],
  ['an event of JavaScript’s own', '{"event":"constructor","id":"7","data":{}}', 'unknown_event', '7'],
  ['the gateway’s own $connect', '{"event":"$connect","id":"7","data":{}}', 'unknown_event', '7'],
  ['the gateway’s own $disconnect', '{"event":"$disconnect","id":"7","data":{}}', 'unknown_event', '7'],
  ['no event', '{"id":"7","data":{}}', 'invalid_request', '7'],
  ['an event that is no text', '{"event":{},"id":"7","data":{}}', 'invalid_request', '7'],
  ['an event of 65 characters', JSON.stringify({ event: 'x'.repeat(65), id: '7' }), 'invalid_request', '7'],
  ['no data', '{"event":"message.delete","id":"7"}', 'invalid_request', '7'],
  ['data that is no object', '{"event":"message.delete","id":"7","data":[]}', 'invalid_request', '7'],
  ['an unknown field beside data', '{"event":"message.delete","id":"7","data":{},"as":"bob"}', 'invalid_request', '7'],
  [
    'a traceparent that is none',
    '{"event":"message.delete","id":"7","data":{},"traceparent":"x"}',
    'invalid_request',
    '7',
  ],
  ['an id that is no text', '{"event":"message.delete","id":7,"data":{}}', 'invalid_request', undefined],
  [
    'an id of 65 characters',
    JSON.stringify({ event: 'message.delete', id: 'x'.repeat(65) }),
    'invalid_request',
    undefined,
  ],
  [
    'an id with a control character',
    '{"event":"message.delete","id":"\\u0000","data":{}}',
    'invalid_request',
    undefined,
  ],
  ['broken JSON', '{"event":"message.delete"', 'malformed_json', undefined],
  ['a raw control character in JSON', '{"event":"message.\u0001"}', 'malformed_json', undefined],
  ['text that is no JSON', 'Hello?', 'malformed_json', undefined],
  ['nothing', '', 'malformed_json', undefined],
  ['a list', '[]', 'invalid_request', undefined],
  ['null', 'null', 'invalid_request', undefined],
  ['a number', '5', 'invalid_request', undefined],
])('answers %s with an error that repeats the id, and keeps the connection', async (_, text, code, id) => {
  const { phone } = await given();

  phone.sendsRaw(text);

  const answer = await phone.hears((frame) => frame.event === 'error', 'an error');
  expect(answer).toMatchObject({ data: { code } });
  expect(answer.id).toBe(id);
  phone.sendsRaw('{"event":"still.there","id":"8","data":{}}');
  await phone.hears((frame) => frame.id === '8', 'another answer');
});

it('says which fields do not fit', async () => {
  const { phone } = await given();
  phone.sendsRaw('{"event":"message.delete","id":"7","data":{"messageId":5,"why":"so"},"as":"bob"}');
  phone.sendsRaw('{"event":"message.delete","id":"8","data":{"messageId":5,"why":"so"}}');

  expect(await phone.hears(({ id }) => id === '7')).toMatchObject({ data: { errors: [{ path: 'as' }] } });
  expect(await phone.hears(({ id }) => id === '8')).toMatchObject({
    data: { errors: expect.arrayContaining([expect.objectContaining({ path: 'data.messageId' })]) },
  });
});

it('echoes the id of a command in its answer, and leaves it out where none was given', async () => {
  const { ada, phone } = await given();
  const room = await createsGroup(ada, []);
  const data = { conversationId: room.id, clientMessageId: 'c1', content: 'Hello!' };
  phone.sendsRaw(JSON.stringify({ event: 'message.send', id: '½ – any text', data, traceparent }));
  const answer = await phone.hears(({ event }) => event === 'message.sent');
  expect(answer.id).toBe('½ – any text');

  phone.sendsRaw(JSON.stringify({ event: 'message.delete', data: { messageId: `${room.id}.1` } }));
  const deleted = await phone.hears((frame) => frame.event === 'message.deleted');
  expect(deleted).not.toHaveProperty('id');
});

it.each([
  ['a message above 128 KB', 1009, () => 'x'.repeat(128 * 1024 + 1)],
  ['a frame above 32 KB', 1009, () => 'x'.repeat(32 * 1024 + 1)],
  ['a binary frame', 1003, () => Buffer.from('{"event":"message.delete"}')],
])('closes the connection at %s with %i, and no other', async (_, code, message) => {
  const { ada, phone } = await given();
  const laptop = await ada.connects();

  phone.sendsRaw(message());

  expect(await phone.isClosed()).toMatchObject({ code });
  await laptop.catchesUp();
  expect(laptop.closed).toBeUndefined();
});

it('takes a message of several frames', async () => {
  const { ada, phone } = await given();
  const bob = await world.person('bob');
  const bobs = await bob.connects();
  const room = await createsGroup(ada, [bob]);
  const data = { conversationId: room.id, clientMessageId: 'c1', content: '👩‍👩‍👧'.repeat(4_000) };
  const text = Buffer.from(JSON.stringify({ event: 'message.send', id: '7', data }));
  expect(text.length).toBeGreaterThan(64 * 1024);

  for (let at = 0; at < text.length; at += 32 * 1024) {
    phone.socket.send(text.subarray(at, at + 32 * 1024), { binary: false, fin: at + 32 * 1024 >= text.length });
  }

  await phone.hears(({ event }) => event === 'message.sent');
  await bobs.hearsEvent('message.new', ({ content }) => content === data.content);
});

it('keeps content, ids and tokens out of the logs, whether a command succeeds or fails', async () => {
  const { ada, phone } = await given();
  const room = await createsGroup(ada, []);
  await says(phone, room, 'a secret');
  await phone.isRefused('message.send', { conversationId: room.id, clientMessageId: 'c', content: 'a secret\u0007' });
  world.cloud.faults.add({ function: 'WebSocket/message-send', fault: { kind: 'error' } });
  await phone.isRefused('message.send', { conversationId: room.id, clientMessageId: 'c', content: 'a secret' });

  await world.cloud.settled();
  expect(world.logs.length).toBeGreaterThan(0);
  for (const line of world.logs) {
    expect(line).not.toContain('a secret');
    expect(line).not.toContain(ada.token.slice(-40));
  }
});
