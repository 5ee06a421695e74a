/** Where people talk, all of them with an open socket. */
import { randomUUID } from 'node:crypto';
import pMap from 'p-map';
import type { OwnConversation } from '../../../shared/protocol/conversation.ts';
import type { Client } from '../client.ts';
import type { Town } from '../town.ts';

export interface Room {
  id: string;
  members: Client[];
}

/** About what people write. */
const content = 'The quick brown fox jumps over the lazy dog. '.repeat(2).trim();

export const says = (client: Client, { id }: Room): Promise<unknown> =>
  client.does('message.send', {
    conversationId: id,
    clientMessageId: randomUUID(),
    content,
    afterSeq: client.newest(id),
  });

/** @param recipients of each message, the sender not counted; one is a direct conversation */
export const aRoom = async (town: Town, recipients: number): Promise<Room> => {
  const members = await town.people(recipients + 1);
  const [owner, ...others] = members as [Client, ...Client[]];
  const { id, live } = await owner.asks<OwnConversation>('POST', '/api/conversations', {
    type: recipients === 1 ? 'direct' : 'group',
    memberIds: others.map(({ user }) => user),
    ...(recipients > 1 && { title: 'A room' }),
  });
  if (live === 'subscribed') {
    await pMap(members, (one) => one.does('subscribe', { conversationId: id }), { concurrency: 8 });
  }
  await town.settled();
  return { id, members };
};
