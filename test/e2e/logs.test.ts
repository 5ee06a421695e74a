import { expect, it } from 'vitest';
import { createsGroup, posts, says } from '../support/room.ts';
import { aWorld } from '../support/world.ts';

const world = aWorld();

interface Line {
  level: string;
  message: string;
  correlationId?: string;
  operation?: string;
  tenant?: string;
  user?: string;
  connectionId?: string;
  [field: string]: unknown;
}

const linesOf = (texts: readonly string[]): Line[] => texts.map((text) => JSON.parse(text) as Line);

it('writes lines of JSON that say who asked for what, and under which correlation id', async () => {
  const tenant = 'logging';
  const ada = await world.person('ada', { tenant });
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const room = await createsGroup(ada, []);
  const device = await ada.connects();
  await ada.asks('GET', '/api/me', undefined, { traceparent });
  const sent = { conversationId: room.id, clientMessageId: 'c-1', content: 'x' };
  await device.asks('message.send', sent, { traceparent });
  await ada.asks('GET', '/api/conversations/nope');
  await world.cloud.settled();

  const lines = linesOf(world.logs);
  for (const line of lines)
    expect(line, JSON.stringify(line)).toMatchObject({
      level: expect.any(String),
      message: expect.any(String),
      correlationId: expect.any(String),
      operation: expect.any(String),
    });

  const of = (operation: string) => lines.filter((line) => line.operation === operation);
  const who = { tenant, user: 'ada' };
  expect(of('conversations/create')).toMatchObject([{ ...who, message: 'answered', status: 201 }]);
  expect(of('me/get')).toMatchObject([{ ...who, correlationId: traceparent.split('-')[1] }]);
  expect(of('message.send')).toMatchObject([
    { ...who, correlationId: traceparent.split('-')[1], connectionId: expect.any(String) },
  ]);
  expect(of('conversations/get')).toMatchObject([{ ...who, message: 'refused', code: 'invalid_request' }]);
});

it('never writes what somebody said, is called or is let in by', async () => {
  const secrets = [
    'xylophone-content',
    'xylophone-edit',
    'xylophone-title',
    'xylophone-name',
    'xylophone-label',
    'xylophone-body',
  ];
  const [ada, bob, host] = await Promise.all([world.person('ada'), world.person('bob'), world.service()]);
  const { ticket } = await ada.does<{ ticket: string }>('POST', '/api/ws-tickets');
  const [phone, laptop] = await Promise.all([ada.connects({ ticket }), ada.connects()]);
  await expect(ada.connects({ ticket })).rejects.toThrow('refused 401');

  await host.does('POST', '/api/users/sync', {
    id: 'ada',
    displayName: 'xylophone-name',
    metadata: { note: 'xylophone-body' },
  });
  const room = await createsGroup(ada, [bob], { title: 'xylophone-title' });
  const message = await posts(ada, room, 'xylophone-content', {
    attachments: [{ externalFileId: 'xylophone-body', label: 'xylophone-label' }],
  });
  await says(phone, room, 'xylophone-content again');
  await laptop.does('message.edit', { messageId: message.id, content: 'xylophone-edit' }, 'message.updated');

  // What goes wrong has to be as discreet: refused, broken, and failing inside.
  await ada.asks('PATCH', `/api/messages/${message.id}`, { content: 'xylophone-edit', expectedVersion: 1 });
  await ada.asks('PATCH', `/api/messages/${message.id}`, '{"content":"xylophone-body');
  await ada.asks('PATCH', `/api/messages/${message.id}`, { 'xylophone-body': 1 });
  phone.sendsRaw('{"event":"message.send","data":{"content":"xylophone-body"');
  phone.sendsRaw(JSON.stringify({ event: 'xylophone-body', data: {} }));
  await ada.asks('GET', '/api/me', undefined, { authorization: `Bearer ${ada.token}xylophone-body` });
  for (const kind of ['error', 'throttle'] as const) {
    const undo = world.cloud.faults.add({
      action: 'dynamodb:UpdateItem',
      function: /^Http|^WebSocket/,
      fault: { kind },
    });
    await ada.asks('POST', `/api/conversations/${room.id}/messages`, {
      clientMessageId: kind,
      content: 'xylophone-content',
    });
    await phone.asks('message.send', { conversationId: room.id, clientMessageId: kind, content: 'xylophone-content' });
    undo();
  }
  await world.cloud.settled();

  expect(world.logs.length).toBeGreaterThan(10);
  const everything = world.logs.join('\n');
  for (const secret of [...secrets, ada.token, bob.token, host.token, ticket]) expect(everything).not.toContain(secret);
  // Nor a part of a token that would be enough.
  for (const part of ada.token.split('.').slice(1)) expect(everything).not.toContain(part);
  linesOf(world.logs);
});
