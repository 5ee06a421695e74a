import { expect, it } from 'vitest';
import type { Device } from '../support/device.ts';
import { createsGroup, posts, says } from '../support/room.ts';
import { aWorld } from '../support/world.ts';

const world = aWorld();

/** @param silent members without a device: ten of them, and the sender leaves delivery to the stream */
const given = async ({ silent = 0 } = {}) => {
  const [ada, bob] = await Promise.all([world.person('ada'), world.person('bob')]);
  const others = await Promise.all(Array.from({ length: silent }, (_, i) => world.person(`silent-${i}`)));
  const [phone, bobs] = await Promise.all([ada.connects(), bob.connects()]);
  const room = await createsGroup(ada, [bob, ...others]);
  await bobs.hearsEvent('conversation.new');
  return { ada, bob, phone, bobs, room };
};

/** The numbers in the order in which they were first heard. */
const numbersHeard = (device: Device) => [...new Set(device.heard('message.new').map(({ seq }) => seq))];

const streamIsSlow = (ms = 400) =>
  world.cloud.faults.add({ function: 'Stream/fanout', batch: { delay: { probability: 1, ms } } });

it.each([
  ['the sender posts them itself', 0],
  ['the stream delivers them', 10],
])('delivers one sender’s messages in their order, whichever way they are sent (%s)', async (_, silent) => {
  const { ada, phone, bobs, room } = await given({ silent });

  for (let i = 1; i <= 10; i += 1) {
    if (i % 2) await says(phone, room, String(i));
    else await posts(ada, room, String(i));
  }

  await bobs.hearsEvent('message.new', ({ seq }) => seq === 10);
  expect(numbersHeard(bobs)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});

it('puts all events of one stream batch that go to one connection into one frame, in order', async () => {
  const { ada, phone, bobs, room } = await given({ silent: 10 });
  await world.cloud.settled();
  const raw: { event: string; data: { events: unknown[] } }[] = [];
  bobs.socket.on('message', (data) => raw.push(JSON.parse(String(data))));
  streamIsSlow();

  for (let i = 1; i <= 8; i += 1) await says(phone, room, String(i));
  await phone.does('message.edit', { messageId: `${room.id}.1`, content: 'one' }, 'message.updated');
  await ada.does('PATCH', `/api/conversations/${room.id}`, { title: 'Hall' });

  await bobs.hearsEvent('conversation.updated');
  const [batch] = raw.filter(({ event }) => event === 'batch');
  expect(batch?.data.events.length).toBeGreaterThan(1);
  expect(raw.length).toBeLessThan(10);
  expect(bobs.frames.map(({ event }) => event).filter((event) => event !== 'presence.update')).toEqual([
    'conversation.new',
    ...Array.from({ length: 8 }, () => 'message.new'),
    'message.updated',
    'conversation.updated',
  ]);
  expect(numbersHeard(bobs)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});

it('leaves a connection’s own messages out of its batches', async () => {
  const { phone, bobs, room } = await given({ silent: 10 });
  streamIsSlow();

  for (let i = 1; i <= 3; i += 1) {
    await says(phone, room, `ada ${i}`);
    await says(bobs, room, `bob ${i}`);
  }

  await phone.hearsEvent('message.new', ({ content }) => content === 'bob 3');
  await bobs.hearsEvent('message.new', ({ content }) => content === 'ada 3');
  await world.cloud.settled();
  await Promise.all([phone.catchesUp(), bobs.catchesUp()]);
  expect(phone.heard('message.new').map(({ senderId }) => senderId)).toEqual(['bob', 'bob', 'bob']);
  expect(bobs.heard('message.new').map(({ senderId }) => senderId)).toEqual(['ada', 'ada', 'ada']);
});

it('splits what is too much for one frame into as few as it takes', async () => {
  const { ada, bobs, room } = await given({ silent: 10 });
  await world.cloud.settled();
  const sizes: number[] = [];
  bobs.socket.on('message', (data) => sizes.push(String(data).length));
  streamIsSlow(800);

  // 4,000 characters of 4 bytes each; nine of them are more than a frame holds.
  await Promise.all(Array.from({ length: 9 }, () => posts(ada, room, '🦜'.repeat(4_000))));

  await bobs.until(() => numbersHeard(bobs).length === 9, 'all of them');
  expect(sizes.length).toBeLessThan(9);
  expect(bobs.closed).toBeUndefined();
});

it('lets duplicated and delayed batches lead to nothing but duplicates, which clients drop by (conversationId, seq, rev)', async () => {
  const { phone, bobs, room } = await given({ silent: 10 });
  world.cloud.faults.add({
    function: 'Stream/fanout',
    batch: { duplicate: 1, delay: { probability: 0.5, ms: 100 } },
  });

  for (let i = 1; i <= 5; i += 1) await says(phone, room, String(i));
  await phone.does('message.edit', { messageId: `${room.id}.2`, content: 'two' }, 'message.updated');
  await phone.does('message.delete', { messageId: `${room.id}.3` }, 'message.deleted');
  await world.cloud.settled();
  await bobs.catchesUp();

  const states = [...bobs.heard('message.new'), ...bobs.heard('message.updated'), ...bobs.heard('message.deleted')];
  const distinct = new Map(states.map((one) => [`${one.conversationId} ${one.seq} ${one.rev}`, one]));
  expect(states.length).toBeGreaterThan(distinct.size);
  expect([...distinct.values()].map(({ seq, rev, content }) => [seq, rev, content])).toEqual([
    [1, 0, '1'],
    [2, 0, '2'],
    [3, 0, '3'],
    [4, 0, '4'],
    [5, 0, '5'],
    [2, 1, 'two'],
    [3, 2, null],
  ]);
  for (const one of states) expect(one).toEqual(distinct.get(`${one.conversationId} ${one.seq} ${one.rev}`));
});
