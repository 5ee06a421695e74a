import pMap from 'p-map';
import type { OwnConversation } from '../../../shared/protocol/conversation.ts';
import type { Message } from '../../../shared/protocol/message.ts';
import type { Client } from './client.ts';

export interface Group {
  id: string;
  members: Client[];
}

const atOnce = 8;

/** Parts the clients into groups of a size. @returns them, and how many clients heard of theirs over their socket */
export const createGroups = async (
  apiUrl: string,
  clients: readonly Client[],
  size: number,
): Promise<{ groups: Group[]; heard: number }> => {
  const untold = new Set(clients);
  const everybodyKnows = Promise.withResolvers<void>();
  for (const client of clients) {
    client.onEvent = (event) => {
      if (event.event === 'conversation.new') untold.delete(client);
      if (untold.size === 0) everybodyKnows.resolve();
    };
  }
  const parted = Array.from({ length: Math.floor(clients.length / size) }, (_, i) =>
    clients.slice(i * size, (i + 1) * size),
  );
  const groups = await pMap(parted, (members) => createGroup(apiUrl, members), { concurrency: atOnce });
  const patience = setTimeout(everybodyKnows.resolve, 20_000);
  await everybodyKnows.promise;
  clearTimeout(patience);
  return { groups, heard: clients.length - untold.size };
};

export const createGroup = async (apiUrl: string, members: Client[]): Promise<Group> => {
  const [owner, ...others] = members;
  if (!owner) throw new Error('A group needs somebody.');
  const memberIds = others.map(({ user }) => user);
  const body = { type: 'group', title: 'Benchmark', memberIds };
  const { id } = await asks<OwnConversation>(owner, `${apiUrl}/conversations`, body);
  return { id, members };
};

/** All that was said in a group, newest first, as its first member reads it. */
export const historyOf = async (apiUrl: string, { id, members: [reader] }: Group): Promise<Message[]> => {
  if (!reader) throw new Error('Nobody can read this group.');
  const messages: Message[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const query = new URLSearchParams({ limit: '100', ...(cursor && { cursor }) });
    const page: { messages: Message[]; nextCursor: string | null } = await asks(
      reader,
      `${apiUrl}/conversations/${id}/messages?${query}`,
    );
    messages.push(...page.messages);
    cursor = page.nextCursor;
  }
  return messages;
};

/** Posts where there is a body, gets otherwise. */
const asks = async <Body>({ token }: Client, url: string, body?: unknown): Promise<Body> => {
  const answer = await fetch(url, {
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as Body;
};
