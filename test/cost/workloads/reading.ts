/** What a client fetches. */
import type { Client } from '../client.ts';
import type { Town } from '../town.ts';
import type { Workload } from '../workload.ts';
import { aRoom, says } from './room.ts';

const repeated = async (count: number, ask: () => Promise<unknown>): Promise<void> => {
  for (let i = 0; i < count; i += 1) await ask();
};

/** The same request, often enough for its function to be warm, and then counted. */
const asking = (ask: (town: Town) => Promise<() => Promise<unknown>>): Workload['run'] => {
  return async (town) => {
    const once = await ask(town);
    await repeated(60, once);
    return { count: 20, seen: await town.seen(() => repeated(20, once)) };
  };
};

/** Three groups, in each of which somebody missed ten messages. */
const missed = async (town: Town): Promise<() => Promise<unknown>> => {
  const rooms = [await aRoom(town, 2), await aRoom(town, 2), await aRoom(town, 2)];
  const [first] = rooms;
  const absent = first?.members[1] as Client;
  for (const room of rooms.slice(1)) {
    await room.members[0]?.asks('POST', `/api/conversations/${room.id}/members`, { memberIds: [absent.user] });
  }
  for (const room of rooms) await repeated(10, () => says(room.members[0] as Client, room));
  const conversations = rooms.map(({ id }) => ({ conversationId: id, seq: 0, rev: 0 }));
  return () => absent.does('sync', { conversations });
};

const historyOf50 = async (town: Town): Promise<() => Promise<unknown>> => {
  const room = await aRoom(town, 1);
  const [one] = room.members as [Client];
  await repeated(50, () => says(one, room));
  return () => one.asks('GET', `/api/conversations/${room.id}/messages?limit=50`);
};

const inboxOf20 = async (town: Town): Promise<() => Promise<unknown>> => {
  const [one, ...others] = (await town.people(21)) as [Client, ...Client[]];
  for (const { user } of others) await one.asks('POST', '/api/conversations', { type: 'direct', memberIds: [user] });
  return () => one.asks('GET', '/api/conversations?limit=20');
};

export const reading: Workload[] = [
  { name: 'sync', of: 'syncs of 10 missed messages in each of 3 groups', run: asking(missed) },
  { name: 'history', of: 'history pages of 50 messages', run: asking(historyOf50) },
  { name: 'inbox', of: 'inbox pages of 20 conversations', run: asking(inboxOf20) },
];
