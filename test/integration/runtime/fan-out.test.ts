import { describe, expect, it } from 'vitest';
import type { Message } from '../../../shared/protocol/message.ts';
import { createPosting } from '../../../shared/runtime/delivery.ts';
import { createFanOut } from '../../../shared/runtime/fan-out.ts';
import type { Between, Call } from '../../support/table.ts';
import { aParley } from '../data/parley.ts';
import { aGateway } from './gateway.ts';
import { noRooms } from './rooms.ts';

const parley = aParley();

/** A replica that has not seen who became a member last: it answers whoever does not ask for a consistent read. */
const lagging =
  (user: string): Between =>
  async ({ name, input }: Call, pass) => {
    const answer = await pass();
    if (name !== 'Query' || input.ConsistentRead === true) return answer;
    const { Items = [] } = answer as { Items?: { userId?: unknown }[] };
    return { ...(answer as object), Items: Items.filter((item) => !JSON.stringify(item).includes(`"${user}"`)) };
  };

const fanOutOver = (instance: typeof parley.instance) => {
  const gateway = aGateway();
  const posting = createPosting({ ...instance, connections: gateway.connections, clock: parley.given.clock });
  return { gateway, fanOut: createFanOut({ ...instance, posting, clock: parley.given.clock }) };
};

it('tells somebody who became a member just before, whom a replica does not know of yet', async () => {
  const { tenant } = parley.given;
  const conversationId = await parley.aGroup(['ada']);
  await parley.instance.members.add(await parley.placeOf('ada', conversationId), ['bob'], 'member');
  await parley.instance.presence.add(parley.caller('bob'), 'b1');
  const message = await parley.says('ada', conversationId, 'Hello!');
  const instance = parley.through(lagging('bob'));
  const known = (await instance.members.all(tenant, conversationId)).map(({ userId }) => userId);
  expect(known, 'the replica lags').toEqual(['ada']);
  const { gateway, fanOut } = fanOutOver(instance);

  await fanOut({ tenant, conversationId, happenings: [await parley.recordOf(message)] }, noRooms);

  expect(gateway.heardBy('b1')).toEqual([{ event: 'message.new', data: message }]);
});

it('files a reaction before it looks who is connected, so that who connects too late to hear of it finds it', async () => {
  const { tenant, clock } = parley.given;
  const conversationId = await parley.aGroup(['ada', 'bob']);
  const { id: messageId } = await parley.says('ada', conversationId, 'Hello!');
  const change = await parley.instance.reactions.add(parley.caller('ada'), { messageId }, '👍');
  const calls: string[] = [];
  const instance = parley.through(async ({ name, input }, pass) => {
    const isPresence = name === 'BatchGetItem' && JSON.stringify(input).includes('PRESENCE');
    // Slow, for what waits for it to come after it all the same.
    if (name === 'PutItem') await new Promise((resolve) => setTimeout(resolve, 50));
    const answer = await pass();
    if (name === 'PutItem' || isPresence) calls.push(isPresence ? 'who is connected' : 'filed');
    return answer;
  });
  await parley.instance.presence.add(parley.caller('bob'), 'b1');
  const { gateway, fanOut } = fanOutOver(instance);
  const happening = { kind: 'reaction.added', seq: 1, at: clock.now().toISOString(), change } as const;

  await fanOut({ tenant, conversationId, happenings: [happening] }, noRooms);
  await fanOut({ tenant, conversationId, happenings: [happening] }, noRooms);

  expect(calls).toEqual(['filed', 'who is connected', 'who is connected']);
  expect(await parley.changesOf(conversationId)).toMatchObject([{ rev: 1, kind: 'reaction.added', userId: 'ada' }]);
  const told = { event: 'reaction.added', data: change };
  expect(gateway.heardBy('b1')).toEqual([told, told]);
});

it('leaves out those whom the sender reached, and nobody else', async () => {
  const { tenant } = parley.given;
  const conversationId = await parley.aGroup(['ada', 'bob']);
  for (const id of ['b1', 'b2']) await parley.instance.presence.add(parley.caller('bob'), id);
  const message = await parley.says('ada', conversationId, 'Hello!');
  await parley.instance.toldMarks.leave(tenant, message, ['b1']);
  const { gateway, fanOut } = fanOutOver(parley.instance);

  await fanOut({ tenant, conversationId, happenings: [await parley.recordOf(message)] }, noRooms);

  expect(gateway.heardBy('b1')).toEqual([]);
  expect(gateway.heardBy('b2')).toEqual([{ event: 'message.new', data: message }]);
});

/** A group of Ada and Bob, each with a connection, told by one instance of which each query is counted. */
const aGroupThatIsFollowed = async (between: Between = (_, pass) => pass()) => {
  const { tenant } = parley.given;
  const conversationId = await parley.aGroup(['ada', 'bob']);
  for (const user of ['ada', 'bob', 'cem']) await parley.instance.presence.add(parley.caller(user), `${user}1`);
  let queries = 0;
  const instance = parley.through((call, pass) => {
    if (call.name === 'Query') queries += 1;
    return between(call, pass);
  });
  const { gateway, fanOut } = fanOutOver(instance);
  return {
    conversationId,
    queries: () => queries,
    /** @returns who was told of it */
    says: async (content: string): Promise<string[]> => {
      const message = await parley.says('ada', conversationId, content);
      await fanOut({ tenant, conversationId, happenings: [await parley.recordOf(message)] }, noRooms);
      return ['ada', 'bob', 'cem'].filter((user) =>
        gateway.heardBy(`${user}1`).some((frame) => JSON.stringify(frame).includes(content)),
      );
    },
    adds: async (user: string) =>
      parley.instance.members.add(await parley.placeOf('ada', conversationId), [user], 'member'),
    removes: async (user: string) => parley.instance.members.remove(await parley.placeOf('ada', conversationId), user),
  };
};

it('remembers the members of a group for as long as its revision is the same', async () => {
  const { says, adds, removes, queries } = await aGroupThatIsFollowed();

  for (const content of ['one', 'two', 'three', 'four']) expect(await says(content)).toEqual(['ada', 'bob']);
  expect(queries(), 'before they are believed, a second look must have shown the same revision').toBe(2);

  await adds('cem');
  for (const content of ['five', 'six']) expect(await says(content)).toEqual(['ada', 'bob', 'cem']);
  expect(queries()).toBe(3);

  await removes('bob');
  for (const content of ['seven', 'eight']) expect(await says(content)).toEqual(['ada', 'cem']);
  expect(queries()).toBe(4);
});

it('does not remember members who were read before a change that the conversation shows already', async () => {
  let overtake: (() => Promise<unknown>) | undefined;
  let membersAreRead = Promise.withResolvers<void>();
  const group = await aGroupThatIsFollowed(async ({ name, input }, pass) => {
    if (!overtake) return pass();
    if (name === 'Query') {
      const answer = await pass();
      membersAreRead.resolve();
      return answer;
    }
    if (JSON.stringify(input).includes('META')) {
      await membersAreRead.promise;
      await overtake();
    }
    return pass();
  });
  await group.says('one');
  overtake = () => group.adds('cem');
  membersAreRead = Promise.withResolvers();
  await group.says('two');
  overtake = undefined;

  for (const content of ['three', 'four', 'five']) expect(await group.says(content)).toEqual(['ada', 'bob', 'cem']);
});

it('asks nobody who the two of a direct conversation are', async () => {
  const { tenant } = parley.given;
  const conversationId = await parley.aDirect('ada', 'bob');
  await parley.instance.presence.add(parley.caller('bob'), 'b1');
  const calls: string[] = [];
  const { gateway, fanOut } = fanOutOver(
    parley.through(({ name }, pass) => {
      calls.push(name);
      return pass();
    }),
  );
  const message = await parley.says('ada', conversationId, 'Hello!');

  await fanOut({ tenant, conversationId, happenings: [await parley.recordOf(message)] }, noRooms);

  expect(gateway.heardBy('b1')).toEqual([{ event: 'message.new', data: message }]);
  expect(calls).not.toContain('Query');
});

describe('a message that says by itself what else would be looked up', () => {
  const given = async (users: readonly string[]) => {
    const { tenant } = parley.given;
    const conversationId = await parley.aGroup(users);
    for (const user of users) await parley.instance.presence.add(parley.caller(user), `${user}1`);
    const calls: string[] = [];
    const { gateway, fanOut } = fanOutOver(
      parley.through(({ name, input }, pass) => {
        calls.push(`${name}${JSON.stringify(input).includes('META') ? ' of META' : ''}`);
        return pass();
      }),
    );
    const says = async (user: string, content: string) => {
      const { seq } = await parley.stateOf(conversationId);
      return parley.says(user, conversationId, content, { afterSeq: seq });
    };
    return {
      gateway,
      conversationId,
      says,
      /** @returns the calls that it takes to tell of a message */
      tells: async (message: Message): Promise<string[]> => {
        calls.length = 0;
        await fanOut({ tenant, conversationId, happenings: [await parley.recordOf(message)] }, noRooms);
        return [...calls];
      },
    };
  };
  const one = ['BatchGetItem'];

  it('takes one look, at who is there', async () => {
    const { says, tells, gateway } = await given(['ada', 'bob']);
    for (const content of ['one', 'two']) await tells(await says('ada', content));

    const message = await says('ada', 'three');

    expect(await tells(message)).toEqual(one);
    expect(gateway.heardBy('bob1').at(-1)).toEqual({ event: 'message.new', data: message });
  });

  it('takes more where its sender had not read what came before', async () => {
    const { says, tells } = await given(['ada', 'bob']);
    for (const content of ['one', 'two', 'three']) await tells(await says('ada', content));

    expect(await tells(await says('bob', 'four'))).toEqual(
      expect.arrayContaining(['BatchGetItem of META', 'UpdateItem']),
    );
  });

  it('takes more where its sender had marked the conversation as unread', async () => {
    const { says, tells, conversationId } = await given(['ada', 'bob']);
    for (const content of ['one', 'two', 'three']) await tells(await says('ada', content));
    await parley.instance.ownStates.markUnread(parley.caller('ada'), conversationId);

    expect(await tells(await says('ada', 'four'))).toEqual(
      expect.arrayContaining(['BatchGetItem of META', 'UpdateItem']),
    );
  });

  it('takes more after a change of the conversation', async () => {
    const { says, tells, conversationId } = await given(['ada', 'bob']);
    for (const content of ['one', 'two', 'three']) await tells(await says('ada', content));
    await parley.instance.conversations.update(await parley.placeOf('ada', conversationId), { title: 'Lobby' });

    expect(await tells(await says('ada', 'four'))).toContain('BatchGetItem of META');
    await tells(await says('ada', 'five'));
    expect(await tells(await says('ada', 'six'))).toEqual(one);
  });

  it('takes more where newcomers do not see it and have to hear what its sender has read', async () => {
    const { says, tells, conversationId } = await given(['ada', 'bob']);
    const settings = { historyFrom: 'join' } as const;
    await parley.instance.conversations.update(await parley.placeOf('ada', conversationId), { settings });
    for (const content of ['one', 'two', 'three']) await tells(await says('ada', content));

    expect(await tells(await says('ada', 'four'))).toContain('BatchGetItem of META');
  });
});
