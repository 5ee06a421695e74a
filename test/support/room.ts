import { randomUUID } from 'node:crypto';
import type { Conversation, Member, OwnConversation } from '../../shared/protocol/conversation.ts';
import type { Message } from '../../shared/protocol/message.ts';
import { asSaid } from './as-said.ts';
import type { Device } from './device.ts';
import type { Person } from './person.ts';

export const createsGroup = (
  owner: Person,
  members: readonly Pick<Person, 'id'>[],
  more: Record<string, unknown> = {},
): Promise<OwnConversation> =>
  owner.does('POST', '/api/conversations', {
    type: 'group',
    memberIds: members.map((one) => one.id),
    title: 'Lobby',
    ...more,
  });

export const createsDirect = (one: Person, other: Person): Promise<OwnConversation> =>
  one.does('POST', '/api/conversations', { type: 'direct', memberIds: [other.id] });

/** Sends over HTTP. */
export const posts = (
  person: Person,
  conversation: Pick<Conversation, 'id'>,
  content: string,
  more: Record<string, unknown> = {},
): Promise<Message> =>
  person.does('POST', `/api/conversations/${conversation.id}/messages`, {
    clientMessageId: randomUUID(),
    content,
    ...more,
  });

/** Sends over a socket. */
export const says = (
  device: Device,
  conversation: Pick<Conversation, 'id'>,
  content: string,
  clientMessageId: string = randomUUID(),
) => device.does('message.send', { conversationId: conversation.id, clientMessageId, content }, 'message.sent');

/** The whole history as it was said, oldest first, fetched page by page. */
export const historyOf = async (
  person: Person,
  conversation: Pick<Conversation, 'id'>,
  limit = 100,
): Promise<Message[]> => {
  const messages: Message[] = [];
  let cursor: string | null = null;
  do {
    const query: string = `limit=${limit}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`;
    const page: { messages: Message[]; nextCursor: string | null } = await person.does(
      'GET',
      `/api/conversations/${conversation.id}/messages?${query}`,
    );
    messages.push(...page.messages);
    cursor = page.nextCursor;
  } while (cursor);
  return messages.reverse().map(asSaid);
};

export const contentsOf = async (person: Person, conversation: Pick<Conversation, 'id'>): Promise<(string | null)[]> =>
  (await historyOf(person, conversation)).map((message) => message.content);

export const inboxOf = async (person: Person): Promise<OwnConversation[]> =>
  (await person.does<{ conversations: OwnConversation[] }>('GET', '/api/conversations?limit=100')).conversations;

export const membersOf = async (person: Person, conversation: Pick<Conversation, 'id'>): Promise<Member[]> =>
  (await person.does<{ members: Member[] }>('GET', `/api/conversations/${conversation.id}/members?limit=100`)).members;
