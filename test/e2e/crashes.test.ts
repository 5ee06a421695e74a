/** Whatever step of a send something goes wrong at, the message is there once, and everybody has heard it. */
import { describe, expect, it } from 'vitest';
import type { Fault } from '../../infra/local/ports.ts';
import type { OwnConversation } from '../../shared/protocol/conversation.ts';
import { type Acked, insistsOn, insistsOnPosting } from '../support/persistence.ts';
import { createsGroup, historyOf } from '../support/room.ts';
import { storedIn } from '../support/stored.ts';
import { aWorld } from '../support/world.ts';

/** Everybody sends as much as they like. */
const world = aWorld({ alone: true, tenantLimits: { messagesPerMinute: 6_000 } });

const doors = [
  { door: 'a socket', name: 'WebSocket/message-send' },
  { door: 'HTTP', name: 'Http/messages-create' },
] as const;
type Door = (typeof doors)[number];

let casts = 0;

/** Two people, one of them with two devices. */
const given = async ({ door, name }: Door) => {
  casts += 1;
  const [ada, bob] = await Promise.all([world.person(`ada-${casts}`), world.person(`bob-${casts}`)]);
  const [phone, laptop, bobs] = [await ada.connects(), await ada.connects(), await bob.connects()];
  return {
    door,
    ada,
    bob,
    /** Who has to hear it; the phone has its answer. */
    listeners: [laptop, bobs, ...(name.startsWith('Http') ? [phone] : [])],
    /** In a room that nobody has said anything in. */
    sends: async (): Promise<{ room: OwnConversation; acked: Acked }> => {
      const room = await createsGroup(ada, [bob]);
      const wish = { conversation: room, content: 'Hello!', clientMessageId: 'c1' };
      return { room, acked: await (name.startsWith('Http') ? insistsOnPosting(ada, wish) : insistsOn(phone, wish)) };
    },
  };
};
type Given = Awaited<ReturnType<typeof given>>;
type Sent = Given & Awaited<ReturnType<Given['sends']>> & { step: number };

/** How many calls a send makes that nothing goes wrong with. */
const stepsOf = async ({ name }: Door, { sends }: Given): Promise<number> => {
  await sends();
  const before = world.cloud.meter.calls({ function: name }).length;
  await sends();
  return world.cloud.meter.calls({ function: name }).length - before;
};

/** One send for each step that a send has, with that step going wrong. */
const sendAtEachStepOf = async (door: Door, fault: Fault) => {
  const cast = await given(door);
  const steps = await stepsOf(door, cast);
  expect(steps).toBeGreaterThanOrEqual(5);
  const sent: Sent[] = [];
  for (let i = 0; i < steps; i += 1) {
    const takeBack = world.cloud.faults.add({ function: door.name, after: i, times: 1, fault });
    sent.push({ ...cast, ...(await cast.sends()), step: i + 1 });
    takeBack();
  }
  return sent;
};

/** Faults strike by function, so the doors do not disturb each other. */
const sendAtEachStep = async (fault: Fault) =>
  (await Promise.all(doors.map((door) => sendAtEachStepOf(door, fault)))).flat();

const expectOneMessageForAll = async ({ ada, bob, room, listeners, acked, step, door }: Sent) => {
  const at = `${door} at step ${step}`;
  const isHere = ({ conversationId }: { conversationId: string }) => conversationId === room.id;
  const heard = await Promise.all(listeners.map((device) => device.hearsEvent('message.new', isHere)));
  expect(new Set(heard.map(({ seq }) => seq)), at).toEqual(new Set([acked.seq]));

  await storedIn(world.cloud).age(world.tenant, room);
  const history = await historyOf(bob, room);
  const sent = history.filter(({ status }) => status === 'sent');
  expect(
    history.map(({ seq }) => seq),
    at,
  ).toEqual(history.map((_, i) => i + 1));
  expect(sent, at).toMatchObject([{ id: acked.messageId, seq: acked.seq, content: 'Hello!', clientMessageId: 'c1' }]);

  const path = `/api/conversations/${room.id}`;
  const [hers, his] = await Promise.all([ada, bob].map((one) => one.does('GET', path)));
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
