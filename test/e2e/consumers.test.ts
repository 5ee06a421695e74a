/** From a message to what hears of it outside: the bus feeds both consumers with what the stream's publisher tells. */
import { expect, it, onTestFinished } from 'vitest';
import type { Message } from '../../shared/protocol/message.ts';
import { pushesOf, registers } from '../support/notifications.ts';
import { quickQueues } from '../support/queues.ts';
import { Receiver } from '../support/receiver.ts';
import { contentsOf, createsGroup, posts } from '../support/room.ts';
import { aWorld } from '../support/world.ts';

const world = aWorld({ fed: ['notify', 'webhook-dispatch', 'presence'] });

it('tells the phone of who is not there, and the tenant’s webhook, of a message that was posted', async () => {
  const [ada, bob, host] = [await world.person('ada'), await world.person('bob'), await world.service()];
  const receiver = await Receiver.open();
  onTestFinished(() => receiver.closes());
  await host.does('POST', '/api/webhooks', { url: receiver.url, eventTypes: ['message.created'] });
  await registers(bob, `phone-${world.tenant}`);
  const room = await createsGroup(ada, [bob]);

  const message = await posts(ada, room, 'Hello!');
  await world.cloud.settled();

  expect(pushesOf(world.cloud, room)).toMatchObject([{ title: 'Lobby' }]);
  const [delivery] = await receiver.hears(1);
  const shown: Message = await ada.does('GET', `/api/messages/${message.id}`);
  expect(delivery?.body).toMatchObject({
    type: 'message.created',
    actor: 'ada',
    conversationId: room.id,
    data: { message: { id: message.id, content: 'Hello!', createdAt: shown.createdAt } },
  });
});

it('lets the chat go on while every consumer fails, and tells them of everything once they are back', async () => {
  const [ada, bob, cyd, host] = await Promise.all([
    world.person('ada'),
    world.person('bob'),
    world.person('cyd'),
    world.service(),
  ]);
  // What a worker did not take comes back soon.
  await quickQueues(world.cloud);
  const receiver = await Receiver.open();
  onTestFinished(() => receiver.closes());
  await host.does('POST', '/api/webhooks', { url: receiver.url, eventTypes: ['message.created'] });
  await registers(cyd, `phone-${world.tenant}`);
  const room = await createsGroup(ada, [bob, cyd]);
  const phone = await bob.connects();
  await world.cloud.settled();
  const takeBack = world.cloud.faults.add({ function: /^Queue\/(notify|webhook)/, fault: { kind: 'crash-before' } });

  const contents = ['one', 'two', 'three', 'four', 'five'];
  const messages: Message[] = [];
  for (const content of contents) messages.push(await posts(ada, room, content));
  for (const { seq } of messages) await phone.hearsEvent('message.new', (one) => one.seq === seq);
  expect(await contentsOf(bob, room)).toEqual(contents);
  expect(receiver.received).toEqual([]);
  expect(pushesOf(world.cloud, room)).toEqual([]);

  takeBack();
  const ids = messages.map(({ id }) => id);
  const delivered = () => new Set(receiver.received.map(({ body }) => (body.data as { message: Message }).message.id));
  await expect.poll(() => [...delivered()].sort(), { timeout: 15_000 }).toEqual(ids.toSorted());
  const pushed = () => new Set(pushesOf(world.cloud, room).map(({ text }) => text));
  await expect.poll(() => pushed().size, { timeout: 15_000 }).toBe(contents.length);
}, 60_000);
