import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cursorOf } from '../../../shared/data/cursors.ts';
import { inboxPartition } from '../../../shared/data/keys.ts';
import { aParley, numbers, refusalOf } from './parley.ts';

const parley = aParley();

const walk = async (
  user: string,
  limit: number,
  list: { archived?: boolean; pinned?: boolean } = {},
): Promise<string[]> => {
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await parley.instance.inbox.page(parley.caller(user), { ...list, limit, cursor });
    expect(page.items.length).toBeLessThanOrEqual(limit);
    seen.push(...page.items.map((one) => one.id));
    cursor = page.nextCursor ?? undefined;
  } while (cursor);
  return seen;
};

/** What the queue worker does once the stream has told of a new hour. */
const refreshes = async (group: string) => {
  const { lastActivityAt } = await parley.stateOf(group);
  for (const member of await parley.instance.members.all(parley.given.tenant, group)) {
    await parley.instance.members.placeInInbox(parley.given.tenant, member, lastActivityAt);
  }
};

it('lists a user’s conversations, newest activity first, to the moment', async () => {
  const groups: string[] = [];
  for (const _ of numbers(5)) {
    groups.push(await parley.aGroup(['ada', 'bob']));
    parley.given.clock.forward({ seconds: 1 });
  }
  const [a = '', b = '', c = '', d = '', e = ''] = groups;
  for (const group of [c, a, d]) {
    await parley.says('bob', group, 'hello');
    parley.given.clock.forward({ ms: 1 });
  }

  for (const limit of [1, 2, 3, 100]) expect(await walk('ada', limit)).toEqual([d, a, c, e, b]);
});

it('has what one joins on top for oneself, and where it was for the others, whatever the size of its pages', async () => {
  const asleep = await parley.aGroup(['bob']);
  parley.given.clock.forward({ days: 3 });
  const awake: string[] = [];
  for (const _ of numbers(60)) {
    awake.unshift(await parley.aGroup(['ada', 'bob']));
    parley.given.clock.forward({ hours: 1 });
  }
  await parley.instance.members.add(await parley.placeOf('bob', asleep), ['ada'], 'member');

  for (const limit of [7, 50, 100]) {
    expect(await walk('ada', limit)).toEqual([asleep, ...awake]);
    expect(await walk('bob', limit)).toEqual([...awake, asleep]);
  }
  parley.given.clock.forward({ seconds: 1 });
  await parley.says('bob', String(awake[3]), 'hello');
  await refreshes(String(awake[3]));
  expect((await walk('ada', 100)).slice(0, 2)).toEqual([awake[3], asleep]);
});

it('shows how one stands to each, the newest message, and what is unread', async () => {
  const group = await parley.aGroup(['ada', 'bob']);
  for (const content of ['one', 'two']) await parley.says('ada', group, content);

  const [forAda] = (await parley.instance.inbox.page(parley.caller('ada'), { limit: 1 })).items;
  const [forBob] = (await parley.instance.inbox.page(parley.caller('bob'), { limit: 1 })).items;

  expect(forAda).toMatchObject({ id: group, role: 'owner', unreadCount: 0, lastMessage: { content: 'two' } });
  expect(forBob).toMatchObject({ id: group, role: 'member', unreadCount: 2, lastReadSeq: 0 });
  expect(forBob).not.toHaveProperty('ownerCount');
  expect(forBob).not.toHaveProperty('deletedAt');
});

it('finds each of many that were active at the same moment, once', async () => {
  const groups = await Promise.all(numbers(12).map(() => parley.aGroup(['ada'])));
  for (const limit of [1, 5, 12]) expect((await walk('ada', limit)).toSorted()).toEqual(groups.toSorted());
});

it('goes on beyond one chunk of the index: exact to the hour from chunk to chunk', async () => {
  const hourOf = new Map<string, number>();
  for (const n of numbers(115)) {
    hourOf.set(await parley.aGroup(['ada']), Math.floor((n - 1) / 40));
    parley.given.clock.forward(n % 40 === 0 ? { hours: 1 } : { ms: 10 });
  }
  for (const limit of [20, 100]) {
    const all = await walk('ada', limit);
    expect(all.toSorted()).toEqual([...hourOf.keys()].toSorted());
    expect(all.map((id) => hourOf.get(id))).toEqual([...hourOf.values()].toReversed());
  }
});

it('does not show what was deleted, nor stop at a page of it', async () => {
  const kept = await parley.aGroup(['ada']);
  parley.given.clock.forward({ seconds: 1 });
  for (const _ of numbers(60)) {
    const group = await parley.aGroup(['ada']);
    await parley.instance.conversations.remove(await parley.placeOf('ada', group));
  }
  expect(await walk('ada', 10)).toEqual([kept]);
});

it('moves a conversation up once it is active in a later hour', async () => {
  const [old, newer] = [await parley.aGroup(['ada', 'bob']), await parley.aGroup(['ada'])];
  parley.given.clock.forward({ hours: 5 });
  await parley.says('bob', old, 'hello again');
  await refreshes(old);
  expect(await walk('ada', 1)).toEqual([old, newer]);
});

it('is in its lists what is pinned, archived or neither, beyond one chunk of the index too', async () => {
  const groups: string[] = [];
  for (const n of numbers(130)) {
    groups.push(await parley.aGroup(['ada']));
    parley.given.clock.forward(n % 40 === 0 ? { hours: 1 } : { ms: 10 });
  }
  const { ownStates } = parley.instance;
  const ada = parley.caller('ada');
  const isArchived = (i: number) => i % 2 === 0;
  const isPinned = (i: number) => i % 13 === 1;
  await Promise.all(
    groups.map(async (group, i) => {
      if (isArchived(i)) await ownStates.patch(ada, group, { archived: true });
      else if (isPinned(i)) await ownStates.patch(ada, group, { pinned: true });
    }),
  );
  const those = (isIn: (i: number) => boolean) => groups.filter((_, i) => isIn(i)).toSorted();

  for (const limit of [7, 100]) {
    expect((await walk('ada', limit, { archived: true })).toSorted()).toEqual(those(isArchived));
    expect((await walk('ada', limit, { pinned: true })).toSorted()).toEqual(
      those((i) => !isArchived(i) && isPinned(i)),
    );
    expect((await walk('ada', limit, { pinned: false })).toSorted()).toEqual(
      those((i) => !isArchived(i) && !isPinned(i)),
    );
    const all = await walk('ada', limit);
    expect(all.toSorted()).toEqual(those((i) => !isArchived(i)));
    const pins = all.map((id) => isPinned(groups.indexOf(id)));
    expect(pins).toEqual(pins.toSorted((a, b) => Number(b) - Number(a)));
  }
});

it('keeps its lists when a conversation moves to a later hour at the same moment', async () => {
  const [pinned, archived, back] = [
    await parley.aGroup(['ada']),
    await parley.aGroup(['ada']),
    await parley.aGroup(['ada']),
  ];
  const { ownStates, members } = parley.instance;
  const ada = parley.caller('ada');
  await ownStates.patch(ada, back, { archived: true });
  const before = await Promise.all(
    [pinned, archived, back].map(async (group) => (await parley.placeOf('ada', group)).member),
  );
  parley.given.clock.forward({ hours: 2 });
  const now = parley.given.clock.now().toISOString();
  await ownStates.patch(ada, pinned, { pinned: true });
  await ownStates.patch(ada, archived, { archived: true });
  await ownStates.patch(ada, back, { archived: false });

  // The worker had read them before.
  for (const member of before) if (member) await members.placeInInbox(parley.given.tenant, member, now);

  const sorts = (await parley.given.items()).flatMap(({ GSI1SK }) => (GSI1SK === undefined ? [] : [String(GSI1SK)]));
  const hour = now.slice(0, 13);
  expect(sorts.toSorted()).toEqual([`!${hour}#${archived}`, `${hour}#${back}`, `P#${hour}#${pinned}`].toSorted());
});

it('is each user’s own', async () => {
  const group = await parley.aGroup(['ada', 'bob']);
  await parley.aGroup(['ada']);
  expect(await walk('bob', 10)).toEqual([group]);
  expect(await walk('eve', 10)).toEqual([]);
});

it('costs two calls a page', async () => {
  for (const _ of numbers(3)) await parley.aGroup(['ada']);
  const calls: string[] = [];
  const counted = parley.through(({ name }, pass) => {
    calls.push(name);
    return pass();
  });
  await counted.inbox.page(parley.caller('ada'), { limit: 50 });
  expect(calls).toEqual(['Query', 'BatchGetItem']);
});

it('refuses the cursor of somebody else, of another list, and what is none', async () => {
  for (const _ of numbers(2)) await parley.aGroup(['ada', 'bob']);
  const { inbox, members } = parley.instance;
  const { nextCursor } = await inbox.page(parley.caller('ada'), { limit: 1 });
  const place = await parley.placeOf('ada', await parley.aGroup(['ada', 'bob']));
  const { nextCursor: ofMembers } = await members.page(place, { limit: 1 });
  const page = (user: string, cursor: unknown) =>
    refusalOf(inbox.page(parley.caller(user), { limit: 1, cursor: String(cursor) }));

  expect(await page('ada', nextCursor)).toBeUndefined();
  expect(await page('bob', nextCursor)).toBe('invalid_request');
  expect(await page('ada', ofMembers)).toBe('invalid_request');
  expect(await page('ada', 'AAAA')).toBe('invalid_request');
});

it('never fails at a position that somebody made up', async () => {
  await parley.aGroup(['ada', 'bob']);
  const scope = () => `inbox:${inboxPartition(parley.given.tenant, 'ada')}`;
  const position = fc.record(
    {
      chunkAfter: fc.oneof(fc.string({ unit: 'binary' }), fc.constant('\ud800'), fc.constant('x'.repeat(700))),
      row: fc.anything(),
    },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(position, async (made) => {
      const cursor = cursorOf(scope(), made);
      expect([undefined, 'invalid_request']).toContain(
        await refusalOf(parley.instance.inbox.page(parley.caller('ada'), { limit: 1, cursor })),
      );
    }),
    {
      numRuns: 60,
      examples: [
        [{ chunkAfter: '' }],
        [{ chunkAfter: `!2026-11-21T12#g-${'x'.repeat(22)}` }],
        [{ chunkAfter: '\ud800' }],
        [{ chunkAfter: 'x'.repeat(1_100) }],
      ],
    },
  );
});

it('never fails at a member that somebody made up', async () => {
  const group = await parley.aGroup(['ada', 'bob']);
  const place = await parley.placeOf('ada', group);
  for (const made of ['', '#'.repeat(600), '\ud800', 7, null, { userId: 'ada' }]) {
    const cursor = cursorOf(`members:${group}`, made);
    expect([undefined, 'invalid_request']).toContain(
      await refusalOf(parley.instance.members.page(place, { limit: 1, cursor })),
    );
  }
});

it('knows every conversation of a user, however many', async () => {
  const groups = await Promise.all(numbers(30).map(() => parley.aGroup(['ada'])));
  const ids = await parley.instance.inbox.conversationIdsOf(parley.given.tenant, 'ada');
  expect(ids.toSorted()).toEqual(groups.toSorted());
});
