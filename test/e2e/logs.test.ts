import { afterEach, describe, expect, it } from 'vitest';
import { createsGroup, posts, says } from '../support/room.ts';
import { storedIn } from '../support/stored.ts';
import { aWorld } from '../support/world.ts';

const world = aWorld({ alone: true });

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

/** The runtime's own line on what a handler throws, and the gateway takes no other word for a 401. */
const isUnauthorized = ({ errorType, errorMessage }: Line) => errorType === 'Error' && errorMessage === 'Unauthorized';

/** What CloudWatch makes metrics of: test/e2e/observability.test.ts */
const isMetrics = (line: Line) => '_aws' in line;

/** What was logged in the running test, once all of it is over. */
const logged = async (): Promise<Line[]> => {
  await world.cloud.settled();
  return linesOf(world.logs).filter((line) => !isUnauthorized(line) && !isMetrics(line));
};
const loggedBy = async (operation: string): Promise<Line[]> =>
  (await logged()).filter((line) => line.operation === operation && [undefined, world.tenant].includes(line.tenant));

const trace = '0af7651916cd43dd8448eb211c80319c';
const traceparent = `00-${trace}-b7ad6b7169203331-01`;
const some = expect.any(String);

afterEach(async () => {
  for (const line of await logged())
    expect(line, JSON.stringify(line)).toMatchObject({
      level: some,
      message: some,
      correlationId: some,
      operation: some,
    });
});

it('writes lines of JSON that say who asked for what, and under which correlation id', async () => {
  const ada = await world.person('ada');
  const room = await createsGroup(ada, []);
  const device = await ada.connects();
  await ada.asks('GET', '/api/me', undefined, { traceparent });
  const sent = { conversationId: room.id, clientMessageId: 'c-1', content: 'x' };
  await device.asks('message.send', sent, { traceparent });
  await ada.asks('GET', '/api/conversations/nope');

  const lines = await logged();
  const of = (operation: string) => lines.filter((line) => line.operation === operation);
  const who = { tenant: world.tenant, user: 'ada' };
  expect(of('conversations/create')).toMatchObject([{ ...who, message: 'answered', status: 201 }]);
  expect(of('me/get')).toMatchObject([{ ...who, correlationId: trace }]);
  expect(of('message.send')).toMatchObject([{ ...who, correlationId: trace, connectionId: some }]);
  expect(of('conversations/get')).toMatchObject([{ ...who, message: 'refused', code: 'invalid_request' }]);
});

describe('a line is written of', () => {
  it('a token that is refused over HTTP, and why', async () => {
    const ada = await world.person('ada');
    const asks = (token: string) =>
      ada.asks('GET', '/api/me', undefined, { authorization: `Bearer ${token}`, traceparent });
    await asks(`${ada.token.slice(0, -8)}tampered`);
    await asks('gibberish');

    expect(await loggedBy('authorizer')).toMatchObject([
      { message: 'token refused', correlationId: trace, error: { name: some } },
      { message: 'refused', correlationId: trace, code: 'unauthenticated' },
      { message: 'refused', correlationId: trace, code: 'unauthenticated' },
    ]);
  });

  it('a connection that is refused', async () => {
    const ada = await world.person('ada');
    await expect(ada.connects({ token: `${ada.token.slice(0, -8)}tampered` })).rejects.toThrow('refused 401');
    await expect(ada.connects({ ticket: 'nobodys' })).rejects.toThrow('refused 401');
    await expect(ada.connects({})).rejects.toThrow('refused 401');

    const refused = { message: 'refused', correlationId: some, connectionId: some, code: 'unauthenticated' };
    const [why, ...lines] = await loggedBy('$connect');
    expect(why).toMatchObject({ message: 'token refused', correlationId: some, connectionId: some });
    expect(lines).toMatchObject([refused, refused, refused]);
  });

  it('a connection that opens, and that closes', async () => {
    const ada = await world.person('ada');
    const device = await ada.connects();
    const [connection] = await storedIn(world.cloud).connectionsOf(world.tenant, 'ada');
    await device.closes();

    const who = { tenant: world.tenant, user: 'ada', connectionId: connection };
    const answered = [{ ...who, message: 'answered', level: 'INFO', correlationId: some }];
    expect(await loggedBy('$connect')).toMatchObject(answered);
    await expect.poll(() => loggedBy('$disconnect')).toMatchObject(answered);
  });

  it('a deleted user who is taken out, by the event’s own tenant and user', async () => {
    const [ada, bob, host] = await Promise.all([world.person('ada'), world.person('bob'), world.service()]);
    await createsGroup(bob, [ada]);
    await host.does('DELETE', '/api/users/ada');

    expect(await loggedBy('user-removal')).toMatchObject([
      { message: 'done', tenant: world.tenant, user: 'ada', correlationId: some },
    ]);
  });

  it('an inbox that is refreshed, by the event’s own tenant and conversation', async () => {
    const ada = await world.person('ada');
    const room = await createsGroup(ada, []);
    await ada.does('DELETE', `/api/conversations/${room.id}`);

    expect(await loggedBy('inbox-refresh')).toMatchObject([
      { message: 'done', tenant: world.tenant, conversationId: room.id, correlationId: some },
    ]);
  });

  it('a post that failed again, by whose connection it was for', async () => {
    const ada = await world.person('ada');
    await ada.connects();
    const [id] = await storedIn(world.cloud).connectionsOf(world.tenant, 'ada');
    const connection = { id, user: 'ada', connectedAt: new Date().toISOString(), expiresAt: 9_999_999_999 };
    world.cloud.faults.add({ action: 'execute-api:ManageConnections', fault: { kind: 'error' } });
    const body = JSON.stringify({ tenant: world.tenant, connection, frame: '{}' });
    await world.cloud.invoke('Queue/redeliver', { Records: [{ messageId: 'm-1', body }] });

    const whose = { tenant: world.tenant, user: 'ada', connectionId: id, correlationId: 'm-1' };
    expect(await loggedBy('redeliver')).toMatchObject([
      { ...whose, message: 'a post failed' },
      { ...whose, message: 'not yet' },
    ]);
  });
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
