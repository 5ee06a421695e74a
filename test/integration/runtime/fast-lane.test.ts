import '../../support/lambda-environment.ts';
import { expect, it } from 'vitest';
import type { Caller } from '../../../shared/domain/caller.ts';
import { createPosting } from '../../../shared/runtime/delivery.ts';
import { createFanOut } from '../../../shared/runtime/fan-out.ts';
import { createFastLane } from '../../../shared/runtime/fast-lane.ts';
import { aParley, draftOf } from '../data/parley.ts';
import { aGateway } from './gateway.ts';
import { noRooms } from './rooms.ts';

const parley = aParley();

/** Ada with a phone that sends and a laptop, Bob with a phone and a tablet. */
const given = async () => {
  const { instance } = parley;
  const gateway = aGateway();
  const ada: Caller = parley.caller('ada', { connectionId: 'phone' });
  const bob = parley.caller('bob');
  const conversationId = await parley.aGroup(['ada', 'bob']);
  for (const id of ['phone', 'laptop']) await instance.presence.add(ada, id);
  for (const id of ['bobs-phone', 'bobs-tablet']) await instance.presence.add(bob, id);
  const posting = createPosting({ ...instance, connections: gateway.connections, clock: parley.given.clock });
  const fastLane = createFastLane({ ...instance, posting });
  const fanOut = createFanOut({ ...instance, posting, clock: parley.given.clock });
  return {
    gateway,
    send: async () => {
      const draft = draftOf('Hello!');
      const { place, ...entry } = await instance.sends.enter(ada, conversationId, draft);
      const audience = await fastLane.audienceOf(place);
      const message = await instance.sends.append(place, draft, entry);
      await instance.toldMarks.leave(ada.tenant, message, await fastLane.deliver(place, message, audience));
      return message;
    },
    /** As the stream does with the message, later. */
    tellsTheRest: async (message: Awaited<ReturnType<typeof instance.send>>) =>
      fanOut(
        {
          tenant: parley.given.tenant,
          conversationId,
          happenings: [await parley.recordOf(message)],
        },
        noRooms,
      ),
    heard: () =>
      Object.fromEntries(
        ['phone', 'laptop', 'bobs-phone', 'bobs-tablet'].map((id) => [id, gateway.heardBy(id).length]),
      ),
  };
};

it('leaves to the stream exactly those whom it could not reach', async () => {
  const { gateway, send, tellsTheRest, heard } = await given();
  gateway.lets('bobs-tablet', 'fails');
  const message = await send();
  expect(heard()).toEqual({ phone: 0, laptop: 1, 'bobs-phone': 1, 'bobs-tablet': 0 });

  gateway.lets('bobs-tablet', 'sent');
  expect(await tellsTheRest(message)).toEqual([]);

  expect(heard()).toEqual({ phone: 0, laptop: 1, 'bobs-phone': 1, 'bobs-tablet': 1 });
  expect(gateway.heardBy('bobs-tablet')).toEqual([{ event: 'message.new', data: message }]);
});

it('leaves to the stream a connection that is still opening', async () => {
  const { gateway, send, tellsTheRest, heard } = await given();
  gateway.lets('bobs-tablet', 'gone');
  const message = await send();

  gateway.lets('bobs-tablet', 'sent');
  await tellsTheRest(message);

  expect(heard()).toEqual({ phone: 0, laptop: 1, 'bobs-phone': 1, 'bobs-tablet': 1 });
});

it('leaves everybody but the sender to the stream where it reached nobody', async () => {
  const { gateway, send, tellsTheRest, heard } = await given();
  for (const id of ['laptop', 'bobs-phone', 'bobs-tablet']) gateway.lets(id, 'fails');
  const message = await send();
  for (const id of ['laptop', 'bobs-phone', 'bobs-tablet']) gateway.lets(id, 'sent');

  await tellsTheRest(message);

  expect(heard()).toEqual({ phone: 0, laptop: 1, 'bobs-phone': 1, 'bobs-tablet': 1 });
});

it('has told nobody where nobody else was there', async () => {
  const conversationId = await parley.aGroup(['ada', 'bob']);
  const ada = parley.caller('ada', { connectionId: 'phone' });
  await parley.instance.presence.add(ada, 'phone');
  const gateway = aGateway();
  const posting = createPosting({ ...parley.instance, connections: gateway.connections, clock: parley.given.clock });
  const fastLane = createFastLane({ ...parley.instance, posting });
  const draft = draftOf('Hello!');
  const { place, ...entry } = await parley.instance.sends.enter(ada, conversationId, draft);
  const audience = await fastLane.audienceOf(place);

  const message = await parley.instance.sends.append(place, draft, entry);

  expect(await fastLane.deliver(place, message, audience)).toEqual([]);
});
