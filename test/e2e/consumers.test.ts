/** From a message to what hears of it outside: the bus feeds both consumers with what the stream's publisher tells. */
import { expect, it, onTestFinished } from 'vitest';
import type { Message } from '../../shared/protocol/message.ts';
import { pushesOf, registers } from '../support/notifications.ts';
import { Receiver } from '../support/receiver.ts';
import { createsGroup, posts } from '../support/room.ts';
import { aWorld } from '../support/world.ts';

const world = aWorld({ fed: ['notify', 'webhook-dispatch'] });

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
