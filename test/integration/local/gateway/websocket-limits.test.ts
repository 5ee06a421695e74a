import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { createFrameMeter } from '../../../../infra/local/gateway/frame-meter.ts';
import { route } from './functions.ts';
import { givenAClient } from './websocket-server.ts';

const KB = 1024;

const given = () =>
  givenAClient([route('$default', 'size', { returnsResponse: true })], {
    size: ({ body = '' }) => ({ statusCode: 200, body: String(body.length) }),
  });

describe('frames of a WebSocket API', () => {
  it('may have 32 KB', async () => {
    const { client } = await given();

    client.socket.send('x'.repeat(32 * KB));

    expect(await client.next()).toBe(String(32 * KB));
  });

  it('over 32 KB close the connection with 1009, and the message is not heard', async () => {
    const { client, invoker, gateway } = await given();

    client.socket.send('x'.repeat(32 * KB + 1));

    expect(await client.closed).toMatchObject({ code: 1009 });
    expect((await invoker.event('disconnect')).requestContext).toMatchObject({ disconnectStatusCode: 1009 });
    expect(invoker.eventsOf('size')).toEqual([]);
    expect(gateway.count()).toBe(0);
  });

  it('make up messages of 128 KB', async () => {
    const { client } = await given();

    for (const part of [1, 2, 3, 4]) client.socket.send('x'.repeat(32 * KB), { fin: part === 4 });

    expect(await client.next()).toBe(String(128 * KB));
  });

  it('make up no message over 128 KB: 1009', async () => {
    const { client, invoker } = await given();

    for (let part = 0; part < 4; part += 1) client.socket.send('x'.repeat(32 * KB), { fin: false });
    client.socket.send('x', { fin: true });

    expect(await client.closed).toMatchObject({ code: 1009 });
    expect((await invoker.event('disconnect')).requestContext).toMatchObject({ disconnectStatusCode: 1009 });
    expect(invoker.eventsOf('size')).toEqual([]);
  });

  it('of binary data close the connection with 1003', async () => {
    const { client, invoker } = await given();

    client.socket.send(Buffer.from('hello'));

    expect(await client.closed).toMatchObject({ code: 1003 });
    expect(invoker.eventsOf('size')).toEqual([]);
  });

  it('are measured however the stream is cut', () => {
    const frames = Buffer.concat([
      Buffer.from([0x81, 0x80 | 5, 1, 2, 3, 4, 0, 0, 0, 0, 0]),
      Buffer.from([0x89, 0x80, 1, 2, 3, 4]),
      Buffer.from([0x01, 0x80 | 126, 0, 200, 1, 2, 3, 4, ...Buffer.alloc(200)]),
      Buffer.from([0x80, 0x80 | 127, 0, 0, 0, 0, 0, 0, 0, 201, 1, 2, 3, 4]),
    ]);

    for (let size = 1; size <= frames.length; size += 1) {
      const meter = createFrameMeter(200);
      const seen: boolean[] = [];
      for (let at = 0; at < frames.length; at += size) seen.push(meter(frames.subarray(at, at + size)));
      expect(seen.at(-1)).toBe(true);
      expect(createFrameMeter(201)(frames)).toBe(false);
    }
  });
});

describe('a connection of a WebSocket API', () => {
  it('is closed with 1001 when nothing has come or gone for the idle time', async () => {
    const { client, invoker, gateway } = await givenAClient([], {}, { limits: { idleSeconds: 0.1 } });

    expect(await client.closed).toEqual({ code: 1001, reason: 'Going away' });
    expect((await invoker.event('disconnect')).requestContext).toMatchObject({
      disconnectStatusCode: 1001,
      disconnectReason: 'Going away',
    });
    expect(gateway.count()).toBe(0);
  });

  it('stays open by messages, posts and pings', async () => {
    let now = 1_000_000;
    const { client, gateway, connectionId, invoker } = await givenAClient(
      [route('$default', 'f')],
      { f: () => ({ statusCode: 200 }) },
      { clock: { now: () => now } },
    );
    const lastActive = () => Date.parse(gateway.connections.get(connectionId)?.lastActiveAt ?? '');

    now += 599_000;
    client.socket.send('x');
    await invoker.event('f');
    expect(lastActive()).toBe(now);

    now += 599_000;
    await gateway.connections.post(connectionId, Buffer.from('x'));
    expect(lastActive()).toBe(now);

    now += 599_000;
    client.socket.ping();
    await once(client.socket, 'pong');
    expect(lastActive()).toBe(now);

    now += 600_000;
    expect(await client.closed).toMatchObject({ code: 1001 });
  });

  it('is closed with 1001 at the end of its life, however busy', async () => {
    let now = 1_000_000;
    const { client, gateway, connectionId } = await givenAClient([], {}, { clock: { now: () => now } });

    now += 7_200_000;
    await gateway.connections.post(connectionId, Buffer.from('x'));

    expect(await client.closed).toEqual({ code: 1001, reason: 'Going away' });
  });
});
