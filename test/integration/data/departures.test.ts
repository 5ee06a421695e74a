import { expect, it } from 'vitest';
import type { MemberRole } from '../../../shared/protocol/roles.ts';
import { aParley, numbers } from './parley.ts';

const parley = aParley();
const large = aParley({ groupSize: 5_000 });

const departs = (user: string, group: string, instance = parley.instance) =>
  instance.departures.depart(parley.given.tenant, group, user);
const setRole = async (group: string, user: string, role: MemberRole) =>
  parley.instance.members.setRole(await parley.placeOf('ada', group), user, role);
const rolesIn = async (group: string): Promise<Record<string, string>> =>
  Object.fromEntries(
    (await parley.instance.members.all(parley.given.tenant, group)).map(({ userId, role }) => [userId, role]),
  );

it('takes a deleted user out of a group', async () => {
  const group = await parley.aGroup(['ada', 'bob']);
  await departs('bob', group);

  expect(await rolesIn(group)).toEqual({ ada: 'owner' });
  expect(await parley.stateOf(group)).toMatchObject({ memberCount: 1, ownerCount: 1, rev: 1 });
});

it('hands over from the last owner to an admin, in one step with the departure', async () => {
  const group = await parley.aGroup(['ada', 'bob', 'cyd']);
  await setRole(group, 'cyd', 'admin');
  await departs('ada', group);

  expect(await rolesIn(group)).toEqual({ bob: 'member', cyd: 'owner' });
  expect(await parley.stateOf(group)).toMatchObject({ memberCount: 2, ownerCount: 1, rev: 3 });
  expect((await parley.changesOf(group)).slice(1)).toMatchObject([
    { kind: 'member.updated', rev: 2, member: { userId: 'cyd', role: 'owner', rev: 2 } },
    { kind: 'member.removed', rev: 3, member: { userId: 'ada', rev: 3 } },
  ]);
});

it('hands over to nobody where there is another owner', async () => {
  const group = await parley.aGroup(['ada', 'bob', 'cyd']);
  await setRole(group, 'bob', 'owner');
  await departs('ada', group);
  expect(await rolesIn(group)).toEqual({ bob: 'owner', cyd: 'member' });
});

it('ends a group of nobody else', async () => {
  const group = await parley.aGroup(['ada']);
  await departs('ada', group);

  expect((await parley.stateOf(group)).deletedAt).not.toBeNull();
  expect(await parley.changesOf(group)).toMatchObject([{ kind: 'conversation.deleted', rev: 1 }]);
});

it('leaves a direct conversation to the other', async () => {
  const direct = await parley.aDirect('ada', 'bob');
  await departs('ada', direct);
  expect(Object.keys(await rolesIn(direct))).toEqual(['ada', 'bob']);
});

it('changes nothing when it is repeated, or for somebody who was never there', async () => {
  const group = await parley.aGroup(['ada', 'bob']);
  for (const user of ['bob', 'bob', 'eve']) await departs(user, group);
  expect((await parley.stateOf(group)).rev).toBe(1);

  const alone = await parley.aGroup(['ada']);
  for (const _ of numbers(2)) await departs('ada', alone);
  expect((await parley.stateOf(alone)).rev).toBe(1);
});

it('finds another heir when the first one leaves at that moment', async () => {
  const group = await parley.aGroup(['ada', 'bob', 'cyd']);
  await setRole(group, 'bob', 'admin');
  let left = false;
  const meanwhile = parley.through(async ({ name }, pass) => {
    const answer = await pass();
    if (name === 'Query' && !left) {
      left = true;
      await parley.instance.members.leave(await parley.placeOf('bob', group));
    }
    return answer;
  });

  await departs('ada', group, meanwhile);

  expect(await rolesIn(group)).toEqual({ cyd: 'owner' });
  expect(await parley.stateOf(group)).toMatchObject({ memberCount: 1, ownerCount: 1 });
});

it('ends the group when the only heir leaves at that moment', async () => {
  const group = await parley.aGroup(['ada', 'bob']);
  let left = false;
  const meanwhile = parley.through(async ({ name }, pass) => {
    const answer = await pass();
    if (name === 'Query' && !left) {
      left = true;
      await parley.instance.members.leave(await parley.placeOf('bob', group));
    }
    return answer;
  });

  await departs('ada', group, meanwhile);

  expect((await parley.stateOf(group)).deletedAt).not.toBeNull();
});

it('does not end a group that somebody joins at that moment', async () => {
  const group = await parley.aGroup(['ada'], { settings: { open: true } });
  let joined = false;
  const meanwhile = parley.through(async ({ name }, pass) => {
    const answer = await pass();
    if (name === 'Query' && !joined) {
      joined = true;
      await parley.instance.members.join(await parley.instance.places.entranceOf(parley.caller('bob'), group));
    }
    return answer;
  });

  await departs('ada', group, meanwhile);

  expect((await parley.stateOf(group)).deletedAt).toBeNull();
  expect(await rolesIn(group)).toEqual({ bob: 'owner' });
});

it('takes all of a group’s users out at once, and the last one ends it', async () => {
  const users = ['ada', 'bob', 'cyd', 'dee'];
  const group = await parley.aGroup(users);

  await Promise.all(users.map((user) => departs(user, group)));

  expect((await parley.stateOf(group)).deletedAt).not.toBeNull();
});

it('reads nobody else where nobody has to take over, however many there are', async () => {
  const group = await parley.aGroup(['ada', 'bob', 'cyd']);
  let queries = 0;
  const counted = parley.through(async ({ name }, pass) => {
    if (name === 'Query') queries += 1;
    return pass();
  });
  await departs('bob', group, counted);
  expect(queries).toBe(0);
});

it('finds the heir of a group of many, and does not look for them again when it has to try again', async () => {
  const users = numbers(2_200).map((n) => `user-${n}`);
  const group = await large.aGroup(['ada', ...users]);
  await large.instance.members.setRole(await large.placeOf('ada', group), 'user-1999', 'admin');
  let queries = 0;
  let changed = false;
  const meanwhile = large.through(async ({ name }, pass) => {
    if (name === 'Query') queries += 1;
    if (name === 'TransactWriteItems' && !changed) {
      changed = true;
      await large.instance.conversations.update(await large.placeOf('ada', group), { title: 'Hall' });
    }
    return pass();
  });

  await meanwhile.departures.depart(large.given.tenant, group, 'ada');

  expect(await large.instance.members.among(large.given.tenant, group, ['ada', 'user-1999'])).toMatchObject([
    { userId: 'user-1999', role: 'owner' },
  ]);
  expect(changed).toBe(true);
  expect(queries).toBe(3);
});
