import { expect, it } from 'vitest';
import { heartbeatKey } from '../../../shared/data/keys.ts';
import { aParley, refusalOf } from './parley.ts';

const parley = aParley();

const beat = (user: string, id: string, status: 'online' | 'away' = 'online') =>
  parley.instance.heartbeats.note(parley.caller(user), id, status);
const comes = (user: string, id: string) => parley.instance.presence.add(parley.caller(user), id);
const look = (user: string) => parley.instance.heartbeats.lookAt(parley.given.tenant, user);
const now = () => parley.given.clock.now().toISOString();

it('is one write, and says what the one before said', async () => {
  const calls: string[] = [];
  const { heartbeats } = parley.through(({ name }, pass) => {
    calls.push(name);
    return pass();
  });
  const caller = parley.caller('ada');
  expect(await heartbeats.note(caller, 'a1', 'online')).toBeUndefined();
  const first = { at: now(), status: 'online' };
  parley.given.clock.forward({ seconds: 15 });
  expect(await heartbeats.note(caller, 'a1', 'away')).toEqual(first);
  expect(calls).toEqual(['UpdateItem', 'UpdateItem']);
});

it('is kept for each connection apart, and goes when no connection could be alive', async () => {
  await beat('ada', 'a1');
  await beat('ada', 'a2', 'away');
  expect([...(await look('ada')).signs].sort()).toEqual([
    ['a1', { at: now(), status: 'online' }],
    ['a2', { at: now(), status: 'away' }],
  ]);
  const item = (await parley.given.items()).find(({ SK }) => SK === heartbeatKey('', '').SK);
  expect(item?.expiresAt).toBe(parley.given.clock.now().getTime() / 1_000 + 7_800);
});

it('of somebody who is not there is nothing', async () => {
  expect(await look('nobody')).toMatchObject({ signs: new Map(), watch: undefined, state: { shown: 'offline' } });
});

it('lets one watch hand over to the next, and one that was overtaken to none', async () => {
  const { heartbeats } = parley.instance;
  const { tenant } = parley.given;
  await comes('ada', 'a1');
  await heartbeats.beginWatch(tenant, 'ada', 'w1');
  const overtaken = await look('ada');
  await heartbeats.beginWatch(tenant, 'ada', 'w2');
  await heartbeats.continueWatch(tenant, overtaken, 'w1b');
  expect((await look('ada')).watch).toBe('w2');
  await heartbeats.continueWatch(tenant, await look('ada'), 'w3');
  expect((await look('ada')).watch).toBe('w3');
});

it('forgets the signs of connections that are no more, fifty at a time', async () => {
  const { heartbeats } = parley.instance;
  const { tenant } = parley.given;
  await comes('ada', 'stays');
  for (const id of ['stays', ...Array.from({ length: 60 }, (_, i) => `gone-${i}`)]) await beat('ada', id);
  await heartbeats.beginWatch(tenant, 'ada', 'w0');
  await heartbeats.continueWatch(tenant, await look('ada'), 'w1');
  expect((await look('ada')).signs.size).toBe(11);
  await heartbeats.continueWatch(tenant, await look('ada'), 'w2');
  expect([...(await look('ada')).signs.keys()]).toEqual(['stays']);
});

it('shows what was concluded only while it is so', async () => {
  const { presence } = parley.instance;
  const { tenant, clock } = parley.given;
  await comes('ada', 'a1');
  const { state } = await look('ada');
  const online = { status: 'online', lastSeenAt: null } as const;
  clock.forward({ ms: 5 });
  await comes('ada', 'a2');
  expect(await presence.show(tenant, state, { ...online, at: clock.now() })).toBe(false);
  const { state: later } = await look('ada');
  expect(await presence.show(tenant, later, { ...online, at: clock.now() })).toBe(true);
  expect(await presence.show(tenant, later, { ...online, at: clock.now() })).toBe(false);
  expect((await look('ada')).state).toMatchObject({ shown: 'online', shownAt: now() });
});

it('strikes connections that are long over off with what is shown', async () => {
  const { presence } = parley.instance;
  const { tenant, clock } = parley.given;
  await comes('ada', 'lost');
  clock.forward({ hours: 3 });
  await comes('ada', 'new');
  await presence.show(tenant, (await look('ada')).state, { status: 'online', lastSeenAt: null, at: clock.now() });
  expect((await look('ada')).state.connections.map(({ id }) => id)).toEqual(['new']);
});

it('stirs what is followed only for a connection that is listed, of somebody who is not deleted', async () => {
  const { presence, users } = parley.instance;
  const { tenant, clock } = parley.given;
  await comes('ada', 'a1');
  const { changedAt } = (await look('ada')).state;
  clock.forward({ seconds: 1 });
  await presence.stir(parley.caller('ada'), 'unknown');
  expect((await look('ada')).state.changedAt).toBe(changedAt);
  await presence.stir(parley.caller('ada'), 'a1');
  expect((await look('ada')).state.changedAt).toBe(now());
  await users.remove(tenant, 'ada');
  clock.forward({ seconds: 1 });
  await presence.stir(parley.caller('ada'), 'a1');
  expect((await look('ada')).state.changedAt).not.toBe(now());
  expect(await refusalOf(comes('ada', 'a2'))).toBe('forbidden');
});
