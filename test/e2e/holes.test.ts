/** A number whose send died on its way: who reads closes it, once it is old enough. */
import { expect, it } from 'vitest';
import type { Message } from '../../shared/protocol/message.ts';
import { insistsOn } from '../support/persistence.ts';
import { createsGroup, historyOf, inboxOf, says } from '../support/room.ts';
import { storedIn } from '../support/stored.ts';
import { aWorld } from '../support/world.ts';

const world = aWorld();

const given = async () => {
  const [ada, bob] = await Promise.all([world.person('ada'), world.person('bob')]);
  const [phone, bobs] = await Promise.all([ada.connects(), bob.connects()]);
  const room = await createsGroup(ada, [bob]);
  const stored = storedIn(world.cloud);
  return {
    ada,
    bob,
    phone,
    bobs,
    room,
    leaveAHole: () => stored.takeNumber(world.tenant, room, 'ada', 'never stored'),
    timePasses: () => stored.age(world.tenant, room),
  };
};

const shapeOf = (history: Message[]) => history.map(({ seq, status, content }) => [seq, status, content]);
const noMessage = { senderId: null, clientMessageId: null, content: null, attachments: [] };

it('lets a reader see a fresh hole as a missing number, and close an old one, of which all live clients learn', async () => {
  const { bob, phone, bobs, room, leaveAHole, timePasses } = await given();
  await says(phone, room, 'one');
  await leaveAHole();
  await says(phone, room, 'three');
  expect((await historyOf(bob, room)).map(({ seq }) => seq)).toEqual([1, 3]);

  await timePasses();
  expect(shapeOf(await historyOf(bob, room))).toEqual([
    [1, 'sent', 'one'],
    [2, 'void', null],
    [3, 'sent', 'three'],
  ]);

  for (const device of [phone, bobs]) {
    const told = await device.hearsEvent('message.deleted', ({ seq }) => seq === 2);
    expect(told).toMatchObject({ status: 'void', rev: 0, ...noMessage });
  }
});

it('closes a hole once, however many read at once, and shows all of them the same', async () => {
  const { bob, bobs, room, leaveAHole, timePasses } = await given();
  for (let i = 0; i < 3; i += 1) await leaveAHole();
  await timePasses();

  const read = await Promise.all(Array.from({ length: 6 }, () => historyOf(bob, room)));

  for (const history of read)
    expect(history.map(({ seq, status }) => [seq, status])).toEqual([1, 2, 3].map((seq) => [seq, 'void']));
  expect(await historyOf(bob, room)).toEqual(read[0]);
  await world.cloud.settled();
  await bobs.catchesUp();
  expect(
    bobs
      .heard('message.deleted')
      .map(({ seq }) => seq)
      .sort(),
  ).toEqual([1, 2, 3]);
});

it('shows the newest message that there is in the inbox again, once the number behind it turned out to be void', async () => {
  const { bob, phone, room, leaveAHole, timePasses } = await given();
  await says(phone, room, 'one');
  await leaveAHole();
  expect(await inboxOf(bob)).toMatchObject([{ seq: 2, lastMessage: { content: 'never stored' } }]);

  await timePasses();
  await historyOf(bob, room);

  expect(await inboxOf(bob)).toMatchObject([
    { seq: 2, lastMessage: { seq: 1, messageId: `${room.id}.1`, content: 'one', senderId: 'ada' } },
  ]);
});

it('shows no message in the inbox where no number came to one', async () => {
  const { bob, room, leaveAHole, timePasses } = await given();
  await leaveAHole();
  await timePasses();

  expect(shapeOf(await historyOf(bob, room))).toEqual([[1, 'void', null]]);
  expect(await inboxOf(bob)).toMatchObject([{ seq: 1, lastMessage: null }]);
});

it('gives a late sender, whose number was closed meanwhile, a new one, and keeps to it', async () => {
  const { bob, phone, bobs, room, timePasses } = await given();
  const wish = { conversation: room, content: 'late', clientMessageId: 'c1' };
  // The receipt is written, the message is not.
  world.cloud.faults.add({
    function: 'WebSocket/message-send',
    action: 'dynamodb:PutItem',
    times: 1,
    fault: { kind: 'crash-after' },
  });
  phone.sendsRaw(
    JSON.stringify({
      event: 'message.send',
      data: { conversationId: room.id, clientMessageId: 'c1', content: 'late' },
    }),
  );
  await phone.hears((frame) => 'requestId' in frame, 'the gateway’s refusal');
  await timePasses();
  expect(shapeOf(await historyOf(bob, room))).toEqual([[1, 'void', null]]);

  const acked = await insistsOn(phone, wish);
  expect(acked).toMatchObject({ seq: 2, attempts: 1 });
  expect(await insistsOn(phone, wish)).toEqual(acked);

  await bobs.hearsEvent('message.new', ({ seq }) => seq === 2);
  expect(shapeOf(await historyOf(bob, room))).toEqual([
    [1, 'void', null],
    [2, 'sent', 'late'],
  ]);
  expect(await inboxOf(bob)).toMatchObject([{ seq: 2, lastMessage: { seq: 2, content: 'late' } }]);
});

it('treats a void as no message: it cannot be fetched, edited, deleted or counted as somebody’s', async () => {
  const { ada, bob, phone, room, leaveAHole, timePasses } = await given();
  await leaveAHole();
  await timePasses();
  await historyOf(bob, room);
  const messageId = `${room.id}.1`;

  expect((await ada.asks('GET', `/api/messages/${messageId}`)).status).toBe(404);
  expect(await phone.isRefused('message.edit', { messageId, content: 'mine' })).toMatchObject({ code: 'not_found' });
  expect(await phone.isRefused('message.delete', { messageId })).toMatchObject({ code: 'not_found' });
});

it('closes holes wherever they are when five seconds have really passed', async () => {
  const places = await Promise.all([given(), given(), given()]);
  const [atTheEnd, inTheMiddle, atTheBeginning] = places;
  await Promise.all([
    says(atTheEnd.phone, atTheEnd.room, 'here').then(atTheEnd.leaveAHole),
    says(inTheMiddle.phone, inTheMiddle.room, 'here')
      .then(inTheMiddle.leaveAHole)
      .then(() => says(inTheMiddle.phone, inTheMiddle.room, 'here')),
    atTheBeginning.leaveAHole().then(() => says(atTheBeginning.phone, atTheBeginning.room, 'here')),
  ]);
  const statuses = () =>
    Promise.all(places.map(async ({ bob, room }) => (await historyOf(bob, room)).map(({ status }) => status)));

  await expect.poll(statuses, { timeout: 15_000, interval: 500 }).toEqual([
    ['sent', 'void'],
    ['sent', 'void', 'sent'],
    ['void', 'sent'],
  ]);
});
