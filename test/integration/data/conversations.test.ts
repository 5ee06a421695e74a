import { describe, expect, it } from 'vitest';
import type { ConversationCreate } from '../../../shared/protocol/conversation.ts';
import { aParley, numbers, refusalOf } from './parley.ts';

const parley = aParley({ groupSize: 300 });

const create = (user: string, request: ConversationCreate) =>
  parley.instance.conversations.create(parley.caller(user), request);
const inboxOf = async (user: string) =>
  (await parley.instance.inbox.page(parley.caller(user), { limit: 100 })).items.map((one) => one.id);

describe('a group', () => {
  it('includes its creator as the owner', async () => {
    const place = await create('ada', { type: 'group', memberIds: ['bob', 'ada', 'bob'], title: 'Lobby' });

    expect(place).toMatchObject({ member: { userId: 'ada', role: 'owner' } });
    expect(place.conversation).toMatchObject({ type: 'group', title: 'Lobby', memberCount: 2, ownerCount: 1, seq: 0 });
    expect(await parley.stateOf(place.conversation.id)).toEqual(place.conversation);
    expect(await parley.placeOf('ada', place.conversation.id)).toMatchObject(place);
  });

  it('founded by a service is owned by the first it names', async () => {
    const service = parley.caller('backend', { roles: ['service'] });
    const place = await parley.instance.conversations.create(service, { type: 'group', memberIds: ['ada', 'bob'] });

    expect(place.member).toBeUndefined();
    expect((await parley.placeOf('ada', place.conversation.id)).member?.role).toBe('owner');
    expect(await refusalOf(parley.placeOf('backend', place.conversation.id))).toBe('not_found');
  });

  it.each([1, 2, 99, 100, 101, 199, 250])('of %i is there as a whole', async (size) => {
    const users = numbers(size).map((n) => `user-${n}`);
    const group = await parley.aGroup(users);

    const members = await parley.instance.members.all(parley.given.tenant, group);
    expect(members.map((one) => one.userId).toSorted()).toEqual(users.toSorted());
    expect(await parley.stateOf(group)).toMatchObject({ memberCount: size });
    expect(await inboxOf(`user-${size}`)).toEqual([group]);
  });

  it.each([1, 2, 3].flatMap((nth) => (['before', 'after'] as const).map((when) => ({ nth, when }))))(
    'is seen by nobody when its founding dies $when its write $nth of 3',
    async ({ nth, when }) => {
      const users = numbers(250).map((n) => `user-${n}`);
      let count = 0;
      const dying = parley.through(async ({ name }, pass) => {
        if (name !== 'TransactWriteItems') return pass();
        count += 1;
        if (count === nth && when === 'before') throw new Error('dead');
        const answer = await pass();
        if (count === nth) throw new Error('dead');
        return answer;
      });
      await expect(
        dying.conversations.create(parley.caller('user-1'), { type: 'group', memberIds: users }),
      ).rejects.toThrow('dead');

      const complete = nth === 3 && when === 'after';
      expect(await inboxOf('user-1')).toHaveLength(complete ? 1 : 0);
      expect(await inboxOf('user-250')).toHaveLength(complete ? 1 : 0);
    },
  );

  it('is refused above the size limit, and with nobody in it', async () => {
    const many = numbers(301).map((n) => `user-${n}`);
    expect(await refusalOf(create('user-1', { type: 'group', memberIds: many }))).toBe('conversation_full');
    expect(await refusalOf(create('user-1', { type: 'group', memberIds: many.slice(0, 300) }))).toBeUndefined();
    const service = parley.caller('backend', { roles: ['service'] });
    expect(await refusalOf(parley.instance.conversations.create(service, { type: 'group', memberIds: [] }))).toBe(
      'invalid_request',
    );
  });

  it('is refused to a deleted user, and with one', async () => {
    await parley.instance.users.remove(parley.given.tenant, 'gone');
    const before = await parley.given.items();
    expect(await refusalOf(create('gone', { type: 'group', memberIds: [] }))).toBe('forbidden');
    expect(await refusalOf(create('ada', { type: 'group', memberIds: ['gone'] }))).toBe('invalid_request');
    expect(await parley.given.items()).toEqual(before);
  });
});

describe('a direct conversation', () => {
  it('is one for two users, whoever asks', async () => {
    const first = await create('ada', { type: 'direct', memberIds: ['bob'] });
    const again = await create('bob', { type: 'direct', memberIds: ['ada'] });

    expect(again.conversation).toEqual(first.conversation);
    expect(again.member).toMatchObject({ userId: 'bob', role: 'member' });
    expect(first.conversation).toMatchObject({ memberIds: ['ada', 'bob'], memberCount: 2, ownerCount: 0, title: null });
  });

  it('is one when both create it ten times at once', async () => {
    const places = await Promise.all(
      numbers(10).map((n) =>
        n % 2 === 0
          ? create('ada', { type: 'direct', memberIds: ['bob'] })
          : create('bob', { type: 'direct', memberIds: ['ada'] }),
      ),
    );
    for (const place of places) expect(place.conversation).toEqual(places[0]?.conversation);
    expect(await inboxOf('ada')).toHaveLength(1);
    expect(await parley.given.items()).toHaveLength(3);
  });

  it('keeps what was said when it is created again', async () => {
    const direct = await parley.aDirect('ada', 'bob');
    await parley.says('ada', direct, 'hello');
    const again = await create('bob', { type: 'direct', memberIds: ['ada'] });
    expect(again.conversation).toMatchObject({ seq: 1, lastMessage: { content: 'hello' } });
  });

  it('is another one in another tenant', async () => {
    const here = await create('ada', { type: 'direct', memberIds: ['bob'] });
    const there = await parley.instance.conversations.create(
      { ...parley.caller('ada'), tenant: `${parley.given.tenant}-other` },
      { type: 'direct', memberIds: ['bob'] },
    );
    expect(there.conversation.id).not.toBe(here.conversation.id);
  });

  it('needs two users, and has neither title nor settings', async () => {
    expect(await refusalOf(create('ada', { type: 'direct', memberIds: [] }))).toBe('invalid_request');
    expect(await refusalOf(create('ada', { type: 'direct', memberIds: ['ada'] }))).toBe('invalid_request');
    expect(await refusalOf(create('ada', { type: 'direct', memberIds: ['bob', 'cyd'] }))).toBe('invalid_request');
    expect(await refusalOf(create('ada', { type: 'direct', memberIds: ['bob'], title: 'x' }))).toBe(
      'direct_conversation',
    );
  });

  it('can be neither changed nor deleted', async () => {
    const direct = await parley.aDirect('ada', 'bob');
    const service = await parley.placeOf('backend', direct, ['service']);
    const { conversations } = parley.instance;
    expect(await refusalOf(conversations.update(service, { title: 'x' }))).toBe('direct_conversation');
    expect(await refusalOf(conversations.remove(service))).toBe('direct_conversation');
  });
});

describe('a change', () => {
  it('of the title takes a revision and files a change', async () => {
    const group = await parley.aGroup(['ada'], { title: 'One' });
    parley.given.clock.forward({ seconds: 1 });

    const after = await parley.instance.conversations.update(await parley.placeOf('ada', group), { title: 'Two' });

    expect(after).toMatchObject({ title: 'Two', rev: 1, updatedAt: parley.given.clock.now().toISOString() });
    expect(await parley.stateOf(group)).toEqual(after);
    expect(await parley.changesOf(group)).toMatchObject([{ kind: 'conversation.updated', rev: 1, by: 'ada' }]);
  });

  it('that changes nothing takes none', async () => {
    const group = await parley.aGroup(['ada'], { title: 'One' });
    const before = await parley.stateOf(group);
    for (const patch of [{ title: 'One' }, { settings: {} }, { settings: { open: false } }]) {
      const after = await parley.instance.conversations.update(await parley.placeOf('ada', group), patch);
      expect(after).toEqual(before);
    }
  });

  it('leaves alone what it does not name', async () => {
    const group = await parley.aGroup(['ada'], { title: 'One', settings: { open: true } });
    await parley.instance.conversations.update(await parley.placeOf('ada', group), { title: null });
    expect(await parley.stateOf(group)).toMatchObject({ title: null, settings: { open: true } });
    await parley.instance.conversations.update(await parley.placeOf('ada', group), { settings: { open: false } });
    expect(await parley.stateOf(group)).toMatchObject({ title: null, settings: { open: false }, rev: 2 });
  });

  it('loses nothing to sends, joins and other changes at the same moment', async () => {
    const group = await parley.aGroup(['ada'], { settings: { open: true } });
    const place = await parley.placeOf('ada', group);
    const joins = async (user: string) =>
      parley.instance.members.join(await parley.instance.places.entranceOf(parley.caller(user), group));

    await Promise.all([
      ...numbers(5).map((n) => parley.says('ada', group, `message ${n}`)),
      ...numbers(5).map((n) => parley.instance.conversations.update(place, { title: `title ${n}` })),
      ...numbers(5).map((n) => joins(`user-${n}`)),
    ]);

    expect(await parley.stateOf(group)).toMatchObject({ seq: 5, rev: 10, memberCount: 6 });
    expect((await parley.changesOf(group)).map((one) => one.rev)).toEqual(numbers(10));
  });

  it('is for managers, deletion for owners, and neither for strangers', async () => {
    const group = await parley.aGroup(['ada', 'bob', 'cyd']);
    await parley.instance.members.setRole(await parley.placeOf('ada', group), 'bob', 'admin');
    const { conversations } = parley.instance;
    const update = async (user: string) => conversations.update(await parley.placeOf(user, group), { title: user });
    const remove = async (user: string) => conversations.remove(await parley.placeOf(user, group));

    expect(await refusalOf(update('cyd'))).toBe('forbidden');
    expect(await refusalOf(update('bob'))).toBeUndefined();
    expect(await refusalOf(update('eve'))).toBe('not_found');
    expect(await refusalOf(remove('bob'))).toBe('forbidden');
    expect(await refusalOf(remove('ada'))).toBeUndefined();
  });
});

describe('a deleted group', () => {
  it('is there for nobody, not even a service', async () => {
    const group = await parley.aGroup(['ada', 'bob']);
    const { id } = await parley.says('ada', group, 'hello');
    const place = await parley.placeOf('ada', group);
    await parley.instance.conversations.remove(place);

    expect(await refusalOf(parley.placeOf('bob', group))).toBe('not_found');
    expect(await refusalOf(parley.placeOf('backend', group, ['service']))).toBe('not_found');
    expect(await refusalOf(parley.instance.messages.find(parley.caller('ada'), id))).toBe('not_found');
    expect(await refusalOf(parley.instance.conversations.update(place, { title: 'x' }))).toBe('not_found');
    expect(await refusalOf(parley.instance.conversations.remove(place))).toBe('not_found');
    expect(await refusalOf(parley.instance.members.add(place, ['cyd'], 'member'))).toBe('not_found');
    expect(await inboxOf('ada')).toEqual([]);
    expect(await parley.changesOf(group)).toMatchObject([{ kind: 'conversation.deleted', rev: 1 }]);
  });
});

describe('who may see a conversation', () => {
  it('is a member, a moderator, an admin of the tenant or its backend', async () => {
    const group = await parley.aGroup(['ada']);
    const outcomes = await Promise.all(
      (['member', 'agent', 'moderator', 'admin', 'service'] as const).map((role) =>
        refusalOf(parley.placeOf('eve', group, [role])),
      ),
    );
    expect(outcomes).toEqual(['not_found', 'not_found', undefined, undefined, undefined]);
  });

  it('is nobody of another tenant, whatever their role', async () => {
    const group = await parley.aGroup(['ada']);
    for (const roles of [['member'], ['admin'], ['service']] as const) {
      const stranger = { ...parley.caller('ada', { roles: [...roles] }), tenant: 'elsewhere' };
      expect(await refusalOf(parley.instance.places.placeOf(stranger, group))).toBe('not_found');
      expect(await refusalOf(parley.instance.places.entranceOf(stranger, group))).toBe('not_found');
    }
  });
});
