import pMap from 'p-map';
import { describe, expect, it } from 'vitest';
import { type CallSummary, summarise } from '../../infra/local/aws/meter.ts';
import { presenceKey } from '../../shared/data/keys.ts';
import { beats, hearsOf } from '../support/presence.ts';
import { aPresenceScene } from '../support/presence-scene.ts';
import { createsGroup } from '../support/room.ts';
import { storedIn } from '../support/stored.ts';
import { aWorld } from '../support/world.ts';

const world = aWorld({ alone: true, fed: ['presence'] });
const { settled, chooses, given } = aPresenceScene(world);

const isPost = ({ action }: { action: string }) => action === 'execute-api:ManageConnections';

describe('costs', () => {
  it('of a change of presence of a user with 50 online contacts: three round trips and the posts', async () => {
    const ada = await world.person('ada');
    const contacts = await Promise.all(Array.from({ length: 50 }, (_, i) => world.person(`contact-${i}`)));
    const devices = await pMap(contacts, (one) => one.connects(), { concurrency: 4 });
    await createsGroup(ada, contacts.slice(0, 25));
    await createsGroup(ada, contacts.slice(25));
    await settled();
    world.cloud.meter.reset();

    await ada.connects();
    await Promise.all(devices.map((device) => hearsOf(device, 'ada', 'online')));
    await settled();

    const told = world.cloud.meter.calls({ function: 'Queue/presence', action: /ManageConnections/ });
    const [{ invocation } = { invocation: '' }] = told;
    const { calls } = world.cloud.meter.invocation(invocation ?? '');
    expect(calls.filter(isPost)).toHaveLength(50);
    const { roundTrips, writeUnits } = summarise(calls.filter((call) => !isPost(call)));
    // A look that something overtakes finds so as it writes, and looks again.
    const overtaken = calls.filter(({ error }) => error === 'ConditionalCheckFailedException').length;
    expect(roundTrips).toBeLessThanOrEqual(3 + 2 * overtaken);
    expect(writeUnits).toBeLessThanOrEqual(2 + 2 * overtaken);
  }, 60_000);

  it('of a heartbeat: one write unit, two where the status is another; what the stream’s readers follow stays as it is', async () => {
    const { phone } = await given();
    const stored = () => storedIn(world.cloud).get(presenceKey(world.tenant, 'ada'));
    const costOf = () => {
      const { roundTrips, readUnits, writeUnits } = world.cloud.meter.lastOf(
        'WebSocket/presence-heartbeat',
      ) as CallSummary;
      return { roundTrips, readUnits, writeUnits };
    };
    const before = await stored();
    await beats(phone, 'online');
    expect(costOf()).toEqual({ roundTrips: 1, readUnits: 0, writeUnits: 1 });
    expect(await stored()).toEqual(before);
    await beats(phone, 'away');
    expect(costOf()).toEqual({ roundTrips: 2, readUnits: 0, writeUnits: 2 });
    expect(await stored()).not.toEqual(before);
  });

  it('of asking: one round trip for who is known to all or hides, two where it takes a shared conversation', async () => {
    const { ada, bob, room } = await given();
    const tripsOf = async (path: string, name: string) => {
      await ada.does('GET', path);
      return world.cloud.meter.lastOf(name)?.roundTrips;
    };
    expect(await tripsOf('/api/users/bob/presence', 'Http/presence-of-user')).toBe(2);
    await chooses(bob, 'everyone');
    expect(await tripsOf('/api/users/bob/presence', 'Http/presence-of-user')).toBe(1);
    expect(await tripsOf(`/api/conversations/${room.id}/presence`, 'Http/presence-of-conversation')).toBe(3);
  });
});
