import { describe, expect, it } from 'vitest';
import type { CallSummary } from '../../infra/local/aws/meter.ts';
import type { Conversation } from '../../shared/protocol/conversation.ts';
import type { Device } from '../support/device.ts';
import { createsDirect, createsGroup, says } from '../support/room.ts';
import { storedIn } from '../support/stored.ts';
import { tableContent } from '../support/table-content.ts';
import { aWorld } from '../support/world.ts';

const world = aWorld({ alone: true });

const given = async () => {
  const [ada, bob, cem] = await Promise.all([world.person('ada'), world.person('bob'), world.person('cem')]);
  const room = await createsGroup(ada, [bob, cem]);
  const [phone, tablet, bobs, cems] = await Promise.all([
    ada.connects(),
    ada.connects(),
    bob.connects(),
    cem.connects(),
  ]);
  await world.cloud.settled();
  return { ada, bob, cem, room, phone, tablet, bobs, cems };
};

type Room = Pick<Conversation, 'id'>;
const types = (device: Device, { id }: Room) => device.does('typing.start', { conversationId: id }, 'typing.started');
const stops = (device: Device, { id }: Room) => device.does('typing.stop', { conversationId: id }, 'typing.stopped');

/** What devices heard by now of somebody who types. */
const heardBy = async (...devices: Device[]) => {
  await Promise.all(devices.map((device) => device.catchesUp()));
  return devices.map((device) =>
    device.frames
      .filter(({ event, id }) => event.startsWith('typing.') && id === undefined)
      .map(({ event, data }) => `${(data as { userId: string }).userId} ${event}`),
  );
};

describe('somebody who types', () => {
  it('is shown to the other members for five seconds, and not on their own devices', async () => {
    const { room, phone, tablet, bobs, cems } = await given();
    const before = Date.now();

    const answer = await types(phone, room);

    const heard = await Promise.all([bobs, cems].map((device) => device.hearsEvent('typing.started')));
    expect(heard).toEqual([answer, answer]);
    expect(answer).toMatchObject({ conversationId: room.id, userId: 'ada' });
    expect(Date.parse(answer.expiresAt)).toBeGreaterThanOrEqual(before + 5_000);
    expect(await heardBy(tablet)).toEqual([[]]);
  });

  it('and stops is shown no more', async () => {
    const { room, phone, bobs, tablet } = await given();
    await types(phone, room);
    expect(await stops(phone, room)).toEqual({ conversationId: room.id, userId: 'ada' });
    expect(await heardBy(bobs, tablet)).toEqual([['ada typing.started', 'ada typing.stopped'], []]);
  });

  it('is passed on once in three seconds at most, on whichever device, and learns until when it is shown', async () => {
    const { room, phone, tablet, bobs } = await given();
    const answers = [];
    for (const device of [phone, phone, tablet, phone, tablet]) answers.push(await types(device, room));

    await bobs.catchesUp();
    const heard = bobs.heard('typing.started').map(({ expiresAt }) => Date.parse(expiresAt));
    // Were the machine so busy that they took longer, there were more of them.
    expect([...new Set(answers.map(({ expiresAt }) => Date.parse(expiresAt)))]).toEqual(heard);
    const gaps = heard.slice(1).map((at, i) => at - (heard[i] ?? 0));
    expect(gaps.filter((gap) => gap < 3_000)).toEqual([]);
  });

  it('is limited by themselves in that conversation alone', async () => {
    const { ada, bob, room, phone, bobs, cems } = await given();
    const other = await createsDirect(ada, bob);
    await types(phone, room);
    await types(phone, other);
    await types(bobs, room);
    expect(await heardBy(bobs, cems)).toEqual([
      ['ada typing.started', 'ada typing.started'],
      ['ada typing.started', 'bob typing.started'],
    ]);
  });

  it('is stored nowhere', async () => {
    const { room, phone, bobs } = await given();
    const before = await tableContent(world.cloud);
    await types(phone, room);
    await bobs.hearsEvent('typing.started');
    await stops(phone, room);
    expect(await tableContent(world.cloud)).toEqual(before);
  });

  it('loses nothing else when a post fails: it is dropped', async () => {
    const { room, phone, bobs, cems } = await given();
    world.cloud.faults.add({
      function: 'WebSocket/typing-start',
      action: 'execute-api:ManageConnections',
      fault: { kind: 'error' },
    });
    await types(phone, room);
    await says(phone, room, 'Hello!');
    await Promise.all([bobs, cems].map((device) => device.hearsEvent('message.new')));
    expect(await heardBy(bobs, cems)).toEqual([[], []]);
    expect(world.cloud.queue('QueueredeliverqueueQueue').delayed.filter((one) => one.includes('typing'))).toEqual([]);
  });

  it('tells connections that are gone nothing, and leaves them to others to strike off', async () => {
    const { room, phone, bobs, cems } = await given();
    world.cloud.faults.add({ function: 'WebSocket/disconnect', fault: { kind: 'crash-before' } });
    bobs.socket.terminate();
    await bobs.isClosed();
    await storedIn(world.cloud).ageConnectionsOf(world.tenant, 'bob');
    await types(phone, room);
    await cems.hearsEvent('typing.started');
    expect(await storedIn(world.cloud).connectionsOf(world.tenant, 'bob')).toHaveLength(1);
  });
});

describe('nobody hears of typing', () => {
  it('between two of whom one has blocked the other, in groups too', async () => {
    const { ada, bob, room, phone, bobs, cems } = await given();
    const direct = await createsDirect(ada, bob);
    await bob.does('PUT', '/api/me/blocks/ada');

    for (const place of [room, direct]) {
      await types(phone, place);
      await types(bobs, place);
    }

    expect(await heardBy(phone, bobs, cems)).toEqual([[], [], ['ada typing.started', 'bob typing.started']]);
  });

  it('of somebody who lets nobody know whether they are there', async () => {
    const { ada, bob, room, phone, bobs } = await given();
    await ada.does('PATCH', '/api/me', { preferences: { presence: 'nobody' } });
    await types(phone, room);
    await types(bobs, room);
    await phone.hearsEvent('typing.started', ({ userId }) => userId === bob.id);
    expect(await heardBy(bobs)).toEqual([[]]);
  });

  it('in a conversation of more than 256 members', async () => {
    const { ada, room, phone, bobs } = await given();
    const { put } = storedIn(world.cloud);
    const numbers = Array.from({ length: 254 }, (_, i) => i);
    await Promise.all(
      numbers.map((i) =>
        put({
          PK: `${world.tenant}#CONV#${room.id}`,
          SK: `MEMBER#crowd-${i}`,
          conversationId: room.id,
          userId: `crowd-${i}`,
          role: 'member',
        }),
      ),
    );
    expect(await types(phone, room)).toMatchObject({ userId: ada.id });
    expect(await heardBy(bobs)).toEqual([[]]);
  });
});

describe('refused with a typed error:', () => {
  it('what is no conversation of theirs, as if it were not there', async () => {
    const { room } = await given();
    const eve = await (await world.person('eve')).connects();
    const hidden = await eve.isRefused('typing.start', { conversationId: room.id });
    const absent = await eve.isRefused('typing.start', { conversationId: `g-${'A'.repeat(22)}` });
    expect(hidden).toEqual(absent);
    expect(hidden).toMatchObject({ code: 'not_found' });
    expect(await eve.isRefused('typing.stop', { conversationId: room.id })).toMatchObject({ code: 'not_found' });
  });

  it('plain members’ where admins post', async () => {
    const { ada, room, phone, bobs } = await given();
    await ada.does('PATCH', `/api/conversations/${room.id}`, { settings: { whoMayPost: 'admins' } });
    expect(await bobs.isRefused('typing.start', { conversationId: room.id })).toMatchObject({ code: 'forbidden' });
    await types(phone, room);
    expect(await bobs.hearsEvent('typing.started')).toMatchObject({ userId: 'ada' });
    expect(await bobs.isRefused('typing.stop', { conversationId: room.id })).toMatchObject({ code: 'forbidden' });
  });

  it.each([{}, { conversationId: 'x' }, { conversationId: 7 }, null, 'x'])('%j', async (data) => {
    const { phone } = await given();
    expect(await phone.isRefused('typing.start', data)).toMatchObject({ code: 'invalid_request' });
    expect(await phone.isRefused('typing.stop', data)).toMatchObject({ code: 'invalid_request' });
  });

  it('fields that nobody knows', async () => {
    const { phone, room } = await given();
    const error = await phone.isRefused('typing.start', { conversationId: room.id, text: 'dra' });
    expect(error).toMatchObject({ errors: [{ path: 'data.text', message: 'is not known here' }] });
  });

  it('a deleted user’s, on a connection that is open still', async () => {
    const { phone, room, bobs } = await given();
    world.cloud.faults.add({ function: 'Queue/user-removal', fault: { kind: 'crash-before' } });
    await (await world.service()).does('DELETE', '/api/users/ada');
    expect(await phone.isRefused('typing.start', { conversationId: room.id })).toMatchObject({ code: 'forbidden' });
    expect(await heardBy(bobs)).toEqual([[]]);
  });
});

it('costs one round trip and the posts, two where the instance has not seen the conversation lately; nothing is written', async () => {
  const { room, phone, bobs, cems } = await given();
  const isPost = ({ action }: { action: string }) => action === 'execute-api:ManageConnections';
  const cost = () => {
    const { calls } = world.cloud.meter.lastOf('WebSocket/typing-start') as CallSummary;
    const others = calls.filter((call) => !isPost(call));
    return {
      posts: calls.filter(isPost).length,
      roundTrips: Math.max(...others.map(({ depth }) => depth)),
      actions: [...new Set(others.map(({ action }) => action))].sort(),
    };
  };

  await types(phone, room);
  expect(cost()).toEqual({ posts: 2, roundTrips: 2, actions: ['dynamodb:BatchGetItem', 'dynamodb:Query'] });
  await types(bobs, room);
  expect(cost()).toEqual({ posts: 3, roundTrips: 1, actions: ['dynamodb:BatchGetItem'] });
  const isRepetition = async () => {
    const { expiresAt } = await types(bobs, room);
    world.cloud.meter.reset();
    return (await types(bobs, room)).expiresAt === expiresAt;
  };
  while (!(await isRepetition()));
  expect(world.cloud.meter.calls({ function: 'WebSocket/typing-start' })).toEqual([]);
  await types(cems, room);
  expect(world.cloud.meter.lastOf('WebSocket/typing-start')).toMatchObject({ writeUnits: 0 });
});
