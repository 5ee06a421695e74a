/** Whatever step of a send something goes wrong at, the message is there once, and everybody has heard it. */
import { describe, expect, it } from 'vitest';
import type { Fault } from '../../infra/local/ports.ts';
import { type Acked, insistsOn, insistsOnPosting } from '../support/persistence.ts';
import { createsGroup, historyOf, inboxOf } from '../support/room.ts';
import { storedIn } from '../support/stored.ts';
import { aWorld } from '../support/world.ts';

const world = aWorld({ alone: true });

const doors = [
  { door: 'a socket', name: 'WebSocket/message-send' },
  { door: 'HTTP', name: 'Http/messages-create' },
] as const;
type Door = (typeof doors)[number];

let rooms = 0;

/** Two members in a room of their own: nobody may send much in a minute. */
const given = async ({ name }: Door) => {
  rooms += 1;
  const [ada, bob] = await Promise.all([world.person(`ada-${rooms}`), world.person(`bob-${rooms}`)]);
  const [phone, laptop, bobs] = [await ada.connects(), await ada.connects(), await bob.connects()];
  const room = await createsGroup(ada, [bob]);
  const wish = { conversation: room, content: 'Hello!', clientMessageId: 'c1' };
  return {
    ada,
    bob,
    room,
    /** Who has to hear it; the phone has its answer. */
    listeners: [laptop, bobs, ...(name.startsWith('Http') ? [phone] : [])],
    send: (): Promise<Acked> => (name.startsWith('Http') ? insistsOnPosting(ada, wish) : insistsOn(phone, wish)),
  };
};
type Sent = Awaited<ReturnType<typeof given>> & { door: string; step: number; acked: Acked };

/** How many calls a send makes that nothing goes wrong with. */
const stepsOf = async (door: Door): Promise<number> => {
  await (await given(door)).send();
  const undisturbed = await given(door);
  const before = world.cloud.meter.calls({ function: door.name }).length;
  await undisturbed.send();
  return world.cloud.meter.calls({ function: door.name }).length - before;
};

/** One send for each step that a send has, with that step going wrong. */
const sendAtEachStepOf = async (door: Door, fault: Fault) => {
  const steps = await stepsOf(door);
  expect(steps).toBeGreaterThanOrEqual(5);
  const sent: Sent[] = [];
  for (let i = 0; i < steps; i += 1) {
    const place = await given(door);
    const takeBack = world.cloud.faults.add({ function: door.name, after: i, times: 1, fault });
    sent.push({ ...place, door: door.door, step: i + 1, acked: await place.send() });
    takeBack();
  }
  return sent;
};

/** Faults strike by function, so the doors do not disturb each other. */
const sendAtEachStep = async (fault: Fault) =>
  (await Promise.all(doors.map((door) => sendAtEachStepOf(door, fault)))).flat();

const expectOneMessageForAll = async ({ ada, bob, room, listeners, acked, step, door }: Sent) => {
  const at = `${door} at step ${step}`;
  const heard = await Promise.all(listeners.map((device) => device.hearsEvent('message.new')));
  expect(new Set(heard.map(({ seq }) => seq)), at).toEqual(new Set([acked.seq]));

  await storedIn(world.cloud).age(world.tenant, room);
  const history = await historyOf(bob, room);
  const sent = history.filter(({ status }) => status === 'sent');
  expect(
    history.map(({ seq }) => seq),
    at,
  ).toEqual(history.map((_, i) => i + 1));
  expect(sent, at).toMatchObject([{ id: acked.messageId, seq: acked.seq, content: 'Hello!', clientMessageId: 'c1' }]);

  const [[hers], [his]] = await Promise.all([inboxOf(ada), inboxOf(bob)]);
  const lastMessage = { messageId: acked.messageId, seq: acked.seq, content: 'Hello!' };
  expect(hers, at).toMatchObject({ unreadCount: 0, lastMessage });
  expect(his, at).toMatchObject({ unreadCount: history.length, lastMessage });
};

describe('a send, over a socket and over HTTP', () => {
  it.each([
    ['before', 'crash-before'],
    ['after', 'crash-after'],
  ] as const)(
    'whose function dies %s any one of its calls leaves one message once it is repeated, and everybody hears it',
    async (_, kind) => {
      const sent = await sendAtEachStep({ kind });
      expect(sent.map(({ acked }) => acked.attempts)).toEqual(sent.map(() => 2));
      for (const one of sent) await expectOneMessageForAll(one);
    },
    120_000,
  );

  it.each([
    ['throttled', 'throttle'],
    ['answered with an internal error', 'error'],
  ] as const)(
    'any one of whose calls is %s succeeds at the first attempt',
    async (_, kind) => {
      const sent = await sendAtEachStep({ kind });
      expect(sent.map(({ acked }) => acked.attempts)).toEqual(sent.map(() => 1));
      for (const one of sent) await expectOneMessageForAll(one);
    },
    120_000,
  );
});
