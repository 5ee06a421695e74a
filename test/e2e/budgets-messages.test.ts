/** What sending, changing and reading messages may cost: docs/budgets.md. */
import { randomUUID } from 'node:crypto';
import pMap from 'p-map';
import { expect, it } from 'vitest';
import { summarise } from '../../infra/local/aws/meter.ts';
import type { MeteredCall } from '../../infra/local/ports.ts';
import { rememberedNumbers } from '../../shared/domain/recent-sends.ts';
import type { ShownMessage } from '../../shared/protocol/message.ts';
import { atATime, budgetsIn, figures, isPost, upTo } from '../support/budgets.ts';
import type { Person } from '../support/person.ts';
import { createsGroup, posts, says } from '../support/room.ts';
import { aWorld } from '../support/world.ts';

const world = aWorld();
const { aLargeRoom, costOf, people } = budgetsIn(world);

it.each(['WebSocket/message-send', 'Http/messages-create'])(
  'a send (%s): four round trips, at most 4 write and 2 read units',
  async (name) => {
    const { ada, bob, room } = await aLargeRoom();
    const [phone, bobs] = [await ada.connects(), await bob.connects()];
    const send = (who: Person, device: typeof phone) =>
      name.startsWith('Http') ? posts(who, room, 'Hello!') : says(device, room, 'Hello!');
    await send(ada, phone);

    // The first of a user whom the instance has not seen, and one of whom it has.
    for (const [who, device] of [
      [bob, bobs],
      [bob, bobs],
      [ada, phone],
    ] as const) {
      await send(who, device);
      const cost = costOf(name);
      expect(cost.roundTrips).toBe(4);
      expect(cost.writeUnits).toBeLessThanOrEqual(4);
      expect(cost.readUnits).toBeLessThanOrEqual(2);
    }
  },
);

it.each(['WebSocket/message-send', 'Http/messages-create'])(
  'a send that says what its sender knew (%s): three round trips, at most 3 write and 1½ read units',
  async (name) => {
    const { ada, room } = await aLargeRoom();
    const phone = await ada.connects();
    for (let afterSeq = 0; afterSeq < 20; afterSeq += 1) {
      const draft = { clientMessageId: randomUUID(), content: 'Hello!', afterSeq };
      if (name.startsWith('Http')) await ada.does('POST', `/api/conversations/${room.id}/messages`, draft);
      else await phone.does('message.send', { conversationId: room.id, ...draft }, 'message.sent');
      const { roundTrips, writeUnits, readUnits } = costOf(name);
      expect({ roundTrips, writeUnits, readUnits }).toEqual({ roundTrips: 3, writeUnits: 3, readUnits: 1.5 });
    }
  },
);

it('a send of somebody who is far behind: five round trips, at most 4 write units', async () => {
  const { ada, bob, room } = await aLargeRoom();
  for (let i = 0; i <= rememberedNumbers; i += 1) await posts(bob, room, 'Hello!');

  await posts(ada, room, 'I was away.', { afterSeq: 0 });

  const { roundTrips, writeUnits, readUnits } = costOf('Http/messages-create');
  expect(roundTrips).toBe(5);
  expect(writeUnits).toBeLessThanOrEqual(4);
  expect(readUnits).toBeLessThanOrEqual(5.5 + 2);
});

it('a send with a fast lane: who listens is looked up beside it, and posts and mark come after it', async () => {
  const [ada, bob] = [await world.person('ada'), await world.person('bob')];
  const [phone] = [await ada.connects(), await ada.connects(), await bob.connects()];
  const room = await createsGroup(ada, [bob]);
  await says(phone, room, 'first');

  await says(phone, room, 'second');

  const { calls } = costOf('WebSocket/message-send');
  const lookUps = calls.filter(
    ({ action, depth }) => action === 'dynamodb:Query' || (action === 'dynamodb:BatchGetItem' && depth > 1),
  );
  expect(lookUps.map(({ action }) => action)).toEqual(['dynamodb:Query', 'dynamodb:BatchGetItem']);
  expect(lookUps[0]?.depth, 'as soon as it is known that she may send').toBe(2);
  const others = calls.filter((call) => !lookUps.includes(call));
  const [post] = others.filter(isPost);
  const stored = others.findLast(({ action, depth }) => action === 'dynamodb:PutItem' && depth < (post?.depth ?? 0));
  const isAfter = ({ depth }: MeteredCall) => depth > (stored?.depth ?? 0);
  expect(summarise(others.filter(isAfter)).actions).toEqual({
    'execute-api:ManageConnections': 2,
    'dynamodb:PutItem': 1,
  });
  const send = others.filter((call) => !isAfter(call));
  // A look-up that was answered quickly makes what follows look deeper; each step of the send is one call, but for the first.
  expect(new Set(send.map(({ depth }) => depth)).size).toBe(4);
  expect(summarise(send).writeUnits).toBeLessThanOrEqual(4);
  expect(summarise(send).readUnits).toBeLessThanOrEqual(2);
});

it('a quote: half a read unit more', async () => {
  const { ada, room } = await aLargeRoom();
  const first = await posts(ada, room, 'Lunch?');
  const plain = costOf('Http/messages-create');

  await posts(ada, room, 'Yes', { replyTo: first.id });

  const { roundTrips, readUnits, writeUnits } = costOf('Http/messages-create');
  expect({ roundTrips, readUnits, writeUnits }).toEqual({ ...figures(plain), readUnits: plain.readUnits + 0.5 });
});

it('deleting a message for oneself: what the item costs, and the inbox’s note of the newest', async () => {
  const { ada, room } = await aLargeRoom();
  const [older, newer] = [await posts(ada, room, 'older'), await posts(ada, room, 'newer')];

  for (const [message, writeUnits] of [
    [newer, 6],
    [older, 3],
    [older, 0],
  ] as const) {
    await ada.does('POST', `/api/messages/${message.id}/hide`);
    expect(costOf('Http/messages-hide').writeUnits).toBe(writeUnits);
  }
});

it('an edit, with what the message was before: three round trips, at most 9 write units', async () => {
  const { ada, room } = await aLargeRoom();
  const message = await posts(ada, room, 'helo');

  await ada.does('PATCH', `/api/messages/${message.id}`, { content: 'hello' });

  const { roundTrips, writeUnits } = costOf('Http/messages-update');
  expect(roundTrips).toBe(3);
  expect(writeUnits).toBeLessThanOrEqual(9);
});

it('a send in slow mode: one write more, and no round trip where it is known to be slow', async () => {
  const [ada, bob, cyd] = await people(3, 'slow');
  if (!ada || !bob || !cyd) throw new Error('There is nobody.');
  const others = [bob, cyd, ...(await people(9, 'silent'))];
  const room = await createsGroup(ada, others, { settings: { slowModeSeconds: 60 } });
  await posts(bob, room, 'Hello!');

  await posts(cyd, room, 'Hello!');
  const cost = costOf('Http/messages-create');
  expect(cost.roundTrips).toBe(4);
  expect(cost.writeUnits).toBeLessThanOrEqual(5);
  expect(cost.readUnits).toBeLessThanOrEqual(2);

  await bob.isRefused('rate_limited', 'POST', `/api/conversations/${room.id}/messages`, {
    clientMessageId: 'too-soon',
    content: 'Hello!',
  });
  expect(costOf('Http/messages-create')).toMatchObject({ roundTrips: 1 });
});

it('a repeated send: fewer', async () => {
  const { ada, room } = await aLargeRoom();
  await posts(ada, room, 'Hello!', { clientMessageId: 'c1' });
  await posts(ada, room, 'Hello!', { clientMessageId: 'c1' });
  expect(costOf('Http/messages-create').roundTrips).toBeLessThanOrEqual(3);
});

it('a history page of 50 with the people in it: two round trips, as DynamoDB charges the bytes', async () => {
  const { ada, room } = await aLargeRoom();
  const service = await world.service();
  await pMap(upTo(60), () => posts(service, room, 'Hello!'), atATime);

  const page = await ada.does<{ messages: unknown[] }>('GET', `/api/conversations/${room.id}/messages?limit=50`);

  expect(page.messages).toHaveLength(50);
  const { roundTrips, readUnits, writeUnits, calls } = costOf('Http/messages-list');
  expect({ roundTrips, writeUnits, calls: calls.length }).toEqual({ roundTrips: 2, writeUnits: 0, calls: 6 });
  // 50 messages of some 700 bytes, 3 items around them, what she has deleted for herself, and threads and how far she has read them;
  // half a unit for the sender. Nobody has reacted.
  expect(readUnits).toBeLessThanOrEqual(12.5);
});

it('a history page of 50 to which many have reacted: still two round trips, and no call for each message', async () => {
  const { ada, bob, room } = await aLargeRoom();
  const service = await world.service();
  const messages = await pMap(upTo(50), () => posts(service, room, 'Hello!'), atATime);
  const reactions = messages.flatMap(({ id }) => [ada, bob].map((who) => ({ who, id })));
  await pMap(reactions, ({ who, id }) => who.does('POST', `/api/messages/${id}/reactions`, { emoji: '👍' }), atATime);

  const page = await ada.does<{ messages: ShownMessage[] }>('GET', `/api/conversations/${room.id}/messages?limit=50`);

  expect(page.messages.map(({ myReactions }) => myReactions)).toEqual(messages.map(() => ['👍']));
  const { roundTrips, readUnits, writeUnits, calls } = costOf('Http/messages-list');
  expect({ roundTrips, writeUnits, calls: calls.length }).toEqual({ roundTrips: 3, writeUnits: 0, calls: 8 });
  // 50 more items of some 150 bytes, by consistent reads, and the profiles of the sender and of those whom they name.
  expect(readUnits).toBeLessThanOrEqual(17.5);
});

it('one message with its reactions and its thread: one round trip, and another for what it quotes', async () => {
  const { ada, bob, room } = await aLargeRoom();
  const { id } = await posts(ada, room, 'Hello!');
  await bob.does('POST', `/api/messages/${id}/reactions`, { emoji: '👍' });

  expect(await bob.does('GET', `/api/messages/${id}`)).toMatchObject({ myReactions: ['👍'] });

  const cost = costOf('Http/messages-get');
  expect(cost).toMatchObject({ roundTrips: 1, writeUnits: 0, actions: { 'dynamodb:BatchGetItem': 1 } });
  expect(cost.readUnits).toBeLessThanOrEqual(8);

  const answer = await posts(bob, room, 'Hello you!', { replyTo: id });
  await ada.does('GET', `/api/messages/${answer.id}`);
  expect(costOf('Http/messages-get')).toMatchObject({ roundTrips: 2, writeUnits: 0 });
});

it.each(['WebSocket/reaction', 'Http/reactions'])(
  'a reaction (%s-add and -remove): two round trips, at most 4 write units; repeated, none',
  async (door) => {
    const { ada, bob, room } = await aLargeRoom();
    const { id: messageId } = await posts(ada, room, 'Hello!');
    await bob.does('POST', `/api/messages/${messageId}/reactions`, { emoji: '👍' });
    const phone = await ada.connects();
    const path = `/api/messages/${messageId}/reactions`;
    const [add, remove] = door.startsWith('Http')
      ? [() => ada.does('POST', path, { emoji: '❤️' }), () => ada.does('DELETE', `${path}/${encodeURIComponent('❤️')}`)]
      : [
          () => phone.does('reaction.add', { messageId, emoji: '❤️' }, 'reaction.added'),
          () => phone.does('reaction.remove', { messageId, emoji: '❤️' }, 'reaction.removed'),
        ];

    for (const [act, name] of [
      [add, `${door}-add`],
      [remove, `${door}-remove`],
    ] as const) {
      await act();
      const cost = costOf(name);
      expect({ roundTrips: cost.roundTrips, writeUnits: cost.writeUnits }).toEqual({ roundTrips: 2, writeUnits: 4 });
      expect(cost.readUnits).toBeLessThanOrEqual(6);
      await act();
      expect(costOf(name)).toMatchObject({ roundTrips: 1, writeUnits: 0 });
    }
  },
);

it('fan-out of a reaction: filed with one write unit, beside who is a member', async () => {
  const { ada, bob, room } = await aLargeRoom();
  const { id: messageId } = await posts(ada, room, 'Hello!');
  const bobs = await bob.connects();
  await world.cloud.settled();
  world.cloud.meter.reset();

  await ada.does('POST', `/api/messages/${messageId}/reactions`, { emoji: '👍' });
  await bobs.hearsEvent('reaction.added');
  await world.cloud.settled();

  const runs = world.cloud.meter.calls({ function: 'Stream/fanout' });
  const { roundTrips, writeUnits } = summarise(runs.filter((call) => !isPost(call)));
  expect({ roundTrips, writeUnits }).toEqual({ roundTrips: 2, writeUnits: 1 });
});

it('a message that mentions somebody: a send, and half a unit for each name; a plain one wakes nobody who counts', async () => {
  const { ada, bob, room } = await aLargeRoom();
  await posts(ada, room, 'Hello!');
  const plain = costOf('Http/messages-create');
  await world.cloud.settled();
  expect(world.cloud.meter.calls({ function: 'Queue/mention-count' })).toEqual([]);

  await posts(ada, room, 'Hello @bob, @nobody!');
  const { roundTrips, readUnits, writeUnits } = costOf('Http/messages-create');
  expect({ roundTrips, readUnits, writeUnits }).toEqual({ ...figures(plain), readUnits: plain.readUnits + 1 });
  await world.cloud.settled();
  // Looked at, noted, looked at again.
  expect(figures(costOf('Queue/mention-count'))).toEqual({ roundTrips: 3, readUnits: 2, writeUnits: 2 });
  expect(await bob.does('GET', `/api/conversations/${room.id}`)).toMatchObject({ mentionCount: 1 });
});
