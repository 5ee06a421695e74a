/** Who is there: heartbeats, comings and goings, networks that fail. */
import { setTimeout as after } from 'node:timers/promises';
import type { Client } from '../client.ts';
import type { Town } from '../town.ts';
import type { Workload } from '../workload.ts';
import { aRoom } from './room.ts';

/** Longer than `pauseSeconds` of the stage: whoever is gone by then is missed. */
const pauseMs = 2_000;

const beats = async ([one]: readonly Client[], count: number): Promise<void> => {
  for (let i = 0; i < count; i += 1) await one?.does('presence.heartbeat', { status: 'online' });
};

/** Somebody whom one other, who is there, shares a conversation with. */
const aContact = async (town: Town) => {
  const [friend] = (await aRoom(town, 1)).members as [Client];
  const newcomer = town.newcomer();
  const first = await newcomer.comes();
  await first.asks('POST', '/api/conversations', { type: 'direct', memberIds: [friend.user] });
  await first.closes();
  await after(pauseMs);
  return newcomer;
};

/** @param waits until the others have missed them */
const comings = async (town: Town, newcomer: ReturnType<Town['newcomer']>, count: number): Promise<void> => {
  for (let i = 0; i < count; i += 1) {
    const client = await newcomer.comes();
    await town.settled();
    await client.closes();
    await after(pauseMs);
    await town.settled();
  }
};

/** The network fails, and they are back before anybody misses them. */
const dropOuts = async (town: Town, newcomer: ReturnType<Town['newcomer']>, count: number): Promise<void> => {
  for (let i = 0; i < count; i += 1) {
    (await newcomer.comes()).drops();
    await town.settled();
  }
};

export const presence: Workload[] = [
  {
    name: 'heartbeat',
    of: 'heartbeats',
    run: async (town) => {
      const people = await town.people(1);
      await beats(people, 100);
      return { count: 20, seen: await town.seen(() => beats(people, 20)) };
    },
  },
  {
    name: 'visit',
    of: 'visits: somebody comes and goes, and one contact is told of both',
    run: async (town) => {
      const newcomer = await aContact(town);
      await comings(town, newcomer, 3);
      return { count: 5, seen: await town.seen(() => comings(town, newcomer, 5)) };
    },
  },
  {
    name: 'drop-out',
    of: 'reconnections after a drop-out that nobody notices',
    run: async (town) => {
      const newcomer = await aContact(town);
      const staying = await newcomer.comes();
      await dropOuts(town, newcomer, 10);
      const seen = await town.seen(() => dropOuts(town, newcomer, 10));
      await staying.closes();
      return { count: 10, seen };
    },
  },
];
