import { expect, it } from 'vitest';
import { contentsOf, createsGroup, inboxOf, says } from '../support/room.ts';
import { aWorld } from '../support/world.ts';

const world = aWorld();

it('lets two people chat over sockets and keeps what they said', async () => {
  const [ada, bob] = await Promise.all([world.person('ada'), world.person('bob')]);
  const [phone, laptop, bobs] = await Promise.all([ada.connects(), ada.connects(), bob.connects()]);

  const lobby = await createsGroup(ada, [bob]);
  await Promise.all(
    [phone, laptop, bobs].map((device) => device.hearsEvent('conversation.new', (one) => one.id === lobby.id)),
  );

  const sent = await says(phone, lobby, 'Hello, Bob!');
  expect(sent).toMatchObject({ seq: 1, messageId: `${lobby.id}.1` });
  await bobs.hearsEvent('message.new', (message) => message.content === 'Hello, Bob!' && message.senderId === 'ada');
  await laptop.hearsEvent('message.new', (message) => message.content === 'Hello, Bob!');

  await says(bobs, lobby, 'Hello, Ada!');
  await phone.hearsEvent('message.new', (message) => message.content === 'Hello, Ada!');

  await world.cloud.settled();
  expect(phone.heard('message.new').map((message) => message.seq)).not.toContain(1);
  expect(await contentsOf(bob, lobby)).toEqual(['Hello, Bob!', 'Hello, Ada!']);
  expect(await inboxOf(ada)).toMatchObject([
    { id: lobby.id, unreadCount: 1, lastMessage: { content: 'Hello, Ada!', senderId: 'bob' } },
  ]);
});
