/** What a member keeps of a conversation for themselves: unread mark, mute, archive, pin. */
import { describe, expect, it } from 'vitest';
import type { OwnConversation } from '../../shared/protocol/conversation.ts';
import { forEver, type UnreadTotals } from '../../shared/protocol/own-state.ts';
import { expectStateEqualsFreshFetch, resumeFollowing, startFollowing } from '../support/follower.ts';
import type { Person } from '../support/person.ts';
import { createsDirect, createsGroup, posts, says } from '../support/room.ts';
import { tableContent } from '../support/table-content.ts';
import { walkOf } from '../support/walk.ts';
import { aWorld } from '../support/world.ts';

const world = aWorld({ alone: true });

type Room = Pick<OwnConversation, 'id'>;

const given = async () => {
  const [ada, bob] = await Promise.all([world.person('ada'), world.person('bob')]);
  return { ada, bob, room: await createsGroup(ada, [bob]) };
};

const seenBy = (person: Person, { id }: Room): Promise<OwnConversation> =>
  person.does('GET', `/api/conversations/${id}`);
const sets = (person: Person, { id }: Room, patch: object): Promise<OwnConversation> =>
  person.does('PATCH', `/api/conversations/${id}/me`, patch);
const marksUnread = (person: Person, { id }: Room): Promise<OwnConversation> =>
  person.does('PUT', `/api/conversations/${id}/unread`);
const listOf = async (person: Person, filter = '', limit = 100): Promise<string[]> =>
  (await walkOf<OwnConversation>(person, `/api/conversations${filter}`, limit)).flat().map(({ id }) => id);
const totalsOf = (person: Person): Promise<UnreadTotals> => person.does('GET', '/api/me/unread');

const nothing = { conversations: 0, messages: 0, mentions: 0 };

describe('an unread mark', () => {
  it('stands beside watermarks that do not go down, until it is taken back', async () => {
    const { ada, bob, room } = await given();
    await posts(ada, room, 'Hello!');
    const before = await seenBy(bob, room);

    const marked = await marksUnread(bob, room);
    expect(marked).toEqual({ ...before, markedUnread: true, ownVersion: marked.ownVersion });
    expect(marked.ownVersion).toBeGreaterThan(before.ownVersion);
    expect(await seenBy(bob, room)).toEqual(marked);
    expect(await seenBy(ada, room)).toMatchObject({ markedUnread: false });

    const cleared = await bob.does('DELETE', `/api/conversations/${room.id}/unread`);
    expect(cleared).toMatchObject({ markedUnread: false, unreadCount: 1, lastReadSeq: 0 });
  });

  it('is set and taken back as often as one likes, which changes nothing the second time', async () => {
    const { bob, room } = await given();
    expect(await marksUnread(bob, room)).toEqual(await marksUnread(bob, room));
    const clear = () => bob.does('DELETE', `/api/conversations/${room.id}/unread`);
    expect(await clear()).toEqual(await clear());
  });

  it('goes when its member reads, and is told to their devices beside what they have read', async () => {
    const { ada, bob, room } = await given();
    const phone = await startFollowing(bob, await bob.connects());
    await posts(ada, room, 'Hello @bob!');
    await marksUnread(bob, room);
    await world.cloud.settled();
    for (const seq of [1, 1]) {
      await marksUnread(bob, room);
      await bob.does('PUT', `/api/conversations/${room.id}/read`, { seq });
      const seen = await seenBy(bob, room);
      expect(seen).toMatchObject({ markedUnread: false, unreadCount: 0, mentionCount: 0, lastReadSeq: 1 });
      const isIt = ({ version }: { version: number }) => version === seen.ownVersion;
      expect(await phone.device.hearsEvent('membership.updated', isIt)).toMatchObject({ markedUnread: false });
    }
    await world.cloud.settled();
    await expectStateEqualsFreshFetch(phone);
  });

  it('goes when its member posts, and stays where they had posted before', async () => {
    const { bob, room } = await given();
    await marksUnread(bob, room);
    await posts(bob, room, 'Hello!');
    await world.cloud.settled();
    expect(await seenBy(bob, room)).toMatchObject({ markedUnread: false, unreadCount: 0 });

    // What raises the watermark of somebody who posts comes later, by the stream.
    world.cloud.faults.add({ function: 'Stream/fanout', batch: { delay: { probability: 1, ms: 300 } } });
    await posts(bob, room, 'Once more');
    await marksUnread(bob, room);
    await world.cloud.settled();
    expect(await seenBy(bob, room)).toMatchObject({ markedUnread: true, lastReadSeq: 2 });
  });
});

describe('muting', () => {
  it('is for ever or until some time, and ends when it is said so', async () => {
    const { bob, room } = await given();
    expect(await sets(bob, room, { muted: true })).toMatchObject({ mutedUntil: forEver });
    const until = new Date(Date.now() + 3_600_000).toISOString();
    expect(await sets(bob, room, { muted: { until } })).toMatchObject({ mutedUntil: until });
    expect(await sets(bob, room, { muted: false })).toMatchObject({ mutedUntil: null });
  });

  it('until a time that has passed is not muting', async () => {
    const { bob, room } = await given();
    await sets(bob, room, { muted: true });
    expect(await sets(bob, room, { muted: { until: '2020-01-01T00:00:00Z' } })).toMatchObject({ mutedUntil: null });
  });
});

describe('the inbox', () => {
  const givenRooms = async (count: number) => {
    const ada = await world.person('ada');
    const rooms: OwnConversation[] = [];
    for (let i = 1; i <= count; i += 1) rooms.push(await createsGroup(ada, [], { title: `Group ${i}` }));
    return { ada, rooms, ids: rooms.map(({ id }) => id).reverse() };
  };

  it('shows what is pinned first, and what is archived only to those who ask for it', async () => {
    const { ada, rooms, ids } = await givenRooms(5);
    const [e, d, c, b, a] = ids;
    await sets(ada, rooms[0] as Room, { pinned: true });
    await sets(ada, rooms[2] as Room, { pinned: true });
    await sets(ada, rooms[1] as Room, { archived: true });
    await sets(ada, rooms[4] as Room, { archived: true });

    for (const limit of [1, 2, 3, 100]) {
      expect(await listOf(ada, '', limit)).toEqual([c, a, d]);
      expect(await listOf(ada, '?archived=false', limit)).toEqual([c, a, d]);
      expect(await listOf(ada, '?archived=true', limit)).toEqual([e, b]);
      expect(await listOf(ada, '?pinned=true', limit)).toEqual([c, a]);
      expect(await listOf(ada, '?pinned=false', limit)).toEqual([d]);
    }
  });

  it('orders each of its lists by the newest message', async () => {
    const { ada, rooms } = await givenRooms(4);
    const [a, b, c, d] = rooms as Room[] as [Room, Room, Room, Room];
    for (const room of [a, b]) await sets(ada, room, { pinned: true });
    for (const room of [c, d]) await sets(ada, room, { archived: true });
    await posts(ada, a, 'wake up');
    await posts(ada, c, 'wake up');
    await world.cloud.settled();
    expect(await listOf(ada)).toEqual([a.id, b.id]);
    expect(await listOf(ada, '?archived=true')).toEqual([c.id, d.id]);
  });

  it('keeps an archived conversation away when something new is said in it, and takes it back when asked', async () => {
    const { ada, bob, room } = await given();
    await sets(bob, room, { archived: true });
    await posts(ada, room, '@bob, are you there?');
    await world.cloud.settled();
    expect(await listOf(bob)).toEqual([]);
    expect(await listOf(ada)).toEqual([room.id]);

    await sets(bob, room, { archived: false });
    expect(await listOf(bob)).toEqual([room.id]);
    expect(await listOf(bob, '?archived=true')).toEqual([]);
  });

  it('holds what is pinned or archived, never both', async () => {
    const { bob, room } = await given();
    expect((await sets(bob, room, { pinned: true })).pinnedAt).not.toBeNull();
    expect(await sets(bob, room, { archived: true })).toMatchObject({ pinnedAt: null });
    expect(await sets(bob, room, { pinned: true })).toMatchObject({ archivedAt: null });
    expect(await listOf(bob, '?pinned=true')).toEqual([room.id]);
  });

  it('gives cursors that are of one of its lists alone', async () => {
    const { ada, rooms } = await givenRooms(2);
    const { nextCursor } = await ada.does<{ nextCursor: string }>('GET', '/api/conversations?limit=1');
    const path = `/api/conversations?archived=true&cursor=${encodeURIComponent(nextCursor)}`;
    expect((await ada.isRefused('invalid_request', 'GET', path)).errors).toMatchObject([{ path: 'cursor' }]);
    expect(rooms).toHaveLength(2);
  });

  it.each([
    ['archived=yes', 'archived', 'must be true or false'],
    ['pinned=1', 'pinned', 'must be true or false'],
    ['archived=true&pinned=true', '', 'has no pinned ones among the archived'],
  ])('refuses ?%s', async (query, path, message) => {
    const ada = await world.person('ada');
    const { errors } = await ada.isRefused('invalid_request', 'GET', `/api/conversations?${query}`);
    expect(errors).toEqual([{ path, message }]);
  });
});

it.each([
  [{}, '', 'must change something'],
  [{ archived: true, pinned: true }, '', 'cannot be archived and pinned at once'],
  [{ archived: 'yes' }, 'archived', 'must be true or false'],
  [{ muted: 'for ever' }, 'muted', 'must be true, false, or an object that holds `until`'],
  [{ muted: { until: 'tomorrow' } }, 'muted.until', 'must be a time in UTC, as ISO 8601 has it'],
  [{ muted: { until: '2030-02-30T00:00:00Z' } }, 'muted.until', 'must be a time in UTC, as ISO 8601 has it'],
  [{ role: 'owner' }, 'role', 'is not known here'],
])('refuses to make %j of it, and writes nothing', async (patch, path, message) => {
  const { bob, room } = await given();
  const before = await tableContent(world.cloud);
  const { errors } = await bob.isRefused('invalid_request', 'PATCH', `/api/conversations/${room.id}/me`, patch);
  expect(errors?.[0]).toEqual({ path, message });
  expect(await tableContent(world.cloud)).toEqual(before);
});

it('is forgotten when its member leaves, and begins anew when they come back', async () => {
  const { ada, bob, room } = await given();
  await sets(bob, room, { muted: true, pinned: true });
  const { ownVersion } = await marksUnread(bob, room);
  await bob.does('DELETE', `/api/conversations/${room.id}/leave`);
  await ada.does('POST', `/api/conversations/${room.id}/members`, { memberIds: ['bob'] });
  const back = await seenBy(bob, room);
  expect(back).toMatchObject({ markedUnread: false, mutedUntil: null, pinnedAt: null });
  expect(back.ownVersion, 'late news of the former membership are told by it').toBeGreaterThan(ownVersion);
});

it('survives a new role', async () => {
  const { ada, bob, room } = await given();
  await sets(bob, room, { muted: true });
  await ada.does('PATCH', `/api/conversations/${room.id}/members/bob`, { role: 'admin' });
  expect(await seenBy(bob, room)).toMatchObject({ role: 'admin', mutedUntil: forEver });
});

it('takes two devices that change different things at once', async () => {
  const { bob, room } = await given();
  await Promise.all([sets(bob, room, { muted: true }), sets(bob, room, { pinned: true }), marksUnread(bob, room)]);
  const seen = await seenBy(bob, room);
  expect(seen).toMatchObject({ mutedUntil: forEver, markedUnread: true });
  expect(seen.pinnedAt).not.toBeNull();
});

it('is told to its member’s own devices, and to nobody else', async () => {
  const { ada, bob, room } = await given();
  const [phone, laptop, adas] = [await bob.connects(), await bob.connects(), await ada.connects()];
  await marksUnread(bob, room);
  const seen = await sets(bob, room, { pinned: true, muted: true });
  for (const device of [phone, laptop]) {
    const news = await device.hearsEvent('membership.updated', ({ version }) => version === seen.ownVersion);
    expect(news).toEqual({
      conversationId: room.id,
      version: seen.ownVersion,
      lastReadSeq: 0,
      markedUnread: true,
      mutedUntil: forEver,
      archivedAt: null,
      pinnedAt: seen.pinnedAt,
      mentionCount: 0,
    });
  }
  await world.cloud.settled();
  await adas.catchesUp();
  expect(adas.heard('membership.updated')).toEqual([]);
});

it('tells nothing of a message that is merely sent', async () => {
  const { ada, bob, room } = await given();
  const [phone, bobs] = [await ada.connects(), await bob.connects()];
  await says(phone, room, 'Hello!');
  await bobs.hearsEvent('message.new');
  await world.cloud.settled();
  await Promise.all([phone.catchesUp(), bobs.catchesUp()]);
  for (const device of [phone, bobs]) expect(device.heard('membership.updated')).toEqual([]);
});

it('agrees on two devices while batches come late and twice, and writes crash', async () => {
  const { ada, bob, room } = await given();
  const other = await createsDirect(ada, bob);
  const followers = [await startFollowing(bob, await bob.connects()), await startFollowing(bob, await bob.connects())];
  const { faults } = world.cloud;
  faults.add({ function: 'Stream/fanout', batch: { duplicate: 0.5, delay: { probability: 0.5, ms: 50 } } });
  faults.add({ function: /^Http\/own-state/, action: 'dynamodb:', probability: 0.3, fault: { kind: 'crash-after' } });
  faults.add({ function: 'Stream/fanout', times: 2, fault: { kind: 'crash-before' } });

  const wishes = [
    ['PUT', `${room.id}/unread`],
    ['PATCH', `${room.id}/me`, { pinned: true }],
    ['PATCH', `${other.id}/me`, { archived: true }],
    ['DELETE', `${room.id}/unread`],
    ['PATCH', `${room.id}/me`, { muted: true }],
    ['PATCH', `${room.id}/me`, { archived: true }],
    ['PUT', `${other.id}/unread`],
    ['PATCH', `${other.id}/me`, { archived: false }],
  ] as const;
  for (const [method, path, body] of wishes) {
    await Promise.all([bob.asks(method, `/api/conversations/${path}`, body), posts(ada, room, '@bob')]);
  }

  faults.clear();
  await world.cloud.settled();
  for (const follower of followers) await expectStateEqualsFreshFetch(follower);
});

it('is found by a device that was away, along with drafts and mentions', async () => {
  const { ada, bob, room } = await given();
  const other = await createsDirect(ada, bob);
  await bob.does('PUT', `/api/conversations/${other.id}/draft`, { content: 'Begun' });
  const away = await startFollowing(bob, await bob.connects());
  await world.cloud.settled();
  await away.device.closes();

  await posts(ada, room, 'Hello @bob!');
  await sets(bob, room, { pinned: true });
  await marksUnread(bob, other);
  await bob.does('DELETE', `/api/conversations/${other.id}/draft`);
  await bob.does('PUT', `/api/conversations/${room.id}/draft`, { content: 'Hello' });
  const [joined, hidden] = [await createsGroup(ada, [bob]), await createsGroup(ada, [bob])];
  await sets(bob, joined, { pinned: true });
  await sets(bob, hidden, { archived: true });
  await world.cloud.settled();

  const back = await resumeFollowing(away, await bob.connects());
  expect(back.pages.flatMap((page) => page.joined.map(({ id }) => id)).sort()).toEqual([joined.id, hidden.id].sort());
  await expectStateEqualsFreshFetch(back);
});

describe('the unread totals', () => {
  it('count conversations, messages and mentions, and those apart that are to be quiet', async () => {
    const [ada, bob] = await Promise.all([world.person('ada'), world.person('bob')]);
    expect(await totalsOf(bob)).toEqual({ ...nothing, quiet: nothing, isComplete: true });
    const rooms = await Promise.all(['a', 'b', 'c', 'd', 'e'].map(() => createsGroup(ada, [bob])));
    const [usual, marked, muted, archived, silent] = rooms as Room[] as [Room, Room, Room, Room, Room];
    for (const room of [usual, muted, archived]) {
      await posts(ada, room, 'Hello!');
      await posts(ada, room, 'Hello @bob!');
    }
    await marksUnread(bob, marked);
    await sets(bob, muted, { muted: true });
    await sets(bob, archived, { archived: true });
    await sets(bob, silent, { muted: { until: new Date(Date.now() + 60_000).toISOString() } });
    await world.cloud.settled();

    expect(await totalsOf(bob)).toEqual({
      conversations: 2,
      messages: 2,
      mentions: 1,
      quiet: { conversations: 2, messages: 4, mentions: 2 },
      isComplete: true,
    });
    expect(await totalsOf(ada)).toEqual({ ...nothing, quiet: nothing, isComplete: true });
  });

  it('leave out what was deleted, and what is another tenant’s', async () => {
    const { ada, bob, room } = await given();
    await posts(ada, room, 'Hello!');
    const stranger = await world.person('bob', { tenant: 'elsewhere' });
    expect((await totalsOf(stranger)).messages).toBe(0);
    await ada.does('DELETE', `/api/conversations/${room.id}`);
    expect((await totalsOf(bob)).messages).toBe(0);
  });
});
