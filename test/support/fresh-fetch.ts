import type { Member, OwnConversation } from '../../shared/protocol/conversation.ts';
import type { ShownMessage } from '../../shared/protocol/message.ts';
import type { Pin } from '../../shared/protocol/pin.ts';
import type { OwnUser } from '../../shared/protocol/user.ts';
import type { Fetched } from './client-state.ts';
import type { Answer, Person } from './person.ts';

/** As often as a client would, on a bad day. */
const attempts = 12;

/** Asks again while the other side has trouble, as a client does. @returns undefined for what is not there, or not theirs to see */
export const insisted = async <Body>(
  person: Person,
  method: string,
  path: string,
  body?: unknown,
): Promise<Body | undefined> => {
  let answer: Answer<Body> | undefined;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    answer = await person.asks<Body>(method, path, body);
    if (answer.status < 300) return answer.body;
    if (answer.status === 404) return undefined;
    if (answer.status < 500) break;
  }
  throw new Error(`${method} ${path}: ${answer?.status} ${JSON.stringify(answer?.body)}`);
};

export const fetched = <Body>(person: Person, path: string): Promise<Body | undefined> => insisted(person, 'GET', path);
/** The user as they see themselves. */
export const fetchMe = async (person: Person): Promise<OwnUser> => {
  const me = await fetched<OwnUser>(person, '/api/me');
  if (!me) throw new Error(`${person.id} is gone.`);
  return me;
};

/** A whole list, page by page; undefined once it may no longer be seen. */
const allOf = async <Item>(person: Person, path: string, plural: string): Promise<Item[] | undefined> => {
  const items: Item[] = [];
  let cursor: string | null = null;
  do {
    const query: string = `limit=100${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`;
    const page: Record<string, unknown> | undefined = await fetched(person, `${path}?${query}`);
    if (!page) return undefined;
    items.push(...(page[plural] as Item[]));
    cursor = page.nextCursor as string | null;
  } while (cursor !== null);
  return items;
};

/** The inbox alone, newest activity first. */
export const fetchInbox = async (person: Person): Promise<OwnConversation[]> =>
  (await allOf<OwnConversation>(person, '/api/conversations', 'conversations')) ?? [];

/** One conversation with its members, its whole history and what is pinned; undefined once it may no longer be seen. */
export const fetchConversation = async (person: Person, id: string): Promise<Fetched | undefined> => {
  const path = `/api/conversations/${id}`;
  const own = await fetched<OwnConversation>(person, path);
  if (!own) return undefined;
  const [members, messages, pinned] = await Promise.all([
    allOf<Member>(person, `${path}/members`, 'members'),
    allOf<ShownMessage>(person, `${path}/messages`, 'messages'),
    fetched<{ pins: Pin[] }>(person, `${path}/pins`),
  ]);
  return members && messages && pinned ? { own, members, messages: messages.reverse(), pins: pinned.pins } : undefined;
};

/** Everything that somebody can see in their inbox, freshly fetched. */
export const fetchState = async (person: Person): Promise<Fetched[]> => {
  const inbox = await fetchInbox(person);
  const all = await Promise.all(inbox.map(({ id }) => fetchConversation(person, id)));
  return all.filter((one) => one !== undefined);
};
