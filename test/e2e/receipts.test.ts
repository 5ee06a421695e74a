/** How far people have received and read: in direct conversations and small groups, where everybody hears of everybody. */
import { describe, expect, it, vi } from 'vitest';
import type { Fault } from '../../infra/local/ports.ts';
import type { Receipt } from '../../shared/protocol/receipts.ts';
import type { SyncPage } from '../../shared/protocol/sync.ts';
import type { Device } from '../support/device.ts';
import { expectStateEqualsFreshFetch, type Follower, resumeFollowing, startFollowing } from '../support/follower.ts';
import type { Person } from '../support/person.ts';
import { hasRead, reads, receiptsOf, receives, showsReceipts } from '../support/receipts.ts';
import { createsDirect, createsGroup, inboxOf, membersOf, posts, says } from '../support/room.ts';
import { storedIn } from '../support/stored.ts';
import { aWorld } from '../support/world.ts';

const world = aWorld();

/** Four devices that fetch all they see, in functions that have to start first. */
vi.setConfig({ testTimeout: 60_000 });

/** Ada, who said three things to Bob; two devices of each, which follow. */
const given = async () => {
  const [ada, bob] = await Promise.all([world.person('ada'), world.person('bob')]);
  const room = await createsDirect(ada, bob);
  for (const content of ['one', 'two', 'three']) await posts(ada, room, content);
  await world.cloud.settled();
  const devices = await Promise.all([ada.connects(), ada.connects(), bob.connects(), bob.connects()]);
  const [phone, laptop, bobs, tablet] = devices;
  const followers: Follower[] = [];
  for (const [i, device] of devices.entries()) followers.push(await startFollowing(i < 2 ? ada : bob, device));
  return { ada, bob, room, devices, phone, laptop, bobs, tablet, followers };
};
type Given = Awaited<ReturnType<typeof given>>;

const expectAllToAgree = async ({ followers }: Pick<Given, 'followers'>) => {
  await world.cloud.settled();
  for (const follower of followers) await expectStateEqualsFreshFetch(follower);
};

const heardOf = (device: Device) => device.heard('receipt.updated');
const watermarks = ({ userId, lastReadSeq, lastDeliveredSeq }: Omit<Receipt, 'conversationId'>) => [
  userId,
  lastReadSeq,
  lastDeliveredSeq,
];
const shownTo = async (person: Person, room: { id: string }) =>
  (await membersOf(person, room)).map(({ userId, lastReadSeq, lastDeliveredSeq }) => [
    userId,
    lastReadSeq,
    lastDeliveredSeq,
  ]);

describe('reading', () => {
  it('up to a number is told to every device of both, and leaves the rest unread on all of them', async () => {
    const it = await given();

    const answer = await reads(it.bobs, it.room, 2);

    expect(answer).toEqual({ conversationId: it.room.id, userId: 'bob', lastReadSeq: 2, lastDeliveredSeq: 2 });
    for (const device of it.devices)
      expect(await device.hearsEvent('receipt.updated', ({ userId }) => userId === 'bob')).toEqual(answer);
    expect(await inboxOf(it.bob)).toMatchObject([{ unreadCount: 1, lastReadSeq: 2 }]);
    expect(await shownTo(it.ada, it.room)).toEqual([
      ['ada', 3, 3],
      ['bob', 2, 2],
    ]);
    await expectAllToAgree(it);
  });

  it.each<[string, (it: Given) => Promise<Receipt>]>([
    ['all of it by frame', ({ bobs, room }) => reads(bobs, room)],
    ['all of it over HTTP', ({ bob, room }) => hasRead(bob, room)],
    ['up to a number over HTTP', ({ bob, room }) => hasRead(bob, room, 3)],
    ['up to a message', ({ bob, room }) => bob.does('PUT', `/api/messages/${room.id}.3/read`)],
    [
      'up to a message of the conversation',
      ({ bob, room }) => bob.does('PUT', `/api/conversations/${room.id}/messages/${room.id}.3/read`),
    ],
  ])('%s leaves nothing unread', async (_, read) => {
    const it = await given();
    expect(await read(it)).toEqual({
      conversationId: it.room.id,
      userId: 'bob',
      lastReadSeq: 3,
      lastDeliveredSeq: 3,
    });
    expect(await inboxOf(it.bob)).toMatchObject([{ unreadCount: 0, lastReadSeq: 3 }]);
    await it.phone.hearsEvent('receipt.updated', ({ lastReadSeq }) => lastReadSeq === 3);
    await expectAllToAgree(it);
  });

  it('an empty conversation is nothing to tell', async () => {
    const [ada, bob] = await Promise.all([world.person('ada'), world.person('bob')]);
    const room = await createsDirect(ada, bob);
    expect(await hasRead(bob, room)).toMatchObject({ lastReadSeq: 0, lastDeliveredSeq: 0 });
  });

  it('less than before is answered with what stands, and told to nobody', async () => {
    const it = await given();
    await reads(it.bobs, it.room, 3);
    await world.cloud.settled();
    await Promise.all(it.devices.map((device) => device.catchesUp()));
    const heard = it.devices.map((device) => heardOf(device).length);

    expect(await hasRead(it.bob, it.room, 1)).toMatchObject({ lastReadSeq: 3 });
    expect(await hasRead(it.bob, it.room)).toMatchObject({ lastReadSeq: 3 });
    await world.cloud.settled();
    await Promise.all(it.devices.map((device) => device.catchesUp()));

    expect(it.devices.map((device) => heardOf(device).length)).toEqual(heard);
  });

  it('what is still to come is refused', async () => {
    const { bob, bobs, room } = await given();
    const errors = [{ path: 'seq', message: 'is not taken yet: the newest is 3' }];
    expect(await bobs.isRefused('receipt.read', { conversationId: room.id, seq: 4 })).toMatchObject({
      code: 'invalid_request',
      errors,
    });
    const problem = await bob.isRefused('invalid_request', 'PUT', `/api/conversations/${room.id}/read`, { seq: 4 });
    expect(problem.errors).toEqual(errors);
    await bobs.isRefused('receipt.delivered', { conversationId: room.id, seq: 4 });
    await bob.isRefused('not_found', 'PUT', `/api/messages/${room.id}.4/read`);
    expect(await inboxOf(bob)).toMatchObject([{ unreadCount: 3 }]);
  });

  it('a message of another conversation is not found in this one', async () => {
    const { ada, bob, room } = await given();
    const other = await createsGroup(ada, [bob]);
    await posts(ada, other, 'there');
    await bob.isRefused('not_found', 'PUT', `/api/conversations/${room.id}/messages/${other.id}.1/read`);
    await bob.isRefused('not_found', 'GET', `/api/conversations/${room.id}/messages/${other.id}.1/receipts`);
  });

  it.each([
    ['a negative number', { seq: -1 }, 'seq'],
    ['number nought', { seq: 0 }, 'seq'],
    ['half a number', { seq: 1.5 }, 'seq'],
    ['text', { seq: '1' }, 'seq'],
    ['null', { seq: null }, 'seq'],
    ['a field that is not known', { seq: 1, at: 'noon' }, 'at'],
    ['a conversation that cannot be', { seq: 1, conversationId: 'lobby' }, 'conversationId'],
  ])('up to %s is refused', async (_, data, field) => {
    const [ada, bob] = await Promise.all([world.person('ada'), world.person('bob')]);
    const room = await createsDirect(ada, bob);
    await posts(ada, room, 'one');
    const bobs = await bob.connects();
    for (const event of ['receipt.read', 'receipt.delivered']) {
      const { code, errors = [] } = await bobs.isRefused(event, { conversationId: room.id, ...data });
      expect([code, ...new Set(errors.map(({ path }) => path))]).toEqual(['invalid_request', `data.${field}`]);
    }
    const problem = await bob.isRefused('invalid_request', 'PUT', `/api/conversations/${room.id}/read`, data);
    expect(problem.errors?.[0]?.path).toBe(field);
    expect(await inboxOf(bob)).toMatchObject([{ unreadCount: 1 }]);
  });
});

describe('receiving', () => {
  it('is told to the other side, and leaves everything unread', async () => {
    const it = await given();

    expect(await receives(it.bobs, it.room, 3)).toMatchObject({ lastReadSeq: 0, lastDeliveredSeq: 3 });

    for (const device of [it.phone, it.laptop])
      expect(watermarks(await device.hearsEvent('receipt.updated'))).toEqual(['bob', 0, 3]);
    expect(await inboxOf(it.bob)).toMatchObject([{ unreadCount: 3 }]);
    await expectAllToAgree(it);
    expect(heardOf(it.tablet)).toEqual([]);
  });

  it('needs a number', async () => {
    const { bobs, room } = await given();
    expect(await bobs.isRefused('receipt.delivered', { conversationId: room.id })).toMatchObject({
      code: 'invalid_request',
      errors: [{ path: 'data.seq', message: 'is missing' }],
    });
  });

  it('what was read has been received', async () => {
    const it = await given();
    await reads(it.bobs, it.room, 2);
    expect(await receives(it.bobs, it.room, 1)).toMatchObject({ lastReadSeq: 2, lastDeliveredSeq: 2 });
    expect(await receives(it.bobs, it.room, 3)).toMatchObject({ lastReadSeq: 2, lastDeliveredSeq: 3 });
    await expectAllToAgree(it);
  });
});

describe('posting', () => {
  it('shows that one has read what came before, without a word more than the message', async () => {
    const it = await given();
    await says(it.bobs, it.room, 'four');
    await it.phone.hearsEvent('message.new', ({ seq }) => seq === 4);
    await expectAllToAgree(it);
    expect(it.devices.flatMap(heardOf)).toEqual([]);
    expect(await inboxOf(it.bob)).toMatchObject([{ unreadCount: 0, lastReadSeq: 4 }]);
    expect(await shownTo(it.ada, it.room)).toEqual([
      ['ada', 3, 3],
      ['bob', 4, 4],
    ]);
    expect(await receiptsOf(it.ada, { conversationId: it.room.id, seq: 3 })).toMatchObject({ readCount: 1 });
  });
});

describe('the receipts of a message', () => {
  it('name who received and read it, and when, its sender apart', async () => {
    const [ada, bob, cyd, dan] = await Promise.all(['ada', 'bob', 'cyd', 'dan'].map((name) => world.person(name)));
    if (!ada || !bob || !cyd || !dan) throw new Error('Somebody is missing.');
    const room = await createsGroup(ada, [bob, cyd, dan]);
    const message = await posts(ada, room, 'Hello!');
    const before = Date.now();
    await hasRead(bob, room, 1);
    await receives(await cyd.connects(), room, 1);

    const receipts = await receiptsOf(ada, message);

    const ofNow = (at: string | null) => at !== null && Date.parse(at) >= before - 1 && Date.parse(at) <= Date.now();
    expect(receipts).toMatchObject({ readCount: 1, deliveredCount: 2, memberCount: 3, hasMore: false });
    expect(receipts.readBy.map(({ userId }) => userId)).toEqual(['bob']);
    expect(receipts.deliveredTo.map(({ userId }) => userId)).toEqual(['bob', 'cyd']);
    expect([...receipts.readBy, ...receipts.deliveredTo].every(({ at }) => ofNow(at))).toBe(true);
    expect(await receiptsOf(dan, message), 'the same for every member').toEqual(receipts);
    const path = `/api/conversations/${room.id}/messages/${message.id}/receipts`;
    expect(await ada.does('GET', path)).toEqual(receipts);
  });

  it('are of those who were there when it was sent, and still are', async () => {
    const [ada, bob, cyd, late] = await Promise.all(['ada', 'bob', 'cyd', 'late'].map((name) => world.person(name)));
    if (!ada || !bob || !cyd || !late) throw new Error('Somebody is missing.');
    const room = await createsGroup(ada, [bob, cyd]);
    const message = await posts(ada, room, 'Hello!');
    for (const reader of [bob, cyd]) await hasRead(reader, room);
    await ada.does('POST', `/api/conversations/${room.id}/members`, { memberIds: ['late'] });
    await hasRead(late, room);
    await bob.does('DELETE', `/api/conversations/${room.id}/leave`);

    expect(await receiptsOf(ada, message)).toMatchObject({ readCount: 1, memberCount: 1, readBy: [{ userId: 'cyd' }] });
  });

  it('of what is no message are not found', async () => {
    const { ada, room } = await given();
    await ada.isRefused('not_found', 'GET', `/api/messages/${room.id}.9/receipts`);
    await ada.isRefused('invalid_request', 'GET', `/api/messages/${room.id}.1/receipts?limit=0`);
    await ada.isRefused('invalid_request', 'GET', `/api/messages/${room.id}.1/receipts?cursor=nonsense`);
  });
});

describe('whatever happens meanwhile', () => {
  it('two devices that read at once agree on the further one, and everybody with them', async () => {
    const it = await given();
    for (let n = 4; n <= 9; n += 1) await says(it.phone, it.room, String(n));

    await Promise.all([4, 9, 6, 8].map((seq, i) => reads(i % 2 ? it.bobs : it.tablet, it.room, seq)));

    expect(await inboxOf(it.bob)).toMatchObject([{ unreadCount: 0, lastReadSeq: 9 }]);
    await expectAllToAgree(it);
  });

  it('batches of the stream that come twice and late change nothing', async () => {
    const it = await given();
    world.cloud.faults.add({
      function: /^Stream\//,
      batch: { duplicate: 1, delay: { probability: 0.5, ms: 100 } },
    });
    await reads(it.bobs, it.room, 1);
    await says(it.phone, it.room, 'four');
    await receives(it.tablet, it.room, 4);
    await reads(it.bobs, it.room, 3);
    await says(it.bobs, it.room, 'five');
    await reads(it.laptop, it.room, 5);
    await expectAllToAgree(it);
    expect(await shownTo(it.ada, it.room)).toEqual([
      ['ada', 5, 5],
      ['bob', 5, 5],
    ]);
  });

  it('a watermark in a role change of the same moment is not taken back', async () => {
    const [ada, bob] = await Promise.all([world.person('ada'), world.person('bob')]);
    const room = await createsGroup(ada, [bob]);
    const phone = await ada.connects();
    const follower = await startFollowing(ada, phone);
    for (const content of ['one', 'two', 'three']) await says(phone, room, content);
    await Promise.all([
      hasRead(bob, room, 3),
      ada.does('PATCH', `/api/conversations/${room.id}/members/bob`, { role: 'admin' }),
      hasRead(bob, room, 2),
    ]);
    await expectAllToAgree({ followers: [follower] });
    expect(await membersOf(ada, room)).toMatchObject([{}, { role: 'admin', lastReadSeq: 3 }]);
  });

  it.each<[string, Fault]>([
    ['dies before', { kind: 'crash-before' }],
    ['dies after', { kind: 'crash-after' }],
  ])('a read whose function %s any of its calls is done once it is repeated', async (_, fault) => {
    const it = await given();
    for (const after of [0, 1]) {
      const takeBack = world.cloud.faults.add({ function: 'WebSocket/receipt-read', after, times: 1, fault });
      const heard = it.bobs.frames.length;
      it.bobs.sendsRaw(JSON.stringify({ event: 'receipt.read', data: { conversationId: it.room.id, seq: 2 + after } }));
      // The gateway's own word of it is no frame of Parley's.
      await it.bobs.until(() => it.bobs.frames.slice(heard).some(({ event }) => event === undefined), 'the gateway');
      takeBack();
      expect(await reads(it.bobs, it.room, 2 + after)).toMatchObject({ lastReadSeq: 2 + after });
    }
    await expectAllToAgree(it);
    expect(await inboxOf(it.bob)).toMatchObject([{ unreadCount: 0 }]);
  });

  it('a fan-out that dies in the middle of it tells everybody when it is repeated', async () => {
    const it = await given();
    world.cloud.faults.add({ function: 'Stream/fanout', times: 2, after: 1, fault: { kind: 'crash-after' } });
    await reads(it.bobs, it.room, 2);
    await says(it.phone, it.room, 'four');
    await expectAllToAgree(it);
  });
});

describe('whoever was away', () => {
  it('finds in a sync how far everybody has come, also where nothing else happened', async () => {
    const it = await given();
    const [before] = it.followers;
    if (!before) throw new Error('Nobody follows.');
    await it.phone.closes();
    await reads(it.laptop, it.room, 3);
    await receives(it.tablet, it.room, 3);
    await reads(it.bobs, it.room, 2);
    await world.cloud.settled();

    const phone = await resumeFollowing(before, await it.ada.connects());

    expect(phone.pages.flatMap(({ conversations }) => conversations)).toMatchObject([
      {
        messages: [],
        receipts: [
          { userId: 'ada', lastReadSeq: 3 },
          { userId: 'bob', lastReadSeq: 2, lastDeliveredSeq: 3 },
        ],
      },
    ]);
    await expectAllToAgree({ followers: [phone] });
  });

  it('finds nothing of others while their own read receipts are off', async () => {
    const it = await given();
    await reads(it.bobs, it.room, 3);
    await showsReceipts(it.ada, false);
    const page = await it.ada.does<SyncPage>('POST', '/api/sync', {
      conversations: [{ conversationId: it.room.id, seq: 3, rev: 0 }],
    });
    expect(page.conversations[0]?.receipts).toMatchObject([{ userId: 'ada', lastReadSeq: 3 }]);
  });
});

it('nothing of it is left in a membership that begins anew', async () => {
  const [ada, bob] = await Promise.all([world.person('ada'), world.person('bob')]);
  const room = await createsGroup(ada, [bob], { settings: { open: true } });
  const phone = await ada.connects();
  const follower = await startFollowing(ada, phone);
  await says(phone, room, 'one');
  await hasRead(bob, room);
  await bob.does('DELETE', `/api/conversations/${room.id}/leave`);
  await says(phone, room, 'two');
  await bob.does('POST', `/api/conversations/${room.id}/join`);

  const stored = await storedIn(world.cloud).get({ PK: `${world.tenant}#CONV#${room.id}`, SK: 'MEMBER#bob' });
  expect(stored).toMatchObject({ lastReadSeq: 2, shownReadSeq: 2, lastDeliveredSeq: 2 });
  expect(stored.readMarks).toBeUndefined();
  expect(await receiptsOf(ada, { conversationId: room.id, seq: 1 })).toMatchObject({ readBy: [], memberCount: 0 });
  await expectAllToAgree({ followers: [follower] });
});
