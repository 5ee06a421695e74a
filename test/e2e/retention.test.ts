/** What is kept for how long: a conversation's own retention, at most the tenant's. */
import { expect, it } from 'vitest';
import { messageKey } from '../../shared/data/keys.ts';
import type { OwnConversation } from '../../shared/protocol/conversation.ts';
import type { Message } from '../../shared/protocol/message.ts';
import { expectStateEqualsFreshFetch, resumeFollowing, startFollowing } from '../support/follower.ts';
import { contentsOf, createsGroup, inboxOf, posts } from '../support/room.ts';
import { storedIn } from '../support/stored.ts';
import { pageOf } from '../support/walk.ts';
import { aWorld } from '../support/world.ts';

const world = aWorld();
const day = 86_400;

const given = async (settings: Record<string, unknown> = {}) => {
  const [ada, bob] = await Promise.all([world.person('ada'), world.person('bob')]);
  const group = await createsGroup(ada, [bob], { settings });
  const path = `/api/conversations/${group.id}`;
  const stored = storedIn(world.cloud);
  return {
    ada,
    bob,
    group,
    path,
    stored,
    keepsFor: (retentionDays: number | null) =>
      ada.does<OwnConversation>('PATCH', path, { settings: { retentionDays } }),
    /** Everything that was said was said so long ago. */
    timePasses: (days: number) => stored.age(world.tenant, group, days * day + 60),
    lifeOf: async ({ seq, createdAt }: Message) => {
      const { expiresAt } = await stored.get(messageKey(world.tenant, group.id, seq));
      return Math.round((Number(expiresAt) - Date.parse(createdAt) / 1_000) / day);
    },
  };
};

it('stores what is said for as long as the conversation keeps it, the tenant’s time where it says nothing', async () => {
  const { bob, group, keepsFor, lifeOf } = await given();
  expect(await lifeOf(await posts(bob, group, 'one'))).toBe(90);
  await keepsFor(7);
  expect(await lifeOf(await posts(bob, group, 'two'))).toBe(7);
  await keepsFor(null);
  expect(await lifeOf(await posts(bob, group, 'three'))).toBe(90);
});

it('lets what was said already vanish from every read as soon as a shorter time is set', async () => {
  const { ada, bob, group, path, keepsFor, timePasses } = await given();
  const [one, two] = [await posts(ada, group, 'one'), await posts(bob, group, 'two')];
  await ada.does('PUT', `/api/messages/${one.id}/pin`);
  await timePasses(7);
  expect(await contentsOf(bob, group)).toEqual(['one', 'two']);
  expect(await inboxOf(ada)).toMatchObject([{ unreadCount: 1, lastMessage: { content: 'two' } }]);

  expect(await keepsFor(7)).toMatchObject({ seq: 2, unreadCount: 0, lastMessage: null });

  const nothing = { items: [], nextCursor: null, hasMore: false };
  for (const query of [{}, { after: 0 }, { before: 3 }, { limit: 1 }]) {
    expect(await pageOf(bob, `${path}/messages`, query)).toEqual(nothing);
  }
  for (const { id } of [one, two]) {
    await bob.isRefused('not_found', 'GET', `/api/messages/${id}`);
    await bob.isRefused('not_found', 'PATCH', `/api/messages/${id}`, { content: 'late' });
    await ada.isRefused('not_found', 'DELETE', `/api/messages/${id}`);
    await ada.isRefused('not_found', 'PUT', `/api/messages/${id}/pin`);
    await ada.isRefused('not_found', 'GET', `/api/messages/${id}/reactions`);
    await ada.isRefused('not_found', 'POST', `/api/messages/${id}/reactions`, { emoji: '👍' });
  }
  expect(await bob.does('GET', `${path}/pins`)).toMatchObject({ pins: [] });
  for (const who of [ada, bob]) expect(await inboxOf(who)).toMatchObject([{ unreadCount: 0, lastMessage: null }]);
  expect(await bob.does('GET', path)).toMatchObject({ unreadCount: 0, lastMessage: null });

  const three = await posts(bob, group, 'three');
  expect(three.seq, 'numbers go on').toBe(3);
  expect(await contentsOf(ada, group)).toEqual(['three']);
  expect(await inboxOf(ada)).toMatchObject([{ lastMessage: { content: 'three' } }]);
});

it('a longer time than before makes nothing live longer than it was stored for', async () => {
  const { ada, bob, group, stored, keepsFor } = await given({ retentionDays: 7 });
  const one = await posts(ada, group, 'one');
  await keepsFor(null);
  expect(await contentsOf(bob, group)).toEqual(['one']);
  await stored.expire(messageKey(world.tenant, group.id, one.seq));
  expect(await contentsOf(bob, group)).toEqual([]);
});

it('shows nothing of an expired newest message, whether it was stored for the tenant’s time or its own', async () => {
  for (const retentionDays of [null, 7]) {
    const { ada, bob, group, path, stored } = await given({ retentionDays });
    await posts(ada, group, 'secret');
    await stored.expireNewest(world.tenant, group);
    for (const answer of [await bob.asks('GET', path), await bob.asks('GET', '/api/conversations')]) {
      expect(answer.text).not.toContain('secret');
    }
    expect(await bob.does('GET', path)).toMatchObject({ unreadCount: 0, lastMessage: null });
  }
});

it('is followed by clients from the setting alone, and tells newcomers nothing of what has expired', async () => {
  const { ada, bob, group, keepsFor, timePasses } = await given();
  for (const content of ['secret one', 'secret two']) await posts(ada, group, content);
  await timePasses(7);
  const [phone, laptop] = [
    await startFollowing(bob, await bob.connects()),
    await startFollowing(ada, await ada.connects()),
  ];
  const settles = async () => {
    await world.cloud.settled();
    for (const follower of [phone, laptop]) await expectStateEqualsFreshFetch(follower);
  };

  await keepsFor(7);
  await settles();
  expect(JSON.stringify(phone.device.heard('conversation.updated'))).not.toContain('secret');

  const zoe = await world.person('zoe');
  const hers = await startFollowing(zoe, await zoe.connects());
  await ada.does('POST', `/api/conversations/${group.id}/members`, { memberIds: ['zoe'] });
  expect(await hers.device.hearsEvent('conversation.new')).toMatchObject({ seq: 2, lastMessage: null });
  await posts(bob, group, 'new');
  await settles();
  await expectStateEqualsFreshFetch(hers);

  await keepsFor(30);
  await settles();
  await expectStateEqualsFreshFetch(phone);
});

it('lets whoever was away longer than a conversation keeps begin anew, and see no more than what is kept', async () => {
  const { ada, bob, group, keepsFor, timePasses } = await given();
  await posts(ada, group, 'one');
  const before = await startFollowing(bob, await bob.connects());
  await before.device.closes();
  await posts(ada, group, 'secret');
  await timePasses(7);
  await keepsFor(7);
  await posts(ada, group, 'three');
  await world.cloud.settled();

  const after = await resumeFollowing(before, await bob.connects());
  expect(after.pages[0]?.conversations).toMatchObject([{ refetch: true }]);
  expect(JSON.stringify(after.pages)).not.toContain('secret');
  await expectStateEqualsFreshFetch(after);
  expect(await contentsOf(bob, group)).toEqual(['three']);
});
