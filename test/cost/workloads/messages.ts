/** Messages to rooms where everybody is there. */
import { setTimeout as after } from 'node:timers/promises';
import pMap from 'p-map';
import type { Client } from '../client.ts';
import type { Town } from '../town.ts';
import type { Workload } from '../workload.ts';
import { aRoom, type Room, says } from './room.ts';

/** Those who talk: in a conversation of many, most listen. */
const talkers = ({ members }: Room): Client[] => members.slice(0, 10);

const talkerOf = (room: Room, i: number): Client => {
  const some = talkers(room);
  return some[i % some.length] as Client;
};

/**
 * Each message alone: nothing else is on its way. They are all of one sender, and take what those of any sender take who has said before
 * what they have read; to say so is counted by itself, see `receipts`.
 */
const oneByOne = async (town: Town, room: Room, count: number): Promise<void> => {
  for (let i = 0; i < count; i += 1) {
    await says(talkerOf(room, 0), room);
    await town.settled();
  }
};

/** As warm as the instances of a stage that is in use: each has run its code a hundred times and more. */
const warmUp = async (town: Town, room: Room): Promise<void> => {
  const count = Math.ceil(6_000 / (room.members.length + 29));
  await pMap(Array.from({ length: count }), (_, i) => says(talkerOf(room, i), room), { concurrency: 4 });
  await oneByOne(town, room, 3);
};

const sparse = (recipients: number, count: number): Workload['run'] => {
  return async (town) => {
    const room = await aRoom(town, recipients);
    await warmUp(town, room);
    return { count, seen: await town.seen(() => oneByOne(town, room, count)) };
  };
};

/** At a steady pace, however long answers take. */
const busy = (recipients: number, { rate, seconds }: { rate: number; seconds: number }): Workload['run'] => {
  return async (town) => {
    const room = await aRoom(town, recipients);
    await warmUp(town, room);
    const count = rate * seconds;
    const seen = await town.seen(async () => {
      const answers: Promise<unknown>[] = [];
      for (let i = 0; i < count; i += 1) {
        answers.push(says(talkerOf(room, i), room));
        await after(1_000 / rate);
      }
      await Promise.all(answers);
    });
    return { count, seen };
  };
};

export const messages: Workload[] = [
  { name: 'direct', of: 'messages to 1 recipient', goal: 7, run: sparse(1, 20) },
  { name: 'ten', of: 'messages to 10 recipients', goal: 16, run: sparse(10, 20) },
  { name: 'hundred', of: 'messages to 100 recipients, sparse', goal: 112, run: sparse(100, 10) },
  {
    name: 'hundred-busy',
    of: 'messages to 100 recipients, 20 a second',
    goal: 40,
    run: busy(100, { rate: 20, seconds: 8 }),
  },
  { name: 'thousand', of: 'messages to 1,000 recipients, sparse', run: sparse(1_000, 5) },
  {
    name: 'thousand-busy',
    of: 'messages to 1,000 recipients, 5 a second',
    run: busy(1_000, { rate: 5, seconds: 8 }),
  },
];
