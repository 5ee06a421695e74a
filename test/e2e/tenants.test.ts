import { describe, expect, it } from 'vitest';
import { contentsOf, createsDirect, createsGroup, inboxOf, membersOf, posts, says } from '../support/room.ts';
import { aWorld } from '../support/world.ts';

const world = aWorld();

let tenants = 0;
/** Two tenants whose users have the same names. */
const twins = async () => {
  tenants += 1;
  const sideOf = async (tenant: string) => {
    const [ada, bob, host] = await Promise.all([
      world.person('ada', { tenant }),
      world.person('bob', { tenant }),
      world.service(tenant),
    ]);
    return { ada, bob, host, tenant };
  };
  return Promise.all([sideOf(`left-${tenants}`), sideOf(`right-${tenants}`)]);
};

describe('two tenants with the same users', () => {
  it('give the same pair a direct conversation each', async () => {
    const [left, right] = await twins();
    const [ours, theirs] = await Promise.all([createsDirect(left.ada, left.bob), createsDirect(right.ada, right.bob)]);
    expect(ours.id).not.toBe(theirs.id);
    await posts(left.ada, ours, 'left only');
    expect(await contentsOf(right.bob, theirs)).toEqual([]);
    await right.bob.isRefused('not_found', 'GET', `/api/conversations/${ours.id}/messages`);
  });

  it('have inboxes of their own', async () => {
    const [left, right] = await twins();
    const lobby = await createsGroup(left.ada, [left.bob]);
    await posts(left.bob, lobby, 'hello');
    expect(await inboxOf(right.ada)).toEqual([]);
    expect(await inboxOf(right.host)).toEqual([]);
    expect((await inboxOf(left.ada)).map((one) => one.id)).toEqual([lobby.id]);
  });

  it('hear of nothing that happens in the other', async () => {
    const [left, right] = await twins();
    const [here, there] = await Promise.all([left.bob.connects(), right.bob.connects()]);
    const lobby = await createsGroup(left.ada, [left.bob]);
    const message = await posts(left.ada, lobby, 'hello');
    await left.ada.does('PATCH', `/api/messages/${message.id}`, { content: 'hello!' });
    await left.ada.does('PATCH', `/api/conversations/${lobby.id}`, { title: 'Renamed' });
    await left.ada.does('DELETE', `/api/conversations/${lobby.id}/members/bob`);
    await here.hearsEvent('conversation.removed');
    await world.cloud.settled();
    expect(there.frames).toEqual([]);
  });

  it('know each their own of a user, and forget them alone', async () => {
    const [left, right] = await twins();
    await left.host.does('POST', '/api/users/sync', { id: 'ada', displayName: 'Ada of the left' });
    await right.bob.isRefused('not_found', 'GET', '/api/users/ada');
    await right.host.does('POST', '/api/users/sync', { id: 'ada', displayName: 'Ada of the right' });
    await left.ada.does('PATCH', '/api/me', { preferences: { notifications: 'none' } });
    const lobby = await createsGroup(right.ada, [right.bob]);

    await left.host.does('DELETE', '/api/users/ada');
    await world.cloud.settled();

    expect(await right.ada.does('GET', '/api/me')).toMatchObject({ displayName: 'Ada of the right', preferences: {} });
    expect(await membersOf(right.ada, lobby)).toHaveLength(2);
    await posts(right.ada, lobby, 'still here');
  });

  it('may use the same clientMessageId', async () => {
    const [left, right] = await twins();
    const [ours, theirs] = await Promise.all([createsGroup(left.ada, []), createsGroup(right.ada, [])]);
    await posts(left.ada, ours, 'left', { clientMessageId: 'c-1' });
    expect(await posts(right.ada, theirs, 'right', { clientMessageId: 'c-1' })).toMatchObject({ content: 'right' });
  });

  it('do not use up each other’s rate limit', async () => {
    const [left, right] = await twins();
    const [ours, theirs] = await Promise.all([createsGroup(left.ada, []), createsGroup(right.ada, [])]);
    const draft = (i: number) => ({ clientMessageId: `c-${i}`, content: 'x' });
    const sends = Array.from({ length: 36 }, (_, i) =>
      left.ada.asks('POST', `/api/conversations/${ours.id}/messages`, draft(i)),
    );
    expect((await Promise.all(sends)).map((one) => one.status)).toContain(429);
    await posts(right.ada, theirs, 'unhindered');
  });

  it('let a ticket in where it was bought', async () => {
    const [left, right] = await twins();
    const { ticket } = await left.ada.does<{ ticket: string }>('POST', '/api/ws-tickets');
    const device = await right.ada.connects({ ticket });
    const theirs = await createsGroup(right.ada, []);
    const ours = await createsGroup(left.ada, []);
    await device.hearsEvent('conversation.new', (one) => one.id === ours.id);
    await says(device, ours, 'as Ada of the left');
    expect(
      await device.isRefused('message.send', { conversationId: theirs.id, clientMessageId: 'c', content: 'x' }),
    ).toMatchObject({ code: 'not_found' });
  });
});

it.each([
  [
    { tenant: 'acme', user: '#ada' },
    { tenant: 'acme#', user: 'ada' },
  ],
  [
    { tenant: 'acme', user: 'USER#ada' },
    { tenant: 'acme#USER', user: 'ada' },
  ],
  [
    { tenant: 'acme', user: 'ada' },
    { tenant: 'acme#USER#ada', user: 'PROFILE' },
  ],
  [
    { tenant: 'acme%23', user: 'ada' },
    { tenant: 'acme#', user: 'ada' },
  ],
  [
    { tenant: 'acme%2523', user: 'ada' },
    { tenant: 'acme%23', user: 'ada' },
  ],
  [
    { tenant: 'acme', user: 'ada%23' },
    { tenant: 'acme', user: 'ada#' },
  ],
  [
    { tenant: 'acme', user: 'Ada' },
    { tenant: 'acme', user: 'ada' },
  ],
  [
    { tenant: 'ACME', user: 'ada' },
    { tenant: 'acme', user: 'ada' },
  ],
  [
    { tenant: 'acme', user: 'e\u0301' },
    { tenant: 'acme', user: '\u00e9' },
  ],
])('tells %j from %j', async (one, other) => {
  const [first, second] = await Promise.all([
    world.person(one.user, { tenant: one.tenant }),
    world.person(other.user, { tenant: other.tenant }),
  ]);
  await first.does('PATCH', '/api/me', { preferences: { locale: 'de' } });
  expect(await second.does('GET', '/api/me')).toMatchObject({ preferences: {} });
  await first.does('PATCH', '/api/me', { preferences: {} });

  const before = (await inboxOf(second)).length;
  const group = await createsGroup(first, []);
  expect(await inboxOf(second)).toHaveLength(before);
  await second.isRefused('not_found', 'GET', `/api/conversations/${group.id}`);
});

it('tells senders apart whose ids and clientMessageIds run together', async () => {
  const [host, one, other] = await Promise.all([world.service(), world.person('a#b'), world.person('a')]);
  const room = await createsGroup(host, [one, other]);
  await posts(one, room, 'first', { clientMessageId: 'c' });
  expect(await posts(other, room, 'second', { clientMessageId: 'b#c' })).toMatchObject({ seq: 2, content: 'second' });
});

describe.each([
  ['a hash', 'ada#1'],
  ['a percent sign', '100%'],
  ['what looks like an escape', 'a%2Fb%23c'],
  ['a slash', 'https://id.example.com/users/1'],
  ['a colon and a bar', 'auth0|abc:def'],
  ['spaces and a plus', 'Ada + Bob'],
  ['quotes, brackets and a backslash', `"'<a>&{b}[c]\\`],
  ['letters of many alphabets', 'Ада-阿达-عدا-Ἄδα'],
  ['a family', '👨‍👩‍👧‍👦'],
  ['128 letters', 'x'.repeat(128)],
  ['128 letters of four bytes', '𝒳'.repeat(128)],
  ['what the table’s keys are made of', 'META#MSG#000000000001'],
  ['the name of a property', '__proto__'],
])('an id with %s', (_, id) => {
  const given = async () => {
    const [odd, bob, host] = await Promise.all([world.person(id), world.person('bob'), world.service()]);
    return { odd, bob, host, inPath: encodeURIComponent(id) };
  };

  it('works in paths', async () => {
    const { odd, bob, host, inPath } = await given();
    await host.does('POST', '/api/users/sync', { id, displayName: 'Odd' });
    expect(await bob.does('GET', `/api/users/${inPath}`)).toMatchObject({ id, displayName: 'Odd' });
    expect(await odd.does('GET', '/api/me')).toMatchObject({ id, displayName: 'Odd' });

    const group = await createsGroup(bob, [odd]);
    const path = `/api/conversations/${group.id}/members/${inPath}`;
    expect(await bob.does('PATCH', path, { role: 'admin' })).toMatchObject({ userId: id, role: 'admin' });
    await bob.does('DELETE', path);
    expect(await inboxOf(odd)).toEqual([]);

    await host.does('DELETE', `/api/users/${inPath}`);
    await bob.isRefused('not_found', 'GET', `/api/users/${inPath}`);
  });

  it('works on sockets, as sender and as listener', async () => {
    const { odd, bob } = await given();
    const [odds, bobs] = await Promise.all([odd.connects(), bob.connects()]);
    const direct = await createsDirect(bob, odd);
    expect(direct.memberIds).toEqual(['bob', id].sort());
    await odds.hearsEvent('conversation.new', (one) => one.id === direct.id);

    const sent = await says(odds, direct, 'from me');
    expect(sent.seq).toBe(1);
    await bobs.hearsEvent('message.new', (message) => message.senderId === id);
    await says(bobs, direct, 'to you');
    await odds.hearsEvent('message.new', (message) => message.content === 'to you');
    expect(await inboxOf(odd)).toMatchObject([{ id: direct.id, lastMessage: { senderId: 'bob' } }]);
  });
});
