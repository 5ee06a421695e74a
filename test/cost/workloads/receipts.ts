/** Those whom messages reach say that they have received and read them. */
import type { Client } from '../client.ts';
import type { Town } from '../town.ts';
import type { Workload } from '../workload.ts';
import { aRoom, type Room, says } from './room.ts';

/** @returns the room, in which so many messages wait, and those to whom they were said */
const unread = async (town: Town, recipients: number, count: number): Promise<{ room: Room; readers: Client[] }> => {
  const room = await aRoom(town, recipients);
  const [sender, ...readers] = room.members as [Client, ...Client[]];
  for (let i = 0; i < count; i += 1) await says(sender, room);
  await town.settled();
  return { room, readers };
};

/** Each message is received, or read, by everybody whom it reached, before the next one is. */
const raising =
  (
    event: 'receipt.read' | 'receipt.delivered',
    recipients: number,
    { count, rounds }: Record<'count' | 'rounds', number>,
  ) =>
  async (town: Town) => {
    const { room, readers } = await unread(town, recipients, count + rounds);
    const raise = async (from: number, to: number) => {
      for (let seq = from; seq <= to; seq += 1) {
        await Promise.all(readers.map((one) => one.does(event, { conversationId: room.id, seq })));
        await town.settled();
      }
    };
    await raise(1, rounds);
    return { count, seen: await town.seen(() => raise(rounds + 1, rounds + count)) };
  };

export const receipts: Workload[] = [
  {
    name: 'delivered',
    of: 'messages that 1 recipient says to have received',
    run: raising('receipt.delivered', 1, { count: 20, rounds: 60 }),
  },
  {
    name: 'read',
    of: 'messages that 1 recipient says to have read',
    run: raising('receipt.read', 1, { count: 20, rounds: 60 }),
  },
  {
    name: 'ten-read',
    of: 'messages that each of 10 recipients says to have read',
    run: raising('receipt.read', 10, { count: 2, rounds: 3 }),
  },
];
