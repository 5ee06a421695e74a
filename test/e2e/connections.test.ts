import { SetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import type { CloudOptions } from '../../infra/local/cloud.ts';
import { createsGroup, historyOf, posts, says } from '../support/room.ts';
import { storedIn } from '../support/stored.ts';
import { aWorld } from '../support/world.ts';

const world = aWorld({ alone: true });

const given = async () => {
  const [ada, bob] = await Promise.all([world.person('ada'), world.person('bob')]);
  const [phone, bobsPhone, bobsTablet] = await Promise.all([ada.connects(), bob.connects(), bob.connects()]);
  const room = await createsGroup(ada, [bob]);
  await Promise.all([bobsPhone, bobsTablet].map((device) => device.hearsEvent('conversation.new')));
  await world.cloud.settled();
  return { ada, bob, phone, bobsPhone, bobsTablet, room };
};

const listedOf = (user: string) => storedIn(world.cloud).connectionsOf(world.tenant, user);
const ages = (user: string, seconds?: number) => storedIn(world.cloud).ageConnectionsOf(world.tenant, user, seconds);

/** API Gateway sends `$disconnect` at best effort. */
const nobodyHearsOfDisconnects = () =>
  world.cloud.faults.add({ function: 'WebSocket/disconnect', fault: { kind: 'crash-before' } });

it('lists every connection of a user, and strikes off the one that is closed', async () => {
  const { bobsPhone } = await given();
  expect(await listedOf('bob')).toHaveLength(2);
  const both = await listedOf('bob');

  await bobsPhone.closes();
  await world.cloud.settled();

  const left = await listedOf('bob');
  expect(left).toHaveLength(1);
  expect(both).toEqual(expect.arrayContaining(left));
});

it('serves twenty devices of one user alike', async () => {
  const { ada, phone, room } = await given();
  const devices = await Promise.all(Array.from({ length: 20 }, () => ada.connects()));
  expect(await listedOf('ada')).toHaveLength(21);

  await says(phone, room, 'Hello!');

  await Promise.all(devices.map((device) => device.hearsEvent('message.new', ({ seq }) => seq === 1)));
});

it('strikes off connections that vanished without a word, at the next post that finds nobody', async () => {
  const { ada, bobsTablet, room } = await given();
  nobodyHearsOfDisconnects();
  world.cloud.dropConnections();
  await bobsTablet.isClosed();
  await world.cloud.settled();
  expect(await listedOf('bob')).toHaveLength(2);
  await Promise.all([ages('ada'), ages('bob')]);

  await posts(ada, room, 'Is anybody there?');

  await world.cloud.settled();
  expect(await listedOf('bob')).toEqual([]);
  expect(await listedOf('ada')).toEqual([]);
});

it('strikes them off from the stream too, and tells those who are still there', async () => {
  const { ada, bob, bobsPhone, bobsTablet, room } = await given();
  nobodyHearsOfDisconnects();
  bobsPhone.socket.terminate();
  await bobsPhone.isClosed();
  const others = await Promise.all(Array.from({ length: 10 }, (_, i) => world.person(`silent-${i}`)));
  await ada.does('POST', `/api/conversations/${room.id}/members`, { memberIds: others.map(({ id }) => id) });
  await ages('bob');

  await posts(ada, room, 'Hello!');

  await bobsTablet.hearsEvent('message.new');
  await world.cloud.settled();
  expect(await listedOf(bob.id)).toHaveLength(1);
});

it('lets a client that comes back find what it missed, and hear what comes', async () => {
  const { ada, bob, bobsTablet, phone, room } = await given();
  await says(phone, room, 'before');
  world.cloud.dropConnections();
  await bobsTablet.isClosed();
  await posts(ada, room, 'while he was away');
  await world.cloud.settled();

  const again = await bob.connects();
  await posts(ada, room, 'after');

  await again.hearsEvent('message.new', ({ content }) => content === 'after');
  const seen = again.heard('message.new').map(({ seq }) => seq);
  const missed = (await historyOf(bob, room)).filter(({ seq }) => !seen.includes(seq));
  expect(missed.map(({ content }) => content)).toEqual(['before', 'while he was away']);
});

it('stores each message once for a sender whose sockets are cut at random, and who repeats what was not acked', async () => {
  const { ada, bob, room } = await given();
  world.cloud.faults.add({ sockets: 0.25 });
  let device = await ada.connects();
  const sends = async (content: string): Promise<number> => {
    for (;;) {
      if (device.closed) device = await ada.connects();
      const id = `${content} ${device.frames.length}`;
      const data = { conversationId: room.id, clientMessageId: content, content };
      device.sendsRaw(JSON.stringify({ event: 'message.send', id, data }));
      const answer = () => device.frames.find((frame) => frame.id === id);
      await device.until(() => answer() !== undefined || device.closed !== undefined, 'an answer or the end');
      const found = answer();
      if (found?.event === 'message.sent') return found.data.seq;
    }
  };

  const contents = Array.from({ length: 12 }, (_, i) => String(i + 1));
  const acked: number[] = [];
  for (const content of contents) acked.push(await sends(content));

  world.cloud.faults.clear();
  await world.cloud.settled();
  const sent = (await historyOf(bob, room)).filter(({ status }) => status === 'sent');
  expect(sent.map(({ content }) => content)).toEqual(contents);
  expect(sent.map(({ seq }) => seq)).toEqual(acked);
});

/** This test's own: earlier ones may have left something behind. */
const own = (bodies: readonly string[]) => bodies.filter((body) => JSON.parse(body).tenant === world.tenant);
const queue = () => world.cloud.queue('QueueredeliverqueueQueue');
const delayed = () => own(queue().delayed);
const inQueue = () => own(Object.values(queue()).flat());
const deadLetters = () => own(world.cloud.queue('QueueredeliverqueueDeadLetters').ready);

/** Instead of fifteen seconds. Once it has settled, so that nothing is in flight that would come back too soon. */
const redeliversEverySecond = async () => {
  await world.cloud.settled();
  const client = new SQSClient(world.cloud.clientConfig);
  const urls = world.cloud.functions.flatMap(({ environment }) => environment.REDELIVERY_QUEUE_URL ?? []);
  await client.send(new SetQueueAttributesCommand({ QueueUrl: urls[0], Attributes: { VisibilityTimeout: '1' } }));
  client.destroy();
};

const postsFail = (functionName: string, times?: number) =>
  world.cloud.faults.add({
    function: functionName,
    action: 'execute-api:ManageConnections',
    fault: { kind: 'error' },
    ...(times === undefined ? {} : { times }),
  });

describe('a post that fails', () => {
  /** An edit goes by the stream alone. */
  const edits = async ({ ada, room }: Awaited<ReturnType<typeof given>>) => {
    const { id } = await posts(ada, room, 'Helo!');
    await world.cloud.settled();
    postsFail('Stream/fanout');
    await ada.does('PATCH', `/api/messages/${id}`, { content: 'Hello!' });
  };

  it('reaches its client through the redelivery queue', async () => {
    const place = await given();
    await edits(place);

    const devices = [place.phone, place.bobsPhone, place.bobsTablet];
    const heard = await Promise.all(devices.map((device) => device.hearsEvent('message.updated')));
    for (const message of heard) expect(message).toMatchObject({ content: 'Hello!', version: 2 });
  });

  it('and fails there too is tried again', async () => {
    const place = await given();
    await redeliversEverySecond();
    postsFail('Queue/redeliver', 4);
    await edits(place);

    const devices = [place.phone, place.bobsPhone, place.bobsTablet];
    await Promise.all(devices.map((device) => device.hearsEvent('message.updated')));
    await expect.poll(inQueue, { timeout: 10_000 }).toEqual([]);
    expect(deadLetters()).toEqual([]);
  });

  it('strikes its connection off, should that be gone by the time it is tried again', async () => {
    const place = await given();
    nobodyHearsOfDisconnects();
    await ages('bob');
    await edits(place);
    await expect.poll(() => delayed().length, { timeout: 10_000 }).toBe(3);
    place.bobsPhone.socket.terminate();

    await place.bobsTablet.hearsEvent('message.updated');
    await expect.poll(() => listedOf('bob'), { timeout: 10_000 }).toHaveLength(1);
  });

  it('ends among the dead letters after five tries, without a word of content in the logs', async () => {
    const place = await given();
    await redeliversEverySecond();
    postsFail('Queue/redeliver');
    await edits(place);

    await expect.poll(() => deadLetters().length, { timeout: 30_000 }).toBe(3);
    for (const letter of deadLetters()) {
      expect(JSON.parse(letter)).toMatchObject({ tenant: world.tenant, frame: expect.stringContaining('Hello!') });
    }
    expect(world.logs.join('\n')).not.toContain('Hello!');
  }, 60_000);
});

describe('a client that vanishes as soon as it has come', () => {
  it('is not taken for gone yet', async () => {
    const { ada, bobsPhone, room } = await given();
    nobodyHearsOfDisconnects();
    bobsPhone.socket.terminate();
    await bobsPhone.isClosed();

    await posts(ada, room, 'Hello!');

    await expect.poll(() => delayed().length, { timeout: 10_000 }).toBe(1);
    expect(await listedOf('bob')).toHaveLength(2);
  });

  it('is struck off by the redelivery queue once it would long be there, and alarms nobody', async () => {
    const { ada, bobsPhone, bobsTablet, room } = await given();
    await redeliversEverySecond();
    nobodyHearsOfDisconnects();
    bobsPhone.socket.terminate();
    await bobsPhone.isClosed();
    // Four seconds before it is old enough: too young for the stream, unless that is late, and old enough within five tries.
    await ages('bob', 26);

    await posts(ada, room, 'Hello!');

    await bobsTablet.hearsEvent('message.new');
    await expect.poll(() => listedOf('bob'), { timeout: 20_000 }).toHaveLength(1);
    await expect.poll(inQueue, { timeout: 10_000 }).toEqual([]);
    expect(deadLetters()).toEqual([]);
    const lines = world.logs.map((line) => JSON.parse(line)).filter(({ operation }) => operation === 'redeliver');
    expect(lines.map(({ message }) => message)).toContain('done');
    expect(lines.filter(({ level }) => level === 'ERROR')).toEqual([]);
  }, 40_000);
});

describe('a token that ends while its connection is open', () => {
  it('lets commands be answered with token_expired, and the next event close the connection', async () => {
    const { ada, bobsPhone, room } = await given();
    const token = await world.cloud.issueToken({ user: 'bob', tenant: world.tenant, expiresInSeconds: -26 });
    // Four seconds are left, with what clocks may differ by.
    const shortLived = await (await world.person('bob')).connects({ token });
    const data = { conversationId: room.id, clientMessageId: 'c1', content: 'Hello!' };
    await expect
      .poll(async () => (await shortLived.asks('message.send', data)).data, { timeout: 60_000 })
      .toMatchObject({ code: 'token_expired' });

    const { content } = await posts(ada, room, 'Hello, Bob!');

    await bobsPhone.hearsEvent('message.new', (message) => message.content === content);
    expect(await shortLived.isClosed()).toMatchObject({ code: 1000 });
    await world.cloud.settled();
    expect(shortLived.heard('message.new')).toEqual([]);
    expect(await listedOf('bob')).toHaveLength(2);
  }, 60_000);

  it('closes it from the stream too', async () => {
    const { ada, bobsPhone, bobsTablet } = await given();
    await storedIn(world.cloud).endTokensOf(world.tenant, 'bob');
    await createsGroup(ada, [await world.person('bob')]);
    await Promise.all([bobsPhone.isClosed(), bobsTablet.isClosed()]);
    expect(bobsPhone.heard('conversation.new')).toHaveLength(1);
  });
});

describe.each([
  ['idle for too long', { idleSeconds: 1 }],
  ['older than the gateway allows', { lifetimeSeconds: 1 }],
] as const)('a connection that is %s', (_, limits: NonNullable<CloudOptions['limits']>) => {
  const shortly = aWorld({ limits });

  it('is closed as going away; its client connects again, catches up from history and misses nothing', async () => {
    const [ada, bob] = await Promise.all([shortly.person('ada'), shortly.person('bob')]);
    const room = await createsGroup(ada, [bob]);
    const first = await bob.connects();
    expect(await first.isClosed()).toMatchObject({ code: 1001 });
    await posts(ada, room, 'meanwhile');
    await shortly.cloud.settled();
    expect(await storedIn(shortly.cloud).connectionsOf(shortly.tenant, 'bob')).toEqual([]);

    expect(await historyOf(bob, room)).toMatchObject([{ content: 'meanwhile' }]);
    // On a busy machine it may be closed again before it hears anything, and comes back once more.
    for (let heard = false; !heard; ) {
      const next = await bob.connects();
      const { seq } = await posts(ada, room, 'now');
      const hears = () => next.heard('message.new').some((message) => message.seq === seq);
      await next.until(() => hears() || next.closed !== undefined, 'the message or the end');
      heard = hears();
    }
  });
});
