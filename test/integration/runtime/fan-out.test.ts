import { expect, it } from 'vitest';
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

  await fanOut({ tenant, conversationId, happenings: [{ kind: 'message', message, isNew: true }] }, noRooms);

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
  await parley.instance.sends.markTold(await parley.placeOf('ada', conversationId), message, ['b1']);
  const { gateway, fanOut } = fanOutOver(parley.instance);

  await fanOut({ tenant, conversationId, happenings: [{ kind: 'message', message, isNew: true }] }, noRooms);

  expect(gateway.heardBy('b1')).toEqual([]);
  expect(gateway.heardBy('b2')).toEqual([{ event: 'message.new', data: message }]);
});
