import { expect, it } from 'vitest';
import type { Message } from '../../../shared/protocol/message.ts';
import { aParley, numbers } from './parley.ts';

const parley = aParley();

const toldOf = async (message: Message) => {
  const { tenant } = parley.given;
  const { told } = await parley.instance.surroundings.listeners(tenant, { users: [], marked: [message] });
  return told.get(message.seq);
};

it.each(['group', 'direct'] as const)(
  'a mark in a conversation (%s) names whom the sender told of one message',
  async (type) => {
    const room = type === 'group' ? await parley.aGroup(['ada', 'bob']) : await parley.aDirect('ada', 'bob');
    const [one, two, answer] = [
      await parley.says('ada', room, 'one'),
      await parley.says('ada', room, 'two'),
      await parley.says('bob', room, 'three'),
    ];
    await parley.instance.toldMarks.leave(parley.given.tenant, one, ['b1', 'b2']);
    await parley.instance.toldMarks.leave(parley.given.tenant, answer, ['a1']);
    await parley.instance.toldMarks.leave(parley.given.tenant, two, []);

    expect([await toldOf(one), await toldOf(two), await toldOf(answer)]).toEqual([['b1', 'b2'], [], ['a1']]);
  },
);

it('of direct conversations only a sender’s last few stand, and none is taken for another’s', async () => {
  const [bobs, cyds] = [await parley.aDirect('ada', 'bob'), await parley.aDirect('ada', 'cyd')];
  const messages: Message[] = [];
  for (const i of numbers(8)) {
    const message = await parley.says('ada', i % 2 ? bobs : cyds, 'Hello!');
    await parley.instance.toldMarks.leave(parley.given.tenant, message, [`c${i}`]);
    messages.push(message);
  }

  const told = await Promise.all(messages.map(toldOf));
  expect(told.at(-1)).toEqual(['c8']);
  for (const [i, connections] of told.entries()) expect([[], [`c${i + 1}`]]).toContainEqual(connections);
});
