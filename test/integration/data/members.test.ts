import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { membersAdd } from '../../../shared/protocol/conversation.ts';
import type { MemberRole } from '../../../shared/protocol/roles.ts';
import { aParley, numbers, refusalOf } from './parley.ts';

const parley = aParley({ groupSize: 60 });

const open = { settings: { open: true } };
const add = async (by: string, group: string, users: string[], role: MemberRole = 'member') =>
  parley.instance.members.add(await parley.placeOf(by, group), users, role);
const setRole = async (by: string, group: string, user: string, role: MemberRole) =>
  parley.instance.members.setRole(await parley.placeOf(by, group), user, role);
const remove = async (by: string, group: string, user: string) =>
  parley.instance.members.remove(await parley.placeOf(by, group), user);
const leave = async (user: string, group: string) => parley.instance.members.leave(await parley.placeOf(user, group));
const join = async (user: string, group: string) =>
  parley.instance.members.join(await parley.instance.places.entranceOf(parley.caller(user), group));

const rolesIn = async (group: string): Promise<Record<string, string>> =>
  Object.fromEntries(
    (await parley.instance.members.all(parley.given.tenant, group)).map(({ userId, role }) => [userId, role]),
  );

describe('adding', () => {
  it('makes members of all, each with a revision of its own', async () => {
    const group = await parley.aGroup(['ada']);
    await parley.says('ada', group, 'before');

    const added = await add('ada', group, ['bob', 'cyd']);

    expect(added.map(({ userId, role, rev, lastReadSeq }) => [userId, role, rev, lastReadSeq])).toEqual([
      ['bob', 'member', 1, 1],
      ['cyd', 'member', 2, 1],
    ]);
    expect(await parley.stateOf(group)).toMatchObject({ memberCount: 3, ownerCount: 1, rev: 2 });
    expect(await parley.changesOf(group)).toMatchObject([
      { kind: 'member.added', rev: 1, member: { userId: 'bob' } },
      { kind: 'member.added', rev: 2, member: { userId: 'cyd' } },
    ]);
  });

  it('leaves those as they are who are members already, also when it is repeated', async () => {
    const group = await parley.aGroup(['ada', 'bob']);
    await setRole('ada', group, 'bob', 'admin');

    const first = await add('ada', group, ['bob', 'cyd', 'cyd']);
    expect(first.map(({ userId, role }) => [userId, role])).toEqual([
      ['bob', 'admin'],
      ['cyd', 'member'],
    ]);
    expect(await add('ada', group, ['bob', 'cyd'])).toEqual(first);
    expect(await parley.stateOf(group)).toMatchObject({ memberCount: 3, rev: 2 });
  });

  it('takes as many at once as the protocol allows', async () => {
    const group = await parley.aGroup(['ada']);
    const most = membersAdd.shape.memberIds.safeParse(numbers(100).map(String)).error?.issues[0];
    const count = most?.code === 'too_big' ? Number(most.maximum) : 0;
    const users = numbers(count).map((n) => `user-${n}`);

    expect(await add('ada', group, users)).toHaveLength(count);
    expect(await parley.stateOf(group)).toMatchObject({ memberCount: 1 + count, rev: count });
  });

  it('adds nobody where there is no room for all', async () => {
    const group = await parley.aGroup(['ada', ...numbers(57).map((n) => `user-${n}`)]);

    expect(await refusalOf(add('ada', group, ['x', 'y', 'z']))).toBe('conversation_full');
    expect(await parley.stateOf(group)).toMatchObject({ memberCount: 58, rev: 0 });
    await add('ada', group, ['x', 'y']);
    expect(await refusalOf(add('ada', group, ['z']))).toBe('conversation_full');
    expect(await refusalOf(add('ada', group, ['x']))).toBeUndefined();
  });

  it('adds nobody where one has been deleted, and says who', async () => {
    const group = await parley.aGroup(['ada']);
    await parley.instance.users.remove(parley.given.tenant, 'gone');

    await expect(add('ada', group, ['bob', 'gone'])).rejects.toMatchObject({
      code: 'invalid_request',
      details: { errors: [{ path: 'memberIds', message: '"gone" has been deleted' }] },
    });
    expect(await rolesIn(group)).toEqual({ ada: 'owner' });
  });

  it('is for managers, and adding admins for owners', async () => {
    const group = await parley.aGroup(['ada', 'bob', 'cyd']);
    await setRole('ada', group, 'bob', 'admin');

    expect(await refusalOf(add('cyd', group, ['x']))).toBe('forbidden');
    expect(await refusalOf(add('bob', group, ['x'], 'admin'))).toBe('forbidden');
    expect(await refusalOf(add('bob', group, ['x']))).toBeUndefined();
    expect(await refusalOf(add('ada', group, ['y'], 'admin'))).toBeUndefined();
    expect(await refusalOf(add('eve', group, ['z']))).toBe('not_found');
  });

  it('is not possible in a direct conversation', async () => {
    const direct = await parley.aDirect('ada', 'bob');
    const service = await parley.placeOf('backend', direct, ['service']);
    expect(await refusalOf(parley.instance.members.add(service, ['cyd'], 'member'))).toBe('direct_conversation');
  });
});

describe('joining', () => {
  it('lets anybody into an open group, once', async () => {
    const group = await parley.aGroup(['ada'], open);
    const member = await join('bob', group);

    expect(member).toMatchObject({ userId: 'bob', role: 'member', rev: 1 });
    expect(await join('bob', group)).toEqual(member);
    expect(await parley.stateOf(group)).toMatchObject({ memberCount: 2, rev: 1 });
  });

  it('of one user on ten devices at once makes one member', async () => {
    const group = await parley.aGroup(['ada'], open);
    await Promise.all(numbers(10).map(() => join('bob', group)));
    expect(await parley.stateOf(group)).toMatchObject({ memberCount: 2, rev: 1 });
  });

  it('is refused as if there were no group where it is closed, closes meanwhile, is direct or was deleted', async () => {
    const [closed, closing, deleted] = [
      await parley.aGroup(['ada']),
      await parley.aGroup(['ada'], open),
      await parley.aGroup(['ada'], open),
    ];
    expect(await refusalOf(join('bob', closed))).toBe('not_found');
    expect(await refusalOf(join('bob', await parley.aDirect('ada', 'cyd')))).toBe('not_found');

    const entrance = await parley.instance.places.entranceOf(parley.caller('bob'), closing);
    await parley.instance.conversations.update(await parley.placeOf('ada', closing), { settings: { open: false } });
    expect(await refusalOf(parley.instance.members.join(entrance))).toBe('not_found');

    await parley.instance.conversations.remove(await parley.placeOf('ada', deleted));
    expect(await refusalOf(join('bob', deleted))).toBe('not_found');
  });

  it('is refused to a deleted user', async () => {
    const group = await parley.aGroup(['ada'], open);
    await parley.instance.users.remove(parley.given.tenant, 'bob');
    expect(await refusalOf(join('bob', group))).toBe('forbidden');
  });

  it('lets no more in than the group holds, however many come at once', async () => {
    const group = await parley.aGroup(['ada', ...numbers(56).map((n) => `user-${n}`)], open);

    const outcomes = await Promise.all(numbers(6).map((n) => refusalOf(join(`late-${n}`, group))));

    expect(outcomes.filter((code) => code === undefined)).toHaveLength(3);
    expect(outcomes.filter((code) => code === 'conversation_full')).toHaveLength(3);
    expect(await parley.stateOf(group)).toMatchObject({ memberCount: 60 });
    expect(Object.keys(await rolesIn(group))).toHaveLength(60);
  });
});

describe('leaving and removing', () => {
  it('takes a member out, and files the membership as it was', async () => {
    const group = await parley.aGroup(['ada', 'bob', 'cyd']);
    await leave('bob', group);
    await remove('ada', group, 'cyd');

    expect(await rolesIn(group)).toEqual({ ada: 'owner' });
    expect(await parley.changesOf(group)).toMatchObject([
      { kind: 'member.removed', by: 'bob', rev: 1, member: { userId: 'bob', rev: 1 } },
      { kind: 'member.removed', by: 'ada', rev: 2, member: { userId: 'cyd', rev: 2 } },
    ]);
    expect(await refusalOf(parley.placeOf('bob', group))).toBe('not_found');
    expect((await parley.instance.inbox.page(parley.caller('bob'), { limit: 10 })).items).toEqual([]);
  });

  it('is refused to the last owner, who hands over first', async () => {
    const group = await parley.aGroup(['ada', 'bob']);

    expect(await refusalOf(leave('ada', group))).toBe('last_owner');
    expect(await refusalOf(remove('ada', group, 'ada'))).toBe('last_owner');
    expect(await refusalOf(setRole('ada', group, 'ada', 'member'))).toBe('last_owner');

    await setRole('ada', group, 'bob', 'owner');
    await leave('ada', group);
    expect(await rolesIn(group)).toEqual({ bob: 'owner' });
    expect(await parley.stateOf(group)).toMatchObject({ memberCount: 1, ownerCount: 1, rev: 2 });
  });

  it('lets only one of two last owners go who leave at once', async () => {
    const group = await parley.aGroup(['ada', 'bob', 'cyd']);
    await setRole('ada', group, 'bob', 'owner');

    const outcomes = await Promise.all([refusalOf(leave('ada', group)), refusalOf(leave('bob', group))]);

    expect(outcomes.toSorted()).toEqual(['last_owner', undefined]);
    expect(await parley.stateOf(group)).toMatchObject({ memberCount: 2, ownerCount: 1 });
  });

  it('lets admins remove members, and only owners remove admins and owners', async () => {
    const group = await parley.aGroup(['ada', 'bob', 'cyd', 'dee']);
    for (const admin of ['bob', 'cyd']) await setRole('ada', group, admin, 'admin');

    expect(await refusalOf(remove('bob', group, 'ada'))).toBe('forbidden');
    expect(await refusalOf(remove('bob', group, 'cyd'))).toBe('forbidden');
    expect(await refusalOf(remove('dee', group, 'bob'))).toBe('forbidden');
    expect(await refusalOf(remove('bob', group, 'dee'))).toBeUndefined();
    expect(await refusalOf(remove('ada', group, 'cyd'))).toBeUndefined();
    expect(await refusalOf(remove('ada', group, 'nobody'))).toBe('not_found');
  });

  it('is not possible in a direct conversation', async () => {
    const direct = await parley.aDirect('ada', 'bob');
    expect(await refusalOf(leave('ada', direct))).toBe('direct_conversation');
  });

  it('asks again how somebody stands who was promoted between two reads', async () => {
    const group = await parley.aGroup(['ada', 'bob']);
    let promoted = false;
    // A batch is not read at one moment: here the membership as it was, the conversation as it is then.
    const torn = parley.through(async ({ name, input }, pass) => {
      const before = (await pass()) as { Responses: Record<string, { SK: string }[]> };
      if (name !== 'BatchGetItem' || promoted || !JSON.stringify(input).includes('MEMBER#bob')) return before;
      promoted = true;
      await setRole('ada', group, 'bob', 'owner');
      const after = (await pass()) as typeof before;
      const [table = ''] = Object.keys(after.Responses);
      const mixed = [
        ...(after.Responses[table] ?? []).filter((item) => item.SK === 'META'),
        ...(before.Responses[table] ?? []).filter((item) => item.SK !== 'META'),
      ];
      return { ...after, Responses: { [table]: mixed } };
    });

    await torn.members.remove(await parley.placeOf('ada', group), 'bob');

    expect(await parley.stateOf(group)).toMatchObject({ memberCount: 1, ownerCount: 1 });
  });
});

describe('whoever has lost their role since they were let in', () => {
  it.each([
    ['removed', 'not_found', (group: string) => remove('ada', group, 'bob')],
    ['made a plain member', 'forbidden', (group: string) => setRole('ada', group, 'bob', 'member')],
  ] as const)('changes nothing any more: %s', async (_, code, overtake) => {
    const group = await parley.aGroup(['ada', 'bob', 'cyd']);
    await setRole('ada', group, 'bob', 'owner');
    const place = await parley.placeOf('bob', group);
    await overtake(group);
    const before = await rolesIn(group);
    const { members } = parley.instance;

    const refusals = [
      members.remove(place, 'ada'),
      members.remove(place, 'cyd'),
      members.add(place, ['dan'], 'member'),
      members.setRole(place, 'cyd', 'admin'),
    ].map(refusalOf);

    expect(await Promise.all(refusals)).toEqual([code, code, code, code]);
    expect(await rolesIn(group)).toEqual(before);
  });
});

describe('the list', () => {
  it('walks the members by user id', async () => {
    const users = ['ada', 'Bob', 'zoë', 'd#e', '%', '名前'];
    const group = await parley.aGroup(users);
    const place = await parley.placeOf('ada', group);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await parley.instance.members.page(place, { limit: 2, cursor });
      seen.push(...page.items.map((one) => one.userId));
      cursor = page.nextCursor ?? undefined;
    } while (cursor);

    expect(seen).toHaveLength(users.length);
    expect(seen.toSorted()).toEqual(users.toSorted());
  });

  it('refuses the cursor of another group', async () => {
    const [one, other] = [await parley.aGroup(['ada', 'bob']), await parley.aGroup(['ada', 'bob'])];
    const { nextCursor } = await parley.instance.members.page(await parley.placeOf('ada', one), { limit: 1 });
    const place = await parley.placeOf('ada', other);
    expect(await refusalOf(parley.instance.members.page(place, { limit: 1, cursor: String(nextCursor) }))).toBe(
      'invalid_request',
    );
  });
});

describe('the place in an inbox', () => {
  const bucketOf = async (group: string, user: string) =>
    (await parley.given.items()).find((item) => String(item.PK).endsWith(group) && item.SK === `MEMBER#${user}`)
      ?.GSI1SK as string | undefined;

  it('only ever moves to a later hour', async () => {
    const group = await parley.aGroup(['ada']);
    const { member } = await parley.placeOf('ada', group);
    if (!member) throw new Error('ada is a member');
    const at = (hour: string) =>
      parley.instance.members.placeInInbox(parley.given.tenant, member, `2026-11-21T${hour}:30:00.000Z`);

    await at('15');
    await at('13');
    expect(await bucketOf(group, 'ada')).toBe(`2026-11-21T15#${group}`);
  });

  it('is left for good by a deleted conversation', async () => {
    const group = await parley.aGroup(['ada']);
    const { member } = await parley.placeOf('ada', group);
    if (!member) throw new Error('ada is a member');
    await parley.instance.members.placeInInbox(parley.given.tenant, member, null);
    await parley.instance.members.placeInInbox(parley.given.tenant, member, '2026-11-21T18:00:00.000Z');
    expect(await bucketOf(group, 'ada')).toBeUndefined();
  });

  it('makes no member of somebody who has left', async () => {
    const group = await parley.aGroup(['ada', 'bob']);
    const { member } = await parley.placeOf('bob', group);
    if (!member) throw new Error('bob is a member');
    await leave('bob', group);
    for (const at of ['2026-11-21T18:00:00.000Z', null]) {
      await parley.instance.members.placeInInbox(parley.given.tenant, member, at);
    }
    expect(await rolesIn(group)).toEqual({ ada: 'owner' });
  });
});

it('keeps its counts exact and its revisions without gaps, whoever comes and goes at once', async () => {
  const user = fc.constantFrom('bob', 'cyd', 'dee', 'eve');
  const act = fc.oneof(
    user.map((who) => ({ name: `${who} joins`, run: (group: string) => join(who, group) })),
    user.map((who) => ({ name: `${who} leaves`, run: (group: string) => leave(who, group) })),
    user.map((who) => ({ name: `ada removes ${who}`, run: (group: string) => remove('ada', group, who) })),
    fc
      .tuple(fc.constantFrom('ada', 'bob'), user, fc.constantFrom<MemberRole>('owner', 'admin', 'member'))
      .map(([by, who, role]) => ({
        name: `${by} makes ${who} ${role}`,
        run: (group: string) => setRole(by, group, who, role),
      })),
    fc.constant({ name: 'ada leaves', run: (group: string) => leave('ada', group) }),
  );
  const refusals = new Set([undefined, 'not_found', 'forbidden', 'last_owner']);

  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(act, { minLength: 1, maxLength: 4 }), { maxLength: 4 }), async (rounds) => {
      const group = await parley.aGroup(['ada', 'bob'], open);
      for (const round of rounds) {
        const outcomes = await Promise.all(round.map(({ run }) => refusalOf(run(group))));
        for (const code of outcomes) expect(refusals).toContain(code);
      }

      const roles = Object.values(await rolesIn(group));
      const state = await parley.stateOf(group);
      expect(state.memberCount).toBe(roles.length);
      expect(state.ownerCount).toBe(roles.filter((role) => role === 'owner').length);
      expect(state.ownerCount).toBeGreaterThan(0);
      const filed = await parley.changesOf(group);
      expect(filed.map((one) => one.rev)).toEqual(numbers(state.rev));
      const added = filed.filter((one) => one.kind === 'member.added').length;
      const removed = filed.filter((one) => one.kind === 'member.removed').length;
      expect(2 + added - removed).toBe(roles.length);
    }),
    { numRuns: 15 },
  );
});

it('goes through all members, some at a time', async () => {
  const group = await parley.aGroup(['ada', ...numbers(11).map((n) => `user-${n}`)]);
  const { tenant } = parley.given;
  const seen: string[] = [];
  let user: string | undefined;
  let turns = 0;
  do {
    const { members, last } = await parley.instance.members.after(tenant, group, { user, limit: 5 });
    seen.push(...members.map(({ userId }) => userId));
    user = last;
    turns += 1;
  } while (user !== undefined);

  expect(turns).toBe(3);
  expect(seen.toSorted()).toEqual(
    (await parley.instance.members.all(tenant, group)).map(({ userId }) => userId).toSorted(),
  );
});

it('finds those of some users who are members', async () => {
  const group = await parley.aGroup(['ada', 'bob', 'cyd']);
  const found = await parley.instance.members.among(parley.given.tenant, group, ['cyd', 'eve', 'ada']);
  expect(found.map(({ userId }) => userId)).toEqual(['cyd', 'ada']);
  expect(await parley.instance.members.among(parley.given.tenant, group, [])).toEqual([]);
});
