/** From deliveries to sockets, and through the redelivery queue to those that could not be reached, with the table's own list. */
import '../../support/lambda-environment.ts';
import type { SQSEvent } from 'aws-lambda';
import { expect, it } from 'vitest';
import { redeliver } from '../../../functions/queue/redeliver.ts';
import type { Connection } from '../../../shared/data/presence.ts';
import type { Delivery } from '../../../shared/domain/deliveries.ts';
import { createPosting } from '../../../shared/runtime/delivery.ts';
import { aParley } from '../data/parley.ts';
import { aGateway } from './gateway.ts';

const parley = aParley();
const patience = { retries: 0, timeoutMs: 100 };

/** Bob, whose connection `b1` was listed just now. */
const given = async () => {
  const gateway = aGateway();
  const { presence } = parley.instance;
  const { tenant, clock } = parley.given;
  await presence.add(parley.caller('bob'), 'b1');
  const posting = createPosting({ presence, connections: gateway.connections, clock });
  const handle = redeliver({ posting, presence });
  const live = () => presence.connectionsOf(tenant, ['bob']);
  return {
    gateway,
    posts: async (...contents: string[]) => posting.post(tenant, contents.map(deliveryOf), await live(), patience),
    /** As the queue does with a post that failed. @returns whether it is done with */
    tries: async (connection: Connection | undefined, frame: string | undefined): Promise<boolean> => {
      const record = { messageId: 'm1', body: JSON.stringify({ tenant, connection, frame }) };
      const { batchItemFailures } = await handle({ Records: [record] } as SQSEvent);
      return batchItemFailures.length === 0;
    },
    listed: async () => (await live()).map(({ id }) => id),
  };
};

const frameOf = (content: string) => ({ event: 'message.new', data: { content } });
const deliveryOf = (content: string) =>
  ({ to: new Set(['bob']), except: new Set(), frame: frameOf(content) }) as unknown as Delivery;

it('keeps what a connection that is still opening could not hear, and tells it once it is open', async () => {
  const { gateway, posts, tries, listed } = await given();
  gateway.lets('b1', 'gone');
  const { reached, undelivered } = await posts('Hello!');
  expect(reached).toEqual([]);
  expect(await listed()).toEqual(['b1']);

  gateway.lets('b1', 'sent');
  const [left] = undelivered;
  expect(await tries(left?.connection, left?.frames[0])).toBe(true);

  expect(gateway.heardBy('b1')).toEqual([frameOf('Hello!')]);
  expect(await listed()).toEqual(['b1']);
});

it('takes one that is not there half a minute later for gone', async () => {
  const { gateway, posts, listed } = await given();
  gateway.lets('b1', 'gone');
  parley.given.clock.forward({ ms: 29_999 });
  expect(await posts('Hello!')).toMatchObject({ undelivered: [{ connection: { id: 'b1' } }] });
  expect(await listed()).toEqual(['b1']);

  parley.given.clock.forward({ ms: 1 });
  expect(await posts('Hello!')).toMatchObject({ reached: [], undelivered: [], over: [{ id: 'b1' }] });
  expect(await listed()).toEqual([]);
});

it('gives one up at the third try that came and vanished at once, long before it would be a dead letter', async () => {
  const { gateway, posts, tries, listed } = await given();
  gateway.lets('b1', 'gone');
  const [left] = (await posts('Hello!')).undelivered;

  // Two seconds until the first try, and fifteen between tries.
  const outcomes: boolean[] = [];
  for (const seconds of [2, 15, 15]) {
    parley.given.clock.forward({ seconds });
    outcomes.push(await tries(left?.connection, left?.frames[0]));
  }

  expect(outcomes).toEqual([false, false, true]);
  expect(await listed()).toEqual([]);
});

it('is done with one at the first try whose client took its leave meanwhile', async () => {
  const { gateway, posts, tries } = await given();
  gateway.lets('b1', 'gone');
  const [left] = (await posts('Hello!')).undelivered;
  await parley.instance.presence.remove(parley.given.tenant, 'bob', ['b1']);
  expect(await tries(left?.connection, left?.frames[0])).toBe(true);
});

it('tries one again that fails, however old it is', async () => {
  const { gateway, posts, tries, listed } = await given();
  gateway.lets('b1', 'fails');
  parley.given.clock.forward({ seconds: 60 });
  const [left] = (await posts('Hello!')).undelivered;
  expect(await tries(left?.connection, left?.frames[0])).toBe(false);
  expect(await listed()).toEqual(['b1']);
});

it('closes one whose token has ended, and takes it off the list', async () => {
  const { gateway, posts, tries, listed } = await given();
  gateway.lets('b1', 'fails');
  const [left] = (await posts('Hello!')).undelivered;
  parley.given.clock.forward({ hours: 1 });

  expect(await tries(left?.connection, left?.frames[0])).toBe(true);

  expect(gateway.closed).toEqual(['b1']);
  expect(gateway.heardBy('b1')).toEqual([]);
  expect(await listed()).toEqual([]);
});

it('keeps one on the list that could not be closed: it would stay open and never hear why it hears nothing', async () => {
  const { gateway, posts, tries, listed } = await given();
  gateway.lets('b1', 'fails');
  const [left] = (await posts('Hello!')).undelivered;
  parley.given.clock.forward({ hours: 1 });
  gateway.closesNothing();

  expect(await posts('Hello again!')).toEqual({ reached: [], undelivered: [], over: [] });
  expect(await tries(left?.connection, left?.frames[0])).toBe(true);

  expect(await listed()).toEqual(['b1']);
});

it('tells several events in one frame, and a refused frame holds up nobody', async () => {
  const { gateway, posts } = await given();
  expect(await posts('one', 'two')).toEqual({ reached: ['b1'], undelivered: [], over: [] });
  expect(gateway.heardBy('b1')).toEqual([{ event: 'batch', data: { events: ['one', 'two'].map(frameOf) } }]);

  gateway.lets('b1', 'refused');
  expect(await posts('three')).toEqual({ reached: ['b1'], undelivered: [], over: [] });
});
