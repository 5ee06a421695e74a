/** Somebody who turned read receipts off neither shows what they have read nor sees what others have, and still counts right. */
import { expect, it } from 'vitest';
import { expectStateEqualsFreshFetch, startFollowing } from '../support/follower.ts';
import { hasRead, reads, receiptsOf, receives, showsReceipts } from '../support/receipts.ts';
import { createsDirect, createsGroup, inboxOf, membersOf, posts, says } from '../support/room.ts';
import { storedIn } from '../support/stored.ts';
import { aWorld } from '../support/world.ts';

const world = aWorld();

/** Ada shows what she reads; Bob, who read the first of three messages before, does not any more. */
const given = async () => {
  const [ada, bob] = await Promise.all([world.person('ada'), world.person('bob')]);
  const room = await createsDirect(ada, bob);
  const message = await posts(ada, room, 'one');
  await hasRead(bob, room);
  for (const content of ['two', 'three']) await posts(ada, room, content);
  await showsReceipts(bob, false);
  await world.cloud.settled();
  const [phone, bobs, tablet] = [await ada.connects(), await bob.connects(), await bob.connects()];
  const followers = [
    await startFollowing(ada, phone),
    await startFollowing(bob, bobs),
    await startFollowing(bob, tablet),
  ];
  return { ada, bob, room, message, phone, bobs, tablet, followers };
};

const expectAllToAgree = async ({ followers }: Pick<Awaited<ReturnType<typeof given>>, 'followers'>) => {
  await world.cloud.settled();
  for (const follower of followers) await expectStateEqualsFreshFetch(follower);
};

it('tells nobody but their own devices, which agree on what is unread', async () => {
  const it = await given();

  expect(await reads(it.bobs, it.room, 2)).toMatchObject({ lastReadSeq: 2, lastDeliveredSeq: 1 });
  expect(await receives(it.bobs, it.room, 3)).toMatchObject({ lastReadSeq: 2, lastDeliveredSeq: 1 });

  await it.tablet.hearsEvent('receipt.updated', ({ lastReadSeq }) => lastReadSeq === 2);
  expect(await inboxOf(it.bob)).toMatchObject([{ unreadCount: 1, lastReadSeq: 2 }]);
  await expectAllToAgree(it);
  expect(it.phone.heard('receipt.updated')).toEqual([]);
});

it('leaves others with what they had been shown before', async () => {
  const { ada, bob, room, message } = await given();
  await hasRead(bob, room);
  expect(
    (await membersOf(ada, room)).map(({ lastReadSeq, lastDeliveredSeq }) => [lastReadSeq, lastDeliveredSeq]),
  ).toEqual([
    [3, 3],
    [1, 1],
  ]);
  expect(await receiptsOf(ada, message)).toMatchObject({ readBy: [{ userId: 'bob' }], readCount: 1 });
  expect(await receiptsOf(ada, { ...message, seq: 3 })).toMatchObject({ readBy: [], deliveredTo: [], readCount: 0 });
});

it('shows them nothing of what others have read', async () => {
  const it = await given();
  await says(it.bobs, it.room, 'four');
  await reads(it.phone, it.room);
  await receives(it.phone, it.room, 4);
  await it.bob.isRefused('forbidden', 'GET', `/api/messages/${it.message.id}/receipts`);
  await world.cloud.settled();
  expect(await membersOf(it.bob, it.room)).toMatchObject([
    { userId: 'ada', lastReadSeq: null, lastDeliveredSeq: null },
    { userId: 'bob', lastReadSeq: 4, lastDeliveredSeq: 4 },
  ]);
  await expectAllToAgree(it);
  expect([it.bobs, it.tablet].flatMap((device) => device.heard('receipt.updated'))).toEqual([]);
});

it('shows that they have read what came before a message that they post, as the message itself does', async () => {
  const it = await given();
  await says(it.bobs, it.room, 'four');
  await expectAllToAgree(it);
  expect(await membersOf(it.ada, it.room)).toMatchObject([{}, { userId: 'bob', lastReadSeq: 4 }]);
  expect(await receiptsOf(it.ada, { ...it.message, seq: 3 })).toMatchObject({ readCount: 1 });
});

it('tells of no membership in other words: a new role says nothing of what somebody has read', async () => {
  const [ada, bob, cyd] = [await world.person('ada'), await world.person('bob'), await world.person('cyd')];
  const room = await createsGroup(ada, [bob, cyd]);
  await showsReceipts(cyd, false);
  const cyds = await cyd.connects();
  await posts(ada, room, 'one');
  await hasRead(bob, room);
  await ada.does('PATCH', `/api/conversations/${room.id}/members/bob`, { role: 'admin' });
  expect(await cyds.hearsEvent('member.updated')).toMatchObject({ role: 'admin', lastReadSeq: 0, lastDeliveredSeq: 0 });
});

it('turned on again, begins with what is read next', async () => {
  const it = await given();
  await hasRead(it.bob, it.room);
  await showsReceipts(it.bob, true);
  expect(await membersOf(it.ada, it.room)).toMatchObject([{}, { lastReadSeq: 1 }]);

  await reads(it.bobs, it.room);

  expect(await it.phone.hearsEvent('receipt.updated')).toMatchObject({ userId: 'bob', lastReadSeq: 3 });
  expect(await membersOf(it.bob, it.room)).toMatchObject([{ lastReadSeq: 3 }, { lastReadSeq: 3 }]);
  await expectAllToAgree({ followers: [await startFollowing(it.bob, it.bobs), ...it.followers.slice(0, 1)] });
});

it('is kept with the profile and with the connections, both or none', async () => {
  const bob = await world.person('bob');
  const stored = storedIn(world.cloud);
  const presence = () => stored.get({ PK: `${world.tenant}#USER#bob`, SK: 'PRESENCE' });
  const at = { function: 'Http/me-update', action: 'dynamodb:TransactWriteItems' };

  const takeBack = world.cloud.faults.add({ ...at, times: 1, fault: { kind: 'crash-before' } });
  expect((await bob.asks('PATCH', '/api/me', { preferences: { readReceipts: false } })).status).toBe(500);
  takeBack();
  expect([(await presence()).receiptsOff, await bob.does('GET', '/api/me')]).toMatchObject([
    undefined,
    { preferences: {} },
  ]);

  expect(await showsReceipts(bob, false)).toMatchObject({ preferences: { readReceipts: false } });
  expect((await presence()).receiptsOff).toBe(true);
  expect(
    await bob.does('PATCH', '/api/me', { preferences: { notifications: 'none', readReceipts: true } }),
  ).toMatchObject({
    preferences: { notifications: 'none', readReceipts: true },
  });
  expect((await presence()).receiptsOff).toBeUndefined();
});

it('is forgotten with a deleted user, and refused to one', async () => {
  const [bob, host] = [await world.person('bob'), await world.service()];
  await showsReceipts(bob, false);
  await host.does('DELETE', '/api/users/bob');
  await bob.isRefused('not_found', 'PATCH', '/api/me', { preferences: { readReceipts: false } });
  await host.does('POST', '/api/users/sync', { id: 'bob' });
  expect(await bob.does('GET', '/api/me')).toMatchObject({ preferences: {} });
  const presence = await storedIn(world.cloud).get({ PK: `${world.tenant}#USER#bob`, SK: 'PRESENCE' });
  expect(presence.receiptsOff).toBeUndefined();
});

it.each(['yes', null, 1])('is true or false, not %j', async (readReceipts) => {
  const bob = await world.person('bob');
  const problem = await bob.isRefused('invalid_request', 'PATCH', '/api/me', { preferences: { readReceipts } });
  expect(problem.errors).toEqual([{ path: 'preferences.readReceipts', message: 'must be true or false' }]);
});
