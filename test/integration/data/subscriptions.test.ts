import { expect, it } from 'vitest';
import { shardOf } from '../../../shared/domain/large-rooms.ts';
import { aParley, numbers, refusalOf } from './parley.ts';

const parley = aParley({ groupSize: 1_000, largeRoomAbove: 4, shardSize: 2 });

const silent = (count: number) => numbers(count).map((n) => `silent-${n}`);
const aRoom = (count = 8) => parley.aGroup(['ada', 'bob', ...silent(count - 2)]);

const on = (user: string, connectionId: string) => parley.caller(user, { connectionId });
const subscribes = (user: string, connectionId: string, room: string, instance = parley.instance) =>
  instance.subscriptions.add(on(user, connectionId), room);

/** Every connection that listens, with its shard. */
const listening = async (room: string): Promise<string[]> => {
  const { shards } = await parley.stateOf(room);
  const found = await Promise.all(
    Array.from({ length: shards }, (_, shard) =>
      parley.instance.subscriptions.inShard(parley.given.tenant, room, shard),
    ),
  );
  return found.flatMap((some, shard) => some.map(({ user, id }) => `${user} ${id} in ${shard}`)).sort();
};

const adds = async (room: string, users: string[]) =>
  parley.instance.members.add(await parley.placeOf('ada', room), users, 'member');
const removes = async (room: string, user: string) =>
  parley.instance.members.remove(await parley.placeOf('ada', room), user);
const revokes = async (room: string, user: string, rev: number) =>
  parley.instance.subscriptions.revoke(parley.given.tenant, room, {
    user,
    rev,
    shards: (await parley.stateOf(room)).shards,
  });

it('lists a connection in its user’s shard, until its token or its longest life ends', async () => {
  const room = await aRoom();
  await parley.says('ada', room, 'hello');
  const { expiresAt, ...answer } = await subscribes('bob', 'b1', room);

  expect(answer).toEqual({ live: 'subscribed', seq: 1, rev: 0 });
  expect(Date.parse(String(expiresAt)) - parley.given.clock.now().getTime()).toBe(3_600_000);
  expect(await listening(room)).toEqual([`bob b1 in ${shardOf('bob', 4)}`]);
  const [found] = await parley.instance.subscriptions.inShard(parley.given.tenant, room, shardOf('bob', 4));
  expect(found).toMatchObject({ id: 'b1', user: 'bob', joinedSeq: 0, expiresAt: Date.parse(String(expiresAt)) / 1000 });
});

it('moves it to the new shard when it subscribes again after the room has grown, and takes it out of either', async () => {
  const room = await aRoom();
  await subscribes('bob', 'b1', room);
  await adds(
    room,
    silent(40).map((one) => `more-${one}`),
  );
  expect((await parley.stateOf(room)).shards).toBe(32);
  expect(await listening(room), 'it is still heard in the old one').toHaveLength(1);

  await subscribes('bob', 'b1', room);
  expect(await listening(room)).toEqual([`bob b1 in ${shardOf('bob', 32)}`]);

  const place = await parley.instance.places.placeOf(on('bob', 'b1'), room);
  for (const _ of numbers(2)) await parley.instance.subscriptions.remove(place);
  expect(await listening(room)).toEqual([]);
});

it('ends all of a member’s with the membership, and nobody else’s, wherever they are', async () => {
  const room = await aRoom();
  for (const id of ['b1', 'b2']) await subscribes('bob', id, room);
  await adds(
    room,
    silent(40).map((one) => `more-${one}`),
  );
  await adds(room, ['bo', 'bobby', 'bob#b1']);
  for (const [user, id] of [
    ['bob', 'b3'],
    ['bo', 'x1'],
    ['bobby', 'x2'],
    ['bob#b1', 'x3'],
  ] as const) {
    await subscribes(user, id, room);
  }

  await removes(room, 'bob');

  expect((await listening(room)).map((one) => one.split(' in ')[0])).toEqual(['bo x1', 'bob#b1 x3', 'bobby x2']);
});

it('lets those stay who came back and subscribed anew, however late the end of before is told', async () => {
  const room = await aRoom();
  await subscribes('bob', 'b1', room);
  await removes(room, 'bob');
  const { rev } = await parley.stateOf(room);
  await adds(room, ['bob']);
  await subscribes('bob', 'b2', room);

  for (const _ of numbers(2)) await revokes(room, 'bob', rev);

  expect((await listening(room)).map((one) => one.split(' in ')[0])).toEqual(['bob b2']);
});

it('holds only while the membership is the one that was found', async () => {
  const room = await aRoom();
  let removed = false;
  const meanwhile = parley.through(async ({ name }, pass) => {
    if (name === 'TransactWriteItems' && !removed) {
      removed = true;
      await removes(room, 'bob');
    }
    return pass();
  });

  expect(await refusalOf(subscribes('bob', 'b1', room, meanwhile))).toBe('not_found');
  expect(removed).toBe(true);
  expect(await listening(room)).toEqual([]);
});

it('answers with a number below which everything was stored or is about to be, however busy the room is', async () => {
  const room = await aRoom();
  const busy = parley.through(async ({ name }, pass) => {
    const answer = await pass();
    if (name === 'TransactWriteItems') await parley.says('ada', room, 'right after');
    return answer;
  });
  expect(await subscribes('bob', 'b1', room, busy)).toMatchObject({ seq: 1 });
});

it('refuses moderators and services, who are no members, and deleted users', async () => {
  const room = await aRoom();
  for (const role of ['moderator', 'admin', 'service'] as const) {
    const caller = parley.caller('zoe', { roles: [role], connectionId: 'z1' });
    expect(await refusalOf(parley.instance.subscriptions.add(caller, room))).toBe('forbidden');
  }
  await parley.instance.users.remove(parley.given.tenant, 'bob');
  expect(await refusalOf(subscribes('bob', 'b1', room))).toBe('forbidden');
  expect(await listening(room)).toEqual([]);
});

it('forgets connections of one shard', async () => {
  const room = await aRoom();
  for (const [user, id] of [
    ['ada', 'a1'],
    ['bob', 'b1'],
  ] as const) {
    await subscribes(user, id, room);
  }
  const { tenant } = parley.given;
  const shard = shardOf('bob', 4);
  const found = await parley.instance.subscriptions.inShard(tenant, room, shard);
  const bobs = found.filter(({ user }) => user === 'bob');
  for (const _ of numbers(2)) await parley.instance.subscriptions.removeFromShard(tenant, room, shard, bobs);
  expect((await listening(room)).map((one) => one.split(' in ')[0])).toEqual(['ada a1']);
});
