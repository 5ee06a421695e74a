import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { insistsOn, insistsOnPosting } from '../support/persistence.ts';
import { createsGroup, historyOf, inboxOf, posts, says } from '../support/room.ts';
import { aWorld } from '../support/world.ts';

const world = aWorld();

const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

it('numbers the messages of 50 concurrent senders 1 … n, loses and doubles none, and tells every member of all', async () => {
  const [senders, each] = [50, 4];
  const people = await Promise.all(upTo(senders).map((n) => world.person(`user-${n}`)));
  const devices = await Promise.all(people.map((person) => person.connects()));
  const [owner] = people;
  if (!owner) throw new Error('There is nobody.');
  const room = await createsGroup(owner, people.slice(1));

  const acked = await Promise.all(
    people.map(async (person, i) => {
      const own: { seq: number; content: string }[] = [];
      for (const n of upTo(each)) {
        const wish = { conversation: room, content: `${person.id} says ${n}` };
        const device = devices[i];
        const { seq } = device && n % 2 ? await insistsOn(device, wish) : await insistsOnPosting(person, wish);
        own.push({ seq, content: wish.content });
      }
      return own;
    }),
  );

  const total = senders * each;
  const numbered = await historyOf(owner, room);
  expect(numbered.map(({ seq }) => seq)).toEqual(upTo(numbered.length));
  // A send that a busy machine held up for seconds may have found its number closed, and have taken another.
  const history = numbered.filter(({ status }) => status !== 'void');
  expect(history).toHaveLength(total);
  const bySeq = acked.flat().sort((a, b) => a.seq - b.seq);
  expect(history.map(({ seq, content }) => ({ seq, content }))).toEqual(bySeq);

  await Promise.all(
    devices.map(async (device, i) => {
      const bySocket = new Set(acked[i]?.flatMap(({ seq }, n) => (n % 2 ? [] : [seq])));
      const rest = history.map(({ seq }) => seq).filter((seq) => !bySocket.has(seq));
      const heard = () => new Set(device.heard('message.new').map(({ seq }) => seq));
      await device.until(() => heard().size >= rest.length, 'every message of the others');
      expect([...heard()].sort((a, b) => a - b)).toEqual(rest);
    }),
  );
  const inbox = await inboxOf(owner);
  const newest = history.at(-1);
  expect(inbox).toMatchObject([{ seq: numbered.length, lastMessage: { seq: newest?.seq, content: newest?.content } }]);
}, 60_000);

const given = async () => {
  const [ada, bob] = await Promise.all([world.person('ada'), world.person('bob')]);
  const [phone, laptop, bobs] = await Promise.all([ada.connects(), ada.connects(), bob.connects()]);
  const room = await createsGroup(ada, [bob]);
  await bobs.hearsEvent('conversation.new');
  return { ada, bob, phone, laptop, bobs, room };
};

it('answers a repeated clientMessageId with the message first stored, over both ways and in another wording', async () => {
  const { ada, bob, phone, laptop, room } = await given();

  const first = await says(phone, room, 'Hello!', 'c1');
  expect(await says(phone, room, 'Hello!', 'c1')).toEqual(first);
  expect(await says(laptop, room, 'Hello?', 'c1')).toEqual(first);
  expect(await posts(ada, room, 'Hello!', { clientMessageId: 'c1' })).toMatchObject({
    id: first.messageId,
    seq: 1,
    content: 'Hello!',
  });

  expect(await historyOf(bob, room)).toMatchObject([{ seq: 1, content: 'Hello!' }]);
  expect(await inboxOf(bob)).toMatchObject([{ seq: 1, unreadCount: 1 }]);
});

it('takes the same clientMessageId of two senders, and in two conversations, for different messages', async () => {
  const { ada, bob, room } = await given();
  const other = await createsGroup(ada, [bob]);

  await posts(ada, room, 'one', { clientMessageId: 'c1' });
  await posts(bob, room, 'two', { clientMessageId: 'c1' });
  await posts(ada, other, 'three', { clientMessageId: 'c1' });

  expect(await historyOf(bob, room)).toMatchObject([{ content: 'one' }, { content: 'two' }]);
  expect(await historyOf(bob, other)).toMatchObject([{ content: 'three' }]);
});

it('stores one message of a clientMessageId that is sent six times at once, over both ways', async () => {
  const { ada, bob, phone, laptop, room } = await given();
  // Nobody writes a receipt before all have taken a number.
  world.cloud.faults.add({ action: 'dynamodb:PutItem', fault: { kind: 'delay', ms: 500 } });

  const sent = await Promise.all([
    ...[phone, laptop, phone].map((device) => says(device, room, 'Hello!', 'c1')),
    ...[...Array(3)].map(() => posts(ada, room, 'Hello!', { clientMessageId: 'c1' })),
  ]);

  const [seq] = new Set(sent.map((one) => one.seq));
  expect(sent.map((one) => one.seq)).toEqual(sent.map(() => seq));
  const history = await historyOf(bob, room);
  expect(history.map((message) => message.seq)).toEqual(upTo(history.length));
  expect(history.filter(({ content }) => content === 'Hello!')).toMatchObject([{ seq, clientMessageId: 'c1' }]);
  // The numbers that the slower ones had taken are closed already.
  expect(history.filter(({ status }) => status === 'void')).toHaveLength(history.length - 1);
  expect(history.length).toBeGreaterThan(1);
  const [own] = await inboxOf(bob);
  expect(own?.lastMessage).toMatchObject({ content: 'Hello!', seq, messageId: `${room.id}.${seq}` });
});

it('does not post a second time from the stream what the sender has posted and marked', async () => {
  const { phone, laptop, bobs, room } = await given();
  await world.cloud.settled();
  world.cloud.meter.reset();
  world.cloud.faults.add({ function: 'Stream/fanout', batch: { delay: { probability: 1, ms: 300 } } });

  for (const n of upTo(3)) await says(phone, room, String(n));
  await world.cloud.settled();
  await Promise.all([laptop.catchesUp(), bobs.catchesUp()]);

  const postsBy = (name: string) =>
    world.cloud.meter.calls({ function: name, action: 'execute-api:ManageConnections' }).length;
  expect({ sender: postsBy('WebSocket/message-send'), stream: postsBy('Stream/fanout') }).toEqual({
    sender: 3 * 2,
    stream: 0,
  });
  for (const device of [laptop, bobs]) expect(device.heard('message.new').map(({ seq }) => seq)).toEqual([1, 2, 3]);
});

it.each([
  ['its posts fail', { action: 'execute-api:ManageConnections', fault: { kind: 'error' } }],
  ['it may not look up who is there', { action: 'dynamodb:Query', fault: { kind: 'error' } }],
  ['it cannot set its mark', { action: 'dynamodb:UpdateItem', after: 2, fault: { kind: 'error' } }],
] as const)('acks and leaves delivery to the stream where the sender’s fast lane is broken: %s', async (_, rule) => {
  const { phone, laptop, bobs, room } = await given();
  world.cloud.faults.add({ function: 'WebSocket/message-send', ...rule });

  const { seq } = await says(phone, room, 'Hello!');

  await Promise.all([laptop, bobs].map((device) => device.hearsEvent('message.new', (one) => one.seq === seq)));
  await world.cloud.settled();
  expect(
    world.cloud.meter.calls({ function: 'Stream/fanout', action: 'execute-api:ManageConnections' }),
  ).not.toHaveLength(0);
});

it('delivers what was stored by a sender that died before it could tell anybody, even if it never comes back', async () => {
  const { phone, laptop, bobs, room } = await given();
  // Of the two puts, the receipt comes first.
  world.cloud.faults.add({
    function: 'WebSocket/message-send',
    action: 'dynamodb:PutItem',
    after: 1,
    times: 1,
    fault: { kind: 'crash-after' },
  });

  const data = { conversationId: room.id, clientMessageId: randomUUID(), content: 'Hello!' };
  phone.sendsRaw(JSON.stringify({ event: 'message.send', data }));

  await Promise.all([laptop, bobs].map((device) => device.hearsEvent('message.new')));
});

it.each([
  ['before it has read who is a member', { action: 'dynamodb:Query', fault: { kind: 'crash-before' } }],
  ['in the middle of its posts', { action: 'execute-api:ManageConnections', fault: { kind: 'crash-after' } }],
  ['after the last of them', { action: 'execute-api:ManageConnections', after: 1, fault: { kind: 'crash-after' } }],
] as const)('delivers to everybody although the stream’s reader dies %s', async (_, rule) => {
  const people = await Promise.all(upTo(12).map((n) => world.person(`user-${n}`)));
  const [ada, bob] = people;
  if (!ada || !bob) throw new Error('There is nobody.');
  const devices = await Promise.all([bob.connects(), bob.connects()]);
  const room = await createsGroup(ada, people.slice(1));
  await Promise.all(devices.map((device) => device.hearsEvent('conversation.new')));
  await world.cloud.settled();
  world.cloud.faults.add({ function: 'Stream/fanout', times: 1, ...rule });

  await posts(ada, room, 'Hello!');

  await Promise.all(devices.map((device) => device.hearsEvent('message.new')));
});
