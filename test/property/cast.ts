/** Who takes part in a run: the same four names in two tenants, and their devices. */
import type { Device } from '../support/device.ts';
import { type Follower, resumeFollowing, startFollowing } from '../support/follower.ts';
import type { Person } from '../support/person.ts';
import type { World } from '../support/world.ts';
import { moderator, type Name, names } from './model.ts';

/** A place for a device, which may lose its connection and get another one. */
export interface Seat {
  readonly tenant: string;
  readonly name: Name;
  readonly person: Person;
  follower: Follower | undefined;
  /** Every device that ever sat here. */
  readonly devices: Device[];
  /** What its connection said last; undefined where that is not known. */
  status: 'online' | 'away' | undefined;
  busy: boolean;
}

const devicesAtHome: Record<Name, number> = { ada: 2, bob: 2, cyd: 2, dan: 1 };
const devicesAway: Record<Name, number> = { ada: 1, bob: 1, cyd: 0, dan: 0 };

/** A connection may be refused while functions fail; clients try again. */
const attempts = 8;

/** A tenant whose senders leave it to the stream to tell of what they send. */
export const slowTenantOf = (run: string): string => `slow-${run}`;

/** @param age makes the connections of somebody older than those that are still opening */
export const assembleCast = async (
  world: World,
  run: string,
  fastLaneOpen: boolean,
  age: (tenant: string, user: string) => Promise<void> = async () => undefined,
) => {
  const tenants = [fastLaneOpen ? `home-${run}` : slowTenantOf(run), `away-${run}`] as const;
  const people = new Map<string, Person>();
  const seats: Seat[] = [];
  for (const tenant of tenants) {
    for (const name of names) {
      const person = await world.person(name, { tenant, roles: [name === moderator ? 'moderator' : 'member'] });
      people.set(`${tenant} ${name}`, person);
      const count = (tenant === tenants[0] ? devicesAtHome : devicesAway)[name];
      for (let i = 0; i < count; i += 1)
        seats.push({ tenant, name, person, follower: undefined, devices: [], status: undefined, busy: false });
    }
  }

  const open = async (seat: Seat): Promise<Device> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await seat.person.connects();
      } catch (error) {
        if (attempt === attempts) throw error;
      }
    }
  };

  const isOpen = ({ follower }: Seat): boolean => follower !== undefined && !follower.device.closed;

  return {
    tenants,
    seats,
    isOpen,
    person: (tenant: string, name: Name): Person => {
      const person = people.get(`${tenant} ${name}`);
      if (!person) throw new Error(`Nobody is called ${name} in ${tenant}.`);
      return person;
    },
    /** Leaves an open connection, and comes back on another one: mostly with what it knew before, at times knowing nothing. */
    reconnect: async (seat: Seat): Promise<void> => {
      await seat.follower?.device.closes();
      const device = await open(seat);
      seat.devices.push(device);
      seat.status = 'online';
      await age(seat.tenant, seat.name);
      const isForgetful = seat.devices.length % 4 === 0;
      const before = isForgetful ? undefined : seat.follower;
      seat.follower = await (before ? resumeFollowing(before, device) : startFollowing(seat.person, device));
    },
    /** Clients fetch what they hear of for the first time. */
    catchUp: async (): Promise<void> => {
      await Promise.all(seats.filter(isOpen).map((seat) => seat.follower?.catchUp()));
    },
    goHome: async (): Promise<void> => {
      await Promise.all([...people.values()].map((person) => person.leaves()));
    },
  };
};
export type Cast = Awaited<ReturnType<typeof assembleCast>>;
