import { expect, it } from 'vitest';
import { aParley, numbers } from './parley.ts';

const parley = aParley();

const add = (user: string, id: string) => parley.instance.presence.add(parley.caller(user), id);
const connectionsOf = async (...users: string[]) =>
  (await parley.instance.presence.connectionsOf(parley.given.tenant, users)).map(({ user, id }) => `${user} ${id}`);

it('knows every live connection of a user, on all devices', async () => {
  await Promise.all([add('ada', 'a1'), add('ada', 'a2'), add('bob', 'b1')]);
  expect((await connectionsOf('ada', 'bob', 'eve')).toSorted()).toEqual(['ada a1', 'ada a2', 'bob b1']);
});

it('says since when, and until when its token lets it hear', async () => {
  await add('ada', 'a1');
  const [connection] = await parley.instance.presence.connectionsOf(parley.given.tenant, ['ada']);
  expect(connection).toEqual({
    id: 'a1',
    user: 'ada',
    connectedAt: parley.given.clock.now().toISOString(),
    expiresAt: parley.caller('ada').expiresAt,
  });
});

it('forgets those that have gone, one or several, once or again', async () => {
  for (const id of ['a1', 'a2', 'a3']) await add('ada', id);
  const { presence } = parley.instance;
  await presence.remove(parley.given.tenant, 'ada', ['a1', 'a3']);
  await presence.remove(parley.given.tenant, 'ada', ['a1']);
  expect(await connectionsOf('ada')).toEqual(['ada a2']);
});

it('forgets a whole fleet at once, and nobody where there is none', async () => {
  const ids = numbers(250).map((n) => `fleet-${n}`);
  await Promise.all([...ids, 'stays'].map((id) => add('ada', id)));
  const { presence } = parley.instance;
  await presence.remove(parley.given.tenant, 'ada', ids);
  await presence.remove(parley.given.tenant, 'ada', []);
  expect(await connectionsOf('ada')).toEqual(['ada stays']);
});

it('leaves nothing behind of somebody who was never there', async () => {
  await parley.instance.presence.remove(parley.given.tenant, 'nobody', ['x']);
  expect(await parley.given.items()).toEqual([]);
});

it('keeps tenants apart', async () => {
  await add('ada', 'a1');
  expect(await parley.instance.presence.connectionsOf('elsewhere', ['ada'])).toEqual([]);
});

it('takes connections that begin and end at the same moment', async () => {
  const ids = numbers(20).map((n) => `conn-${n}=`);
  await Promise.all(ids.map((id) => add('ada', id)));
  await Promise.all([
    ...ids.slice(0, 10).map((id) => parley.instance.presence.remove(parley.given.tenant, 'ada', [id])),
    ...numbers(5).map((n) => add('ada', `late-${n}`)),
  ]);
  expect(await connectionsOf('ada')).toHaveLength(15);
});

it('finds the connections of 250 users', async () => {
  const users = numbers(250).map((n) => `user-${n}`);
  await Promise.all(users.filter((_, i) => i % 2 === 0).map((user) => add(user, 'c')));
  expect(await connectionsOf(...users)).toHaveLength(125);
});

it('gives up on a connection that is older than the gateway lets any become', async () => {
  await add('ada', 'lost');
  parley.given.clock.forward({ hours: 2, seconds: 600 });
  await add('ada', 'new');
  const live = await parley.instance.presence.connectionsOf(parley.given.tenant, ['ada']);
  const now = parley.given.clock.now().getTime() / 1_000;
  expect(live.filter((one) => one.expiresAt > now).map((one) => one.id)).toEqual(['new']);
});

it('shows those that are over once more, so that somebody removes them', async () => {
  const { presence } = parley.instance;
  for (const n of numbers(5)) {
    await add('ada', `lost-${n}`);
    parley.given.clock.forward({ hours: 3 });
    const now = parley.given.clock.now().getTime() / 1_000;
    const over = (await presence.connectionsOf(parley.given.tenant, ['ada'])).filter((one) => one.expiresAt <= now);
    expect(over.map((one) => one.id)).toEqual([`lost-${n}`]);
    await presence.remove(parley.given.tenant, 'ada', [`lost-${n}`]);
  }
  expect(JSON.stringify(await parley.given.items())).not.toContain('lost');
});

it('costs one write to come and one to go', async () => {
  const calls: string[] = [];
  const counted = parley.through(({ name }, pass) => {
    calls.push(name);
    return pass();
  });
  await counted.presence.add(parley.caller('ada'), 'a1');
  await counted.presence.remove(parley.given.tenant, 'ada', ['a1']);
  expect(calls).toEqual(['UpdateItem', 'UpdateItem']);
});
