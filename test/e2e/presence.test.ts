import pMap from 'p-map';
import { describe, expect, it } from 'vitest';
import { heartbeatKey, presenceKey } from '../../shared/data/keys.ts';
import type { Presence } from '../../shared/protocol/presence.ts';
import type { Person } from '../support/person.ts';
import { beats, enqueue, hearsOf, lastHeardOf, presenceOf, putOff, retriesSoon } from '../support/presence.ts';
import { aPresenceScene, hidden } from '../support/presence-scene.ts';
import { createsGroup, membersOf } from '../support/room.ts';
import { storedIn } from '../support/stored.ts';
import { walkOf } from '../support/walk.ts';
import { aWorld } from '../support/world.ts';

const world = aWorld({ alone: true, fed: ['presence'] });
const { settled, pausePasses, watchComes, ages, given, expectFetchAgrees } = aPresenceScene(world);

describe('somebody who connects', () => {
  it('is online to those who share a conversation with them, and to nobody else', async () => {
    const { ada, bob, eve, phone, room } = await given();
    const stranger = await eve.connects();

    await bob.connects();

    await hearsOf(phone, 'bob', 'online');
    expect(await expectFetchAgrees(ada, phone, 'bob')).toMatchObject({ status: 'online', lastSeenAt: null });
    await stranger.catchesUp();
    expect(lastHeardOf(stranger, 'bob')).toBeUndefined();
    expect(await presenceOf(eve, 'bob')).toEqual(hidden('bob'));
    const path = `/api/conversations/${room.id}/presence`;
    const { presences } = await ada.does<{ presences: Presence[] }>('GET', path);
    expect(presences.map(({ userId, status }) => `${userId} ${status}`)).toEqual(['ada online', 'bob online']);
  });

  it('with a second device is told of once', async () => {
    const { bob, phone } = await given();
    await bob.connects();
    await hearsOf(phone, 'bob', 'online');
    await bob.connects();
    await settled();
    await phone.catchesUp();
    expect(phone.heard('presence.update')).toHaveLength(1);
  });

  it('was never there before they came', async () => {
    const { ada } = await given();
    expect(await presenceOf(ada, 'bob')).toEqual(hidden('bob'));
    expect(await presenceOf(ada, 'nobody-knows')).toEqual(hidden('nobody-knows'));
  });
});

describe('somebody who disconnects', () => {
  it('is offline once they stay away, last seen when they left', async () => {
    const { ada, bob, phone } = await given();
    const device = await bob.connects();
    await hearsOf(phone, 'bob', 'online');
    const before = Date.now();
    await device.closes();
    await settled();
    const after = Date.now();
    expect(lastHeardOf(phone, 'bob')).toMatchObject({ status: 'online' });

    await pausePasses('bob');

    await hearsOf(phone, 'bob', 'offline');
    const { lastSeenAt } = await expectFetchAgrees(ada, phone, 'bob');
    expect(Date.parse(String(lastSeenAt))).toBeGreaterThanOrEqual(before);
    expect(Date.parse(String(lastSeenAt))).toBeLessThanOrEqual(after);
  });

  it('and is back within the pause causes no post, however many contacts they have', async () => {
    const { bob, phone } = await given();
    const others = await Promise.all(Array.from({ length: 20 }, (_, i) => world.person(`contact-${i}`)));
    await pMap(others, (one) => one.connects(), { concurrency: 4 });
    await createsGroup(bob, others);
    const device = await bob.connects();
    await hearsOf(phone, 'bob', 'online');
    await settled();
    world.cloud.meter.reset();

    await device.closes();
    await settled();
    await bob.connects();
    await settled();
    await pausePasses('bob');

    expect(world.cloud.meter.calls({ function: 'Queue/presence' }).length).toBeGreaterThan(0);
    expect(world.cloud.meter.calls({ function: /^Queue/, action: /ManageConnections/ })).toEqual([]);
    await phone.catchesUp();
    expect(phone.heard('presence.update')).toHaveLength(1);
  });

  it('on one of two devices is there still', async () => {
    const { ada, bob, phone } = await given();
    const [tablet] = await Promise.all([bob.connects(), bob.connects()]);
    await hearsOf(phone, 'bob', 'online');
    await tablet?.closes();
    await settled();
    await pausePasses('bob');
    expect(await expectFetchAgrees(ada, phone, 'bob')).toMatchObject({ status: 'online' });
  });
});

describe('the best of all devices', () => {
  it('decides: away where all are hidden, online where one is not', async () => {
    const { ada, bob, phone } = await given();
    const [one, two] = [await bob.connects(), await bob.connects()];
    await hearsOf(phone, 'bob', 'online');

    await beats(one, 'away');
    await settled();
    await pausePasses('bob');
    expect(await expectFetchAgrees(ada, phone, 'bob')).toMatchObject({ status: 'online' });

    await beats(two, 'away');
    await settled();
    await pausePasses('bob');
    await hearsOf(phone, 'bob', 'away');
    expect(await expectFetchAgrees(ada, phone, 'bob')).toMatchObject({ status: 'away', lastSeenAt: null });

    await beats(one, 'online');
    await hearsOf(phone, 'bob', 'online');
    await expectFetchAgrees(ada, phone, 'bob');
  });

  it('is that of those who are alive: what is hidden outlives what has vanished', async () => {
    const { bob, phone } = await given();
    const [one] = [await bob.connects(), await bob.connects()];
    await beats(one, 'away');
    await settled();
    await ages('bob', 40);
    await watchComes('bob');
    await hearsOf(phone, 'bob', 'away');
  });
});

describe('a heartbeat', () => {
  it('is answered with how long it counts', async () => {
    const { phone } = await given();
    const before = Date.now();
    const online = await beats(phone, 'online');
    expect(Date.parse(online.expiresAt) - before).toBeGreaterThanOrEqual(30_000);
    const away = await beats(phone, 'away');
    expect(Date.parse(away.expiresAt) - before).toBeGreaterThanOrEqual(600_000);
  });

  it('keeps somebody online whom the watch would find gone otherwise', async () => {
    const { ada, bob, phone } = await given();
    const device = await bob.connects();
    await hearsOf(phone, 'bob', 'online');
    // Its coming alone would not count any more.
    await storedIn(world.cloud).ageConnectionsOf(world.tenant, 'bob', 40);
    await beats(device, 'online');
    await settled();
    await watchComes('bob');
    expect(await expectFetchAgrees(ada, phone, 'bob')).toMatchObject({ status: 'online' });
    expect(phone.heard('presence.update').map(({ status }) => status)).toEqual(['online']);
  });

  it('brings back who had been taken for gone, on the connection that was open all the time', async () => {
    const { ada, bob, phone } = await given();
    const device = await bob.connects();
    await beats(device, 'online');
    await hearsOf(phone, 'bob', 'online');
    await ages('bob', 40);
    await watchComes('bob');
    await hearsOf(phone, 'bob', 'offline');

    await beats(device, 'online');

    await hearsOf(phone, 'bob', 'online');
    await expectFetchAgrees(ada, phone, 'bob');
  });

  it.each([{}, { status: 'offline' }, { status: 'here' }, { status: 'online', mood: 'good' }, null])(
    'of %j is refused',
    async (data) => {
      const { phone } = await given();
      expect(await phone.isRefused('presence.heartbeat', data)).toMatchObject({ code: 'invalid_request' });
    },
  );
});

describe('somebody who vanishes without a word', () => {
  const vanishes = async (bob: Person) => {
    const device = await bob.connects();
    await beats(device, 'online');
    await settled();
    world.cloud.faults.add({ function: 'WebSocket/disconnect', fault: { kind: 'crash-before' } });
    device.socket.terminate();
    await device.isClosed();
    await ages('bob', 40);
    const { cameAt } = await storedIn(world.cloud).get(presenceKey(world.tenant, 'bob'));
    const heartbeat = await storedIn(world.cloud).get(heartbeatKey(world.tenant, 'bob'));
    const [sign] = Object.entries(heartbeat).flatMap(([name, value]) => (name.startsWith('seen:') ? [value.at] : []));
    return [cameAt, sign].sort().at(-1) as string;
  };

  it('is offline when the watch comes, last seen at their last sign of life', async () => {
    const { ada, bob, phone } = await given();
    const lastSign = await vanishes(bob);
    await watchComes('bob');
    await hearsOf(phone, 'bob', 'offline');
    expect(await expectFetchAgrees(ada, phone, 'bob')).toMatchObject({ lastSeenAt: lastSign });
  });

  it('is watched by one message, and by none once they are offline', async () => {
    const { bob } = await given();
    await vanishes(bob);
    expect(putOff(world.cloud, world.tenant, 'bob').filter(({ kind }) => kind === 'watch')).toHaveLength(1);
    await watchComes('bob');
    const { shown } = await storedIn(world.cloud).get(presenceKey(world.tenant, 'bob'));
    expect(shown).toBe('offline');
    // The one that was hastened, whose time is still to come.
    expect(putOff(world.cloud, world.tenant, 'bob').filter(({ kind }) => kind === 'watch')).toHaveLength(1);
  });

  it('has one watch, however often SQS delivers it: those that were overtaken die out', async () => {
    const { bob, phone } = await given();
    const device = await bob.connects();
    await hearsOf(phone, 'bob', 'online');
    const [first] = putOff(world.cloud, world.tenant, 'bob');
    for (const _ of [1, 2, 3]) {
      await beats(device, 'online');
      await enqueue(world.cloud, first);
    }
    const watches = putOff(world.cloud, world.tenant, 'bob').filter(({ kind }) => kind === 'watch');
    expect(watches).toHaveLength(2);
    const { watch } = await storedIn(world.cloud).get(heartbeatKey(world.tenant, 'bob'));
    expect(watches.map((one) => one.watch).sort()).toEqual([first?.watch, watch].sort());
  });

  it('leaves no connection on the list that is older than any becomes', async () => {
    const { bob, phone } = await given();
    await vanishes(bob);
    await watchComes('bob');
    await hearsOf(phone, 'bob', 'offline');
    await storedIn(world.cloud).endTokensOf(world.tenant, 'bob');
    world.cloud.faults.clear();
    await bob.connects();
    await settled();
    expect(await storedIn(world.cloud).connectionsOf(world.tenant, 'bob')).toHaveLength(1);
  });
});

it('tells nobody of a room of more than 256 members who comes and goes, but answers who asks', async () => {
  const { ada, bob, phone, room } = await given();
  const numbers = Array.from({ length: 256 }, (_, i) => `crowd-${String(i).padStart(3, '0')}`);
  await Promise.all(
    numbers.map((userId) =>
      storedIn(world.cloud).put({
        PK: `${world.tenant}#CONV#${room.id}`,
        SK: `MEMBER#${userId}`,
        conversationId: room.id,
        userId,
        role: 'member',
      }),
    ),
  );
  await bob.connects();
  await settled();
  await phone.catchesUp();
  expect(phone.heard('presence.update')).toEqual([]);
  const pages = await walkOf<Presence>(ada, `/api/conversations/${room.id}/presence`, 100);
  expect(pages.map((page) => page.length)).toEqual([100, 100, 58]);
  expect(
    pages
      .flat()
      .filter(({ status }) => status === 'online')
      .map(({ userId }) => userId),
  ).toEqual(['ada', 'bob']);
});

describe('crashes and repetitions', () => {
  const crashesOnce = (action: string, kind: 'crash-before' | 'crash-after') =>
    world.cloud.faults.add({ function: 'Queue/presence', action, times: 1, fault: { kind } });

  it.each([
    ['before it is written', 'dynamodb:UpdateItem', 'crash-before'],
    ['after it was written', 'dynamodb:UpdateItem', 'crash-after'],
    ['before the members are read', 'dynamodb:Query', 'crash-before'],
    ['at the first post', 'execute-api:ManageConnections', 'crash-before'],
  ] as const)('a worker that dies %s tells when its message comes back, and watches', async (_, action, kind) => {
    const { ada, bob, phone } = await given();
    await retriesSoon(world.cloud);
    crashesOnce(action, kind);
    await bob.connects();
    await settled();

    await hearsOf(phone, 'bob', 'online');
    expect(await presenceOf(ada, 'bob')).toMatchObject({ status: 'online' });
    const { watch } = await storedIn(world.cloud).get(heartbeatKey(world.tenant, 'bob'));
    const watches = putOff(world.cloud, world.tenant, 'bob').filter(({ kind: task }) => task === 'watch');
    expect(watches.map((one) => one.watch)).toContain(watch);
  });

  it('records of the stream that come twice or late leave everybody with what is so', async () => {
    const { ada, bob, phone } = await given();
    world.cloud.faults.add({ batch: { duplicate: 1, delay: { probability: 0.5, ms: 50 } } });
    for (const _ of [1, 2, 3]) {
      const device = await bob.connects();
      await settled();
      await device.closes();
      await settled();
      await pausePasses('bob');
    }
    expect(await expectFetchAgrees(ada, phone, 'bob')).toMatchObject({ status: 'offline' });
    const statuses = phone.heard('presence.update').map(({ status }) => status);
    expect(statuses.at(-1)).toBe('offline');
  });

  it('connections that come and go at the same moment end in what is so', async () => {
    const { ada, bob, phone } = await given();
    const devices = await Promise.all(Array.from({ length: 6 }, () => bob.connects()));
    await Promise.all([...devices.slice(0, 5).map((device) => device.closes()), bob.connects()]);
    await settled();
    await pausePasses('bob');
    expect(await expectFetchAgrees(ada, phone, 'bob')).toMatchObject({ status: 'online' });
  });

  it('an invocation that finds a message of no known kind fails that alone', async () => {
    await given();
    const { payload } = (await world.cloud.invoke('Queue/presence', {
      Records: [{ messageId: 'odd', body: '{"kind":"dance"}' }],
    })) as { payload?: unknown };
    expect(payload).toEqual({ batchItemFailures: [{ itemIdentifier: 'odd' }] });
  });
});

it('answers for ids of any kind, on the path that ends with them', async () => {
  const { ada } = await given();
  const odd = await world.person('https://id.example.com/users/1');
  const room = await createsGroup(ada, [odd]);
  await odd.connects();
  await settled();
  expect(await ada.does('GET', `/api/presence/${encodeURIComponent(odd.id)}`)).toMatchObject({
    userId: odd.id,
    status: 'online',
  });
  expect(await membersOf(ada, room)).toHaveLength(2);
});
