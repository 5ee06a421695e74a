/** Large rooms: who subscribes hears live what happens, and nobody else does. Here, more than four members make one. */
import { describe, expect, it } from 'vitest';
import type { OwnConversation } from '../../shared/protocol/conversation.ts';
import type { Message } from '../../shared/protocol/message.ts';
import type { Device } from '../support/device.ts';
import { expectStateEqualsFreshFetch, startFollowing } from '../support/follower.ts';
import type { Person } from '../support/person.ts';
import { createsGroup, membersOf, posts, says } from '../support/room.ts';
import { storedIn } from '../support/stored.ts';
import { tableContent } from '../support/table-content.ts';
import { aWorld } from '../support/world.ts';

const world = aWorld({ tenantLimits: { largeRoomAbove: 4, shardSize: 2, messagesPerMinute: 6_000 } });

const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

const subscribes = (device: Device, { id }: Pick<OwnConversation, 'id'>) =>
  device.does('subscribe', { conversationId: id }, 'subscribed');

/** Ada, who owns the room, and Bob with a phone and a tablet each, of which the phones subscribed; and some who are never there. */
const given = async ({ silent = 4, settings = {} } = {}) => {
  const [ada, bob] = await Promise.all([world.person('ada'), world.person('bob')]);
  const [phone, tablet, bobsPhone, bobsTablet] = await Promise.all([
    ada.connects(),
    ada.connects(),
    bob.connects(),
    bob.connects(),
  ]);
  const others = upTo(silent).map((n) => ({ id: `silent-${n}` }) as Person);
  const room = await createsGroup(ada, [bob, ...others], { settings });
  const devices = [phone, tablet, bobsPhone, bobsTablet];
  await Promise.all(devices.map((device) => device.hearsEvent('conversation.new')));
  if (room.live === 'subscribed') await Promise.all([phone, bobsPhone].map((device) => subscribes(device, room)));
  const path = `/api/conversations/${room.id}`;
  return { ada, bob, phone, tablet, bobsPhone, bobsTablet, devices, room, path };
};

/** Afterwards nothing is on its way any more: what a device has not heard by then, it will not hear. */
const allIsQuiet = async (devices: readonly Device[]) => {
  await world.cloud.settled();
  await Promise.all(devices.map((device) => device.catchesUp()));
};

/** What is posted twice, because the gateway answered late, is heard once. */
const contentsHeard = (device: Device) => [...new Set(device.heard('message.new').map(({ content }) => content))];

const subscriptionsIn = async () =>
  Object.entries(await tableContent(world.cloud))
    .filter(([key]) => key.startsWith(`${world.tenant}#SUB#`))
    .map(([, item]) => item as { user: string; connectionId: string });

describe('a large room', () => {
  it('tells those connections that subscribed, and no others, of messages sent over either way', async () => {
    const { bob, phone, tablet, bobsPhone, bobsTablet, devices, room } = await given();

    await says(phone, room, 'over a socket');
    const message = await posts(bob, room, 'over HTTP');
    await allIsQuiet(devices);

    expect(contentsHeard(phone), 'it has the answer to its own').toEqual(['over HTTP']);
    expect(contentsHeard(bobsPhone)).toEqual(['over a socket', 'over HTTP']);
    expect(bobsPhone.heard('message.new').at(-1)).toEqual(message);
    expect([tablet, bobsTablet].map(contentsHeard)).toEqual([[], []]);
  });

  it('tells them of edits, deletions, a new title and its end', async () => {
    const { ada, bobsPhone, bobsTablet, devices, room, path } = await given();
    const { id } = await posts(ada, room, 'Helo');
    await ada.does('PATCH', `/api/messages/${id}`, { content: 'Hello' });
    await ada.does('DELETE', `/api/messages/${id}`);
    await ada.does('PATCH', path, { title: 'Hall' });
    await ada.does('DELETE', path);
    await allIsQuiet(devices);

    const heardOn = (device: Device) =>
      device.frames.map(({ event }) => event).filter((event) => event !== 'subscribed' && event !== 'presence.update');
    const heard = heardOn(bobsPhone);
    // What the stream holds of a message by the time it is read may be newer than what it tells of.
    expect(heard).toEqual(expect.arrayContaining(['message.new', 'message.updated', 'message.deleted']));
    expect(heard.at(-1)).toBe('conversation.removed');
    expect(heardOn(bobsTablet)).toEqual(['conversation.new']);
  });

  it('tells them of threads, and everybody’s own devices of what concerns them alone, subscribed or not', async () => {
    const { ada, bob, phone, tablet, bobsPhone, bobsTablet, devices, room } = await given();
    const root = await posts(ada, room, 'What do you think?');
    const reply = await posts(bob, room, 'Fine', { threadId: root.id });
    await ada.does('PUT', `/api/messages/${root.id}/replies/read`, {});
    await ada.does('POST', `/api/messages/${reply.id}/hide`);
    await allIsQuiet(devices);

    const heardBy = (device: Device) => new Set(device.frames.map(({ event }) => event));
    const thread = { threadId: root.id, replyCount: 1 };
    for (const device of [phone, bobsPhone]) expect(device.heard('thread.updated').at(-1)).toMatchObject(thread);
    for (const device of [tablet, bobsTablet]) expect(device.heard('thread.updated')).toEqual([]);
    for (const device of [phone, tablet]) {
      expect(heardBy(device)).toContain('message.hidden');
      expect(heardBy(device)).toContain('thread.read');
    }
    for (const device of [bobsPhone, bobsTablet]) {
      expect(heardBy(device)).not.toContain('message.hidden');
      expect(heardBy(device)).not.toContain('thread.read');
    }
  });

  it('tells who joined later nothing of what was said before, where history begins with one’s joining', async () => {
    const { ada, bobsPhone, devices, room, path } = await given({ settings: { historyFrom: 'join' } });
    const { id } = await posts(ada, room, 'secret');
    await world.cloud.settled();
    const eve = await world.person('eve');
    await ada.does('POST', `${path}/members`, { memberIds: ['eve'] });
    const hers = await startFollowing(eve, await eve.connects());
    expect((await subscriptionsIn()).map(({ user }) => user)).toContain('eve');

    await ada.does('PATCH', `/api/messages/${id}`, { content: 'secret edit' });
    await ada.does('POST', `/api/messages/${id}/reactions`, { emoji: '👍' });
    await ada.does('PUT', `/api/messages/${id}/pin`);
    await ada.does('PATCH', path, { title: 'Hall' });
    await allIsQuiet([...devices, hers.device]);

    const heard = new Set(bobsPhone.frames.map(({ event }) => event));
    for (const event of ['message.updated', 'reaction.added', 'message.pinned']) expect(heard).toContain(event);
    expect(heard).not.toContain('revision.hidden');
    expect(new Set(hers.device.heard('revision.hidden').map(({ rev }) => rev))).toEqual(new Set([2, 3, 4]));
    for (const { title, lastMessage } of hers.device.heard('conversation.updated')) {
      expect({ title, lastMessage }).toEqual({ title: 'Hall', lastMessage: null });
    }
    expect(JSON.stringify(hers.device.frames)).not.toContain('secret');

    await posts(ada, room, 'for all');
    await world.cloud.settled();
    await expectStateEqualsFreshFetch(hers);
    expect(contentsHeard(hers.device)).toEqual(['for all']);
  });

  it('tells those who watch how many its members are, and those alone of a change whose it is', async () => {
    const { ada, bob, phone, tablet, bobsPhone, bobsTablet, devices, path } = await given();
    const eve = await world.person('eve');
    const eves = await eve.connects();

    await ada.does('POST', `${path}/members`, { memberIds: ['eve', 'zoe'] });
    await ada.does('PATCH', `${path}/members/bob`, { role: 'admin' });
    await bob.does('DELETE', `${path}/members/zoe`);
    await allIsQuiet([...devices, eves]);

    for (const device of [phone, bobsPhone]) {
      const counts = device.heard('member.count');
      expect(counts.at(-1)).toMatchObject({ memberCount: 7, rev: 4 });
      expect(counts.flatMap(({ revs }) => revs).sort()).toEqual([1, 2, 3, 4]);
    }
    const own = [...bobsPhone.heard('member.updated'), ...bobsTablet.heard('member.updated')];
    expect(own.map(({ userId, role }) => ({ userId, role }))).toEqual(Array(2).fill({ userId: 'bob', role: 'admin' }));
    expect(eves.frames.map(({ event }) => event)).toEqual(['conversation.new']);
    for (const device of [phone, tablet]) expect(device.heard('member.updated')).toEqual([]);
    for (const device of devices)
      expect([...device.heard('member.added'), ...device.heard('member.removed')]).toEqual([]);
  });

  it('takes out who is gone', async () => {
    const { ada, bobsPhone, room } = await given();
    expect((await subscriptionsIn()).map(({ user }) => user).sort()).toEqual(['ada', 'bob']);
    await bobsPhone.closes();

    await posts(ada, room, 'Hello!');
    await world.cloud.settled();

    expect((await subscriptionsIn()).map(({ user }) => user)).toEqual(['ada']);
  });

  it('closes who listens with a token that has ended', async () => {
    const { ada, bobsPhone, room } = await given();
    const stored = storedIn(world.cloud);
    const [item] = (await subscriptionsIn()).filter(({ user }) => user === 'bob');
    await stored.put({ ...item, expiresAt: 1 });

    await posts(ada, room, 'Hello!');

    await bobsPhone.isClosed();
    await world.cloud.settled();
    expect(contentsHeard(bobsPhone)).toEqual([]);
    expect((await subscriptionsIn()).map(({ user }) => user)).toEqual(['ada']);
  });
});

describe('subscribe', () => {
  it('answers from where on the connection hears', async () => {
    const { ada, bobsTablet, room, path } = await given();
    await posts(ada, room, 'one');
    await posts(ada, room, 'two');
    await ada.does('PATCH', path, { title: 'Hall' });

    const answer = await subscribes(bobsTablet, room);

    expect(answer).toEqual({
      conversationId: room.id,
      live: 'subscribed',
      seq: 2,
      rev: 1,
      expiresAt: expect.any(String),
    });
    expect(Date.parse(String(answer.expiresAt))).toBeGreaterThan(Date.now());
    await posts(ada, room, 'three');
    // What the stream had not told by then may come as well.
    expect(await bobsTablet.hearsEvent('message.new', ({ seq }) => seq > 2)).toMatchObject({
      content: 'three',
      seq: 3,
    });
  });

  it('is safe to repeat: a connection listens once', async () => {
    const { ada, bobsPhone, room } = await given();
    for (const _ of upTo(3)) await subscribes(bobsPhone, room);

    await posts(ada, room, 'Hello!');
    await allIsQuiet([bobsPhone]);

    expect(contentsHeard(bobsPhone)).toEqual(['Hello!']);
    expect((await subscriptionsIn()).filter(({ user }) => user === 'bob')).toHaveLength(1);
  });

  it('stores nothing where every member hears anyway', async () => {
    const { ada, bobsPhone, room } = await given({ silent: 0 });
    const before = await tableContent(world.cloud);

    const answer = await subscribes(bobsPhone, room);

    expect(answer).toEqual({ conversationId: room.id, live: 'all', seq: 0, rev: 0, expiresAt: null });
    expect(await tableContent(world.cloud)).toEqual(before);
    await posts(ada, room, 'Hello!');
    await allIsQuiet([bobsPhone]);
    expect(contentsHeard(bobsPhone)).toEqual(['Hello!']);
  });

  it.each([
    ['no conversation', {}, 'data.conversationId'],
    ['a conversation that is none', { conversationId: 'lobby' }, 'data.conversationId'],
    ['an unknown field', { conversationId: 'g-AAAAAAAAAAAAAAAAAAAAAA', shard: 1 }, 'data.shard'],
  ])('refuses %s by name, as does unsubscribe', async (_, data, path) => {
    const phone = await (await world.person('ada')).connects();
    for (const command of ['subscribe', 'unsubscribe']) {
      expect(await phone.isRefused(command, data)).toMatchObject({ code: 'invalid_request', errors: [{ path }] });
    }
  });

  it('finds nothing for who is no member, and for what is not there any more', async () => {
    const { ada, phone, room, path } = await given({ settings: { open: true } });
    const eves = await (await world.person('eve')).connects();
    expect(await eves.isRefused('subscribe', { conversationId: room.id })).toMatchObject({ code: 'not_found' });
    await ada.does('DELETE', path);
    expect(await phone.isRefused('subscribe', { conversationId: room.id })).toMatchObject({ code: 'not_found' });
    expect((await subscriptionsIn()).map(({ user }) => user)).not.toContain('eve');
  });

  it('hears a room that has grown since, in its old shard and in the new ones, once', async () => {
    const { ada, bobsPhone, bobsTablet, room, path } = await given();
    await ada.does('POST', `${path}/members`, { memberIds: upTo(40).map((n) => `more-${n}`) });
    // As a client may do at any time, and as one does that comes later.
    for (const device of [bobsPhone, bobsTablet]) await subscribes(device, room);

    await posts(ada, room, 'Hello!');
    await allIsQuiet([bobsPhone, bobsTablet]);

    expect([bobsPhone, bobsTablet].map(contentsHeard)).toEqual([['Hello!'], ['Hello!']]);
    expect((await subscriptionsIn()).filter(({ user }) => user === 'bob')).toHaveLength(2);
  });
});

describe('unsubscribe', () => {
  it('ends it on that connection, and is safe to repeat', async () => {
    const { ada, phone, bobsPhone, room } = await given();
    for (const _ of upTo(2)) {
      const answer = await bobsPhone.does('unsubscribe', { conversationId: room.id }, 'unsubscribed');
      expect(answer).toEqual({ conversationId: room.id });
    }

    await posts(ada, room, 'Hello!');
    await allIsQuiet([phone, bobsPhone]);

    expect([phone, bobsPhone].map(contentsHeard)).toEqual([['Hello!'], []]);
  });
});

describe('whoever is out of a large room', () => {
  const out = [
    ['is removed', ({ ada, path }: Awaited<ReturnType<typeof given>>) => ada.does('DELETE', `${path}/members/bob`)],
    ['leaves', ({ bob, path }: Awaited<ReturnType<typeof given>>) => bob.does('DELETE', `${path}/leave`)],
  ] as const;

  it.each(out)('and %s hears of that on every connection, and no more on any', async (_, goes) => {
    const place = await given();
    const { ada, bobsPhone, bobsTablet, room } = place;
    await subscribes(bobsTablet, room);

    await goes(place);
    const secret = await posts(ada, room, 'secret');
    await allIsQuiet([bobsPhone, bobsTablet]);

    for (const device of [bobsPhone, bobsTablet]) {
      expect(device.heard('conversation.removed')).toMatchObject([{ conversationId: room.id, rev: 1 }]);
      expect(JSON.stringify(device.frames)).not.toContain(secret.content);
    }
    expect((await subscriptionsIn()).map(({ user }) => user)).toEqual(['ada']);
  });

  it.each([
    ['Http/members-remove', 'the stream does'],
    ['Stream/fanout', 'it was done at once, however late the stream is'],
  ])('hears no more where %s cannot see to it, for %s', async (name) => {
    const { ada, bobsPhone, room, path } = await given();
    world.cloud.faults.add({ function: name, action: 'dynamodb:DeleteItem', fault: { kind: 'error' } });

    await ada.does('DELETE', `${path}/members/bob`);
    await posts(ada, room, 'secret');
    await allIsQuiet([bobsPhone]);

    expect(contentsHeard(bobsPhone)).toEqual([]);
    expect((await subscriptionsIn()).map(({ user }) => user)).toEqual(['ada']);
  });

  it('and was so while the room was small does not hear it once it is large again', async () => {
    const { ada, bob, bobsPhone, room, path } = await given({ silent: 3 });
    for (const n of [1, 2]) await ada.does('DELETE', `${path}/members/silent-${n}`);
    await allIsQuiet([bobsPhone]);
    expect(await ada.does('GET', path)).toMatchObject({ live: 'all' });
    await bob.does('DELETE', `${path}/leave`);

    await ada.does('POST', `${path}/members`, { memberIds: upTo(6).map((n) => `more-${n}`) });
    await posts(ada, room, 'secret');
    await allIsQuiet([bobsPhone]);

    expect(contentsHeard(bobsPhone)).toEqual([]);
  });

  it('and comes back subscribes anew, and hears what comes then', async () => {
    const { ada, bobsPhone, room, path } = await given();
    await ada.does('DELETE', `${path}/members/bob`);
    await ada.does('POST', `${path}/members`, { memberIds: ['bob'] });
    // Before the stream has told of any of it.
    await subscribes(bobsPhone, room);
    await posts(ada, room, 'Welcome back!');
    await allIsQuiet([bobsPhone]);

    expect(contentsHeard(bobsPhone)).toEqual(['Welcome back!']);
  });

  it('cannot subscribe at that very moment and go on listening', async () => {
    const { ada, path, room } = await given({ silent: 5 });
    const crowd = await Promise.all(upTo(2).map((n) => world.person(`guest-${n}`)));
    await ada.does('POST', `${path}/members`, { memberIds: crowd.map(({ id }) => id) });
    const devices = await Promise.all(crowd.map((one) => one.connects()));

    await Promise.all([
      ...devices.flatMap((device) => upTo(2).map(() => device.asks('subscribe', { conversationId: room.id }))),
      ...crowd.map(({ id }) => ada.does('DELETE', `${path}/members/${id}`)),
    ]);
    await posts(ada, room, 'secret');
    await allIsQuiet(devices);

    expect(devices.map(contentsHeard)).toEqual(devices.map(() => []));
    expect((await subscriptionsIn()).map(({ user }) => user).sort()).toEqual(['ada', 'bob']);
  });
});

describe('a group that grows or shrinks', () => {
  it('tells every member when it becomes a large room, and when it is one no more', async () => {
    const { ada, bobsTablet, devices, path } = await given({ silent: 2 });
    await ada.does('POST', `${path}/members`, { memberIds: ['more-1', 'more-2'] });
    for (const device of devices) {
      expect(await device.hearsEvent('conversation.updated')).toMatchObject({
        live: 'subscribed',
        memberCount: 6,
        rev: 3,
      });
    }
    expect(await ada.does('GET', path)).toMatchObject({ live: 'subscribed', rev: 3 });

    // One who comes and goes does not turn it over: it stays large until a tenth below the limit.
    for (const n of [1, 2]) await ada.does('DELETE', `${path}/members/more-${n}`);
    expect(await ada.does('GET', path)).toMatchObject({ live: 'subscribed', memberCount: 4 });
    await ada.does('DELETE', `${path}/members/silent-1`);
    await allIsQuiet(devices);
    for (const device of devices)
      expect(device.heard('conversation.updated').at(-1)).toMatchObject({ live: 'all', rev: 7 });
    expect(bobsTablet.heard('member.removed'), 'small again, it hears of members').toHaveLength(1);
  });

  it('is followed without a gap by who subscribes when told so', async () => {
    const { ada, bob, bobsPhone, room, path } = await given({ silent: 2 });
    const follower = await startFollowing(bob, bobsPhone);
    await posts(ada, room, 'small');

    await ada.does('POST', `${path}/members`, { memberIds: ['more-1', 'more-2'] });
    await posts(ada, room, 'before anybody subscribed');
    await world.cloud.settled();
    await follower.catchUp();
    await posts(ada, room, 'large');
    await ada.does('PATCH', `${path}/members/bob`, { role: 'admin' });
    await world.cloud.settled();
    await expectStateEqualsFreshFetch(follower);

    for (const one of ['more-1', 'more-2', 'silent-1']) await ada.does('DELETE', `${path}/members/${one}`);
    await posts(ada, room, 'small again');
    await world.cloud.settled();
    await expectStateEqualsFreshFetch(follower);
    expect(contentsHeard(bobsPhone)).toEqual(['small', 'large', 'small again']);
  });
});

describe('who follows a large room sees what a fresh fetch shows', () => {
  it('after whatever happens there, with batches that come twice or late, and workers that crash', async () => {
    const { ada, bob, phone, bobsPhone, bobsTablet, room, path } = await given();
    const followers = [
      await startFollowing(ada, phone),
      await startFollowing(bob, bobsPhone),
      await startFollowing(bob, bobsTablet),
    ];
    world.cloud.faults.add({
      function: 'Stream/fanout',
      batch: { duplicate: 0.3, delay: { probability: 0.3, ms: 50 } },
    });
    world.cloud.faults.add({ function: 'Stream/fanout', times: 2, fault: { kind: 'crash-after' } });

    const sent = await Promise.all(upTo(6).map((n) => posts(n % 2 ? ada : bob, room, `message ${n}`)));
    await Promise.all([
      ...sent
        .slice(0, 3)
        .map(({ id, senderId }) =>
          (senderId === 'ada' ? ada : bob).does<Message>('PATCH', `/api/messages/${id}`, { content: 'edited' }),
        ),
      ada.does('DELETE', `/api/messages/${sent[5]?.id}`),
      ada.does('POST', `${path}/members`, { memberIds: upTo(5).map((n) => `more-${n}`) }),
      ada.does('PATCH', path, { title: 'Hall' }),
      says(phone, room, 'from a phone'),
    ]);
    await ada.does('PATCH', `${path}/members/bob`, { role: 'admin' });
    await Promise.all([1, 2, 3].map((n) => bob.does('DELETE', `${path}/members/more-${n}`)));
    await world.cloud.settled();

    for (const follower of followers) await expectStateEqualsFreshFetch(follower);
    expect(await membersOf(ada, room)).toHaveLength(8);
  });

  it('after being out and back, on the same connection', async () => {
    const { ada, bob, bobsPhone, room, path } = await given();
    const follower = await startFollowing(bob, bobsPhone);
    await posts(ada, room, 'one');
    await bobsPhone.hearsEvent('message.new');
    await ada.does('DELETE', `${path}/members/bob`);
    await posts(ada, room, 'two');
    await ada.does('POST', `${path}/members`, { memberIds: ['bob'] });
    await world.cloud.settled();
    await follower.catchUp();
    await posts(ada, room, 'three');
    await world.cloud.settled();

    await expectStateEqualsFreshFetch(follower);
    expect(contentsHeard(bobsPhone)).toEqual(['one', 'three']);
  });
});
