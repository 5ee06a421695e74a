/** What a message uses of AWS, in a stage where nobody but its people hears it: docs/cost.md turns that into dollars. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { times, type Usage } from '../cost/bill.ts';
import { type Seen, usageOf } from '../cost/ledger.ts';
import { costAssembly, openTown, type Town } from '../cost/town.ts';
import { aRoom, says } from '../cost/workloads/room.ts';

let town: Town;

beforeAll(async () => {
  town = await openTown(await costAssembly());
}, 120_000);
afterAll(() => town?.leaves());

const count = 4;

/** What the sender's function may look up beside, once in two seconds: whether a webhook wants to hear of it. */
const webhooks = 0.5;

/**
 * Each message alone, from so many by turns; what an instance knows after its first message it knows here.
 * @param areRead whether whoever writes says before that they have read what there is, which is not counted here
 */
const messagesTo = async (
  recipients: number,
  { talkers, areRead }: { talkers: 1 | 2; areRead: boolean },
): Promise<Seen> => {
  const room = await aRoom(town, recipients);
  const speak = async () => {
    for (let i = 0; i < count; i += 1) {
      const sender = room.members[i % talkers];
      if (!sender) throw new Error('Nobody is there.');
      if (areRead) await town.aside(() => sender.does('receipt.read', { conversationId: room.id }));
      await says(sender, room);
      await town.settled();
    }
  };
  await speak();
  return town.seen(speak);
};

/** Of one message, without what depends on how fast something is. */
const oneOf = (seen: Seen): Usage => {
  const { lambdaGbSecond: _, logGb: __, ...counts } = times(usageOf(seen), 1 / count);
  return counts;
};

const ran = ({ uses }: Seen, name: string): number =>
  uses.filter((use) => use.kind === 'invocation' && use.function === name).length / count;

/** Fan-out that reads a message before the sender has marked whom it told tells them again: that happens, and is not counted here. */
const framesOf = ({ calls, uses }: Seen, poster: string): number => {
  const posts = calls.filter((one) => one.function === poster && one.action === 'execute-api:ManageConnections');
  return (uses.filter(({ kind }) => kind === 'frame').length + posts.length) / count;
};

it('a message to one: a frame, its answer and a post, three writes, and nothing that nobody hears', async () => {
  const seen = await messagesTo(1, { talkers: 2, areRead: true });
  const { writeUnit, readUnit, busEvent, queueRequest } = oneOf(seen);
  expect({ writeUnit, busEvent, queueRequest }).toEqual({ writeUnit: 3, busEvent: undefined, queueRequest: undefined });
  expect(framesOf(seen, 'WebSocket/message-send')).toBe(3);
  expect(readUnit).toBeLessThanOrEqual(2 + 1 + 1.5 + webhooks);
  expect(ran(seen, 'WebSocket/message-send')).toBe(1);
  expect(ran(seen, 'Stream/fanout')).toBe(1);
  const unheard = ['Stream/publisher', 'Queue/notify', 'Queue/webhook-dispatch'];
  expect(unheard.map((name) => ran(seen, name))).toEqual([0, 0, 0]);
});

it('a message to ten: ten posts, three writes, half a read for each who listens, and nobody asks who they are', async () => {
  const seen = await messagesTo(10, { talkers: 1, areRead: false });
  const { writeUnit, readUnit, busEvent, queueRequest } = oneOf(seen);
  expect({ writeUnit, busEvent, queueRequest }).toEqual({ writeUnit: 3, busEvent: undefined, queueRequest: undefined });
  expect(framesOf(seen, 'Stream/fanout')).toBe(12);
  expect(readUnit).toBeLessThanOrEqual(1.5 + 11 / 2 + webhooks);
  expect(ran(seen, 'Stream/fanout')).toBe(1);
});

it('a message of somebody who never says what they have read: two writes more, which wake nobody', async () => {
  const seen = await messagesTo(1, { talkers: 2, areRead: false });
  expect(oneOf(seen).writeUnit).toBe(5);
  expect(ran(seen, 'Stream/fanout')).toBe(1);
});
