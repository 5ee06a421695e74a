/** What the host's services hear on the bus while people chat: everything once it is stored, and the same each time. */
import { describe, expect, it } from 'vitest';
import { summarise } from '../../infra/local/aws/meter.ts';
import { messageKey } from '../../shared/data/keys.ts';
import type { Member, OwnConversation } from '../../shared/protocol/conversation.ts';
import type { PublicEvent } from '../../shared/protocol/domain-events.ts';
import type { Message } from '../../shared/protocol/message.ts';
import { asSaid } from '../support/as-said.ts';
import { hastens } from '../support/presence.ts';
import { hasRead, reads, showsReceipts } from '../support/receipts.ts';
import { createsDirect, createsGroup, historyOf, membersOf, posts } from '../support/room.ts';
import { storedIn } from '../support/stored.ts';
import { inShort, toldIn, toldOf } from '../support/told.ts';
import { aWorld } from '../support/world.ts';

const world = aWorld({ fed: ['presence'] });

const people = () => Promise.all([world.person('ada'), world.person('bob'), world.person('cyd')]);
const settled = () => world.cloud.settled();
const idsOf = (events: readonly PublicEvent[]) => events.map(({ detail }) => detail.id);
const thumb = encodeURIComponent('👍');

/** A group that lives through everything that is told of one. */
const aLife = async () => {
  const [ada, bob] = await people();
  const room = await createsGroup(ada, [bob]);
  const path = `/api/conversations/${room.id}`;
  const one = await posts(ada, room, 'one');
  const two = await posts(bob, room, 'two', { replyTo: one.id });
  await ada.does('POST', `${path}/members`, { memberIds: ['cyd'] });
  await ada.does('PATCH', `${path}/members/bob`, { role: 'admin' });
  await ada.does('PATCH', `/api/messages/${one.id}`, { content: 'won' });
  await bob.does('POST', `/api/messages/${one.id}/reactions`, { emoji: '👍' });
  await bob.does('DELETE', `/api/messages/${one.id}/reactions/${thumb}`);
  await hasRead(ada, room);
  await bob.does('PATCH', path, { title: 'Hall' });
  await ada.does('PUT', `/api/messages/${one.id}/pin`);
  await ada.does('DELETE', `/api/messages/${two.id}`);
  await ada.does('DELETE', `${path}/members/cyd`);
  await settled();
  return { ada, bob, room, path, one, two };
};

describe('a conversation', () => {
  it('is told from its beginning to its end: what happened, and whose doing it was', async () => {
    const { ada, bob, path } = await aLife();
    await bob.does('DELETE', `${path}/leave`);
    await ada.does('DELETE', path);
    await settled();

    expect(inShort(toldIn(world)).sort()).toEqual(
      [
        'conversation.created by ada',
        ...['member.added by nobody', 'member.added by nobody', 'member.added by ada', 'member.updated by ada'],
        ...['message.created by ada', 'message.created by bob', 'message.updated by ada', 'message.deleted by ada'],
        ...['reaction.added by bob', 'reaction.removed by bob', 'receipt.read by ada'],
        ...['conversation.updated by bob', 'member.removed by ada', 'member.removed by bob'],
        'conversation.deleted by ada',
      ].sort(),
    );
    expect(new Set(idsOf(toldIn(world))).size).toBe(toldIn(world).length);
  });

  it('is by its events what it is when it is fetched', async () => {
    const { ada, room, path } = await aLife();

    const messages = new Map<string, Message>();
    for (const { detail } of toldOf(world, 'message.created', 'message.updated', 'message.deleted')) {
      if (detail.data) messages.set(detail.data.message.id, detail.data.message);
    }
    const members = new Map<string, Member>();
    for (const { type, detail } of toldOf(world, 'member.added', 'member.updated', 'member.removed')) {
      const { member } = detail.data;
      if (type === 'member.removed') members.delete(member.userId);
      else members.set(member.userId, member);
    }
    const [conversation] = toldOf(world, 'conversation.updated').map(({ detail }) => detail.data.conversation);
    const read = toldOf(world, 'receipt.read').map(({ detail }) => detail.data);

    const fetched = await ada.does<OwnConversation>('GET', path);
    const { title, settings, createdBy, updatedAt } = fetched;
    expect([...messages.values()].map(asSaid)).toEqual(await historyOf(ada, room));
    expect(conversation).toMatchObject({ title, settings, createdBy, updatedAt });
    const rolesOf = (some: Iterable<Member>) => [...some].map(({ userId, role, rev }) => `${userId} ${role} ${rev}`);
    expect(rolesOf(members.values()).sort()).toEqual(rolesOf(await membersOf(ada, room)).sort());
    expect(read).toEqual([{ userId: 'ada', lastReadSeq: fetched.lastReadSeq }]);
  });

  it('of two is told with both', async () => {
    const [ada, bob] = await people();
    await createsDirect(ada, bob);
    await createsDirect(bob, ada);
    await settled();

    const [created] = toldOf(world, 'conversation.created');
    expect(created?.detail.data.conversation.memberIds).toEqual(['ada', 'bob']);
    expect(
      toldIn(world)
        .map(({ type }) => type)
        .sort(),
    ).toEqual(['conversation.created', 'member.added', 'member.added']);
  });

  it('is told nothing of what somebody keeps for themselves, has never said, or does not show', async () => {
    const [ada, bob] = await people();
    await showsReceipts(bob, false);
    const room = await createsGroup(ada, [bob]);
    const one = await posts(ada, room, 'one');
    await settled();
    const before = toldIn(world).length;

    const stored = storedIn(world.cloud);
    await stored.takeNumber(world.tenant, room, 'ada', 'never stored');
    await stored.age(world.tenant, room);
    expect(await historyOf(bob, room)).toHaveLength(2);
    const own = `/api/conversations/${room.id}`;
    await bob.does('PATCH', `${own}/me`, { pinned: true });
    await bob.does('PUT', `${own}/draft`, { content: 'Hm' });
    await bob.does('POST', `/api/messages/${one.id}/hide`);
    await hasRead(bob, room);
    await settled();

    expect(toldIn(world).slice(before)).toEqual([]);
  });

  it('loses what retention removes, and not by anybody’s doing', async () => {
    const [ada, bob] = await people();
    const room = await createsGroup(ada, [bob]);
    const [one] = [await posts(ada, room, 'one'), await posts(ada, room, 'two')];
    const at = Math.floor(Date.now() / 1_000) - 60;
    await storedIn(world.cloud).letExpire(messageKey(world.tenant, room.id, 1), at);

    await expect.poll(() => toldOf(world, 'message.expired'), { timeout: 10_000 }).toHaveLength(1);
    expect(toldOf(world, 'message.expired')[0]?.detail).toMatchObject({
      actor: null,
      occurredAt: new Date(at * 1_000).toISOString(),
      data: { messageId: one.id },
    });
  });
});

describe('a user', () => {
  it('is told with what everybody may know, when the host syncs and deletes them', async () => {
    const service = await world.service();
    const sync = (more: object) => service.does('POST', '/api/users/sync', { users: [{ id: 'ada', ...more }] });
    await sync({ displayName: 'Ada', metadata: { plan: 'pro' } });
    await sync({ metadata: { plan: 'free' } });
    await sync({ avatarUrl: 'https://example.com/ada.png' });
    await service.does('DELETE', '/api/users/ada');
    await settled();

    const name = { id: 'ada', displayName: 'Ada', avatarUrl: null };
    expect(toldIn(world).map(({ type, detail }) => [type, detail.actor, 'data' in detail && detail.data])).toEqual([
      ['user.updated', null, { user: name }],
      ['user.updated', null, { user: { ...name, avatarUrl: 'https://example.com/ada.png' } }],
      ['user.deleted', null, { userId: 'ada' }],
    ]);
  });

  it('is there from their first device to their last, and not at all where they hide it', async () => {
    const [ada, bob] = await people();
    await bob.does('PATCH', '/api/me', { preferences: { presence: 'nobody' } });
    const [phone, laptop] = [await ada.connects(), await ada.connects()];
    await bob.connects();
    await settled();
    await Promise.all([phone.closes(), laptop.closes()]);
    await settled();
    await hastens(world.cloud, world.tenant, 'ada', 'look');

    const presence = toldOf(world, 'user.online', 'user.offline');
    expect(presence.map(({ type, detail }) => `${detail.data.userId} ${type}`)).toEqual([
      'ada user.online',
      'ada user.offline',
    ]);
    expect(presence.map(({ detail }) => detail.data.lastSeenAt)).toEqual([null, expect.any(String)]);
  });
});

describe('what happened', () => {
  it('is told twice as the same, where the stream says it twice', async () => {
    world.cloud.faults.add({ function: 'Stream/publisher', batch: { duplicate: 1 } });
    await aLife();

    const told = toldIn(world);
    const byId = Map.groupBy(told, ({ detail }) => detail.id);
    expect(byId.size).toBe(told.length / 2);
    for (const [first, again] of byId.values()) expect(again).toEqual(first);
  });

  it('is heard by clients while the bus is down, and told once it is back', async () => {
    const [ada, bob] = await people();
    const room = await createsGroup(ada, [bob]);
    await settled();
    const phone = await bob.connects();
    const isBack = world.cloud.faults.add({ action: 'events:PutEvents', fault: { kind: 'error' } });

    const sent = [await posts(ada, room, 'one'), await posts(ada, room, 'two')];
    for (const { seq } of sent) await phone.hearsEvent('message.new', (message) => message.seq === seq);
    await reads(phone, room, 2);
    expect(toldOf(world, 'message.created')).toEqual([]);

    isBack();
    await settled();
    expect(toldOf(world, 'message.created').map(({ detail }) => detail.data?.message.seq)).toEqual([1, 2]);
    expect(toldOf(world, 'receipt.read')).toHaveLength(1);
  });

  it('costs one call to the bus for ten events, and a look at the tenant’s webhooks once in a while', async () => {
    const [ada, bob] = await people();
    const room = await createsGroup(ada, [bob]);
    await settled();
    world.cloud.meter.reset();

    await posts(ada, room, 'one');
    await settled();

    const { actions, readUnits } = summarise(world.cloud.meter.calls({ function: 'Stream/publisher' }));
    expect(actions['events:PutEvents']).toBe(1);
    expect(actions['dynamodb:Query'] ?? 0).toBeLessThanOrEqual(1);
    expect(readUnits).toBeLessThanOrEqual(0.5);
  });
});
