import type { Member, OwnConversation } from '../../shared/protocol/conversation.ts';
import type { DraftState } from '../../shared/protocol/drafts.ts';
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
const allOf = async <Item>(person: Person, path: string, plural: string, filter = ''): Promise<Item[] | undefined> =>
  (await pagesOf(person, path, filter))?.flatMap((page) => page[plural] as Item[]);

const pagesOf = async (person: Person, path: string, filter = ''): Promise<Record<string, unknown>[] | undefined> => {
  const pages: Record<string, unknown>[] = [];
  let cursor: string | null = null;
  do {
    const query: string = `${filter}limit=100${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`;
    const page: Record<string, unknown> | undefined = await fetched(person, `${path}?${query}`);
    if (!page) return undefined;
    pages.push(page);
    cursor = page.nextCursor as string | null;
  } while (cursor !== null);
  return pages;
};

/** One list of the inbox alone, newest activity first. */
export const fetchInbox = async (person: Person, filter: '' | 'archived=true&' = ''): Promise<OwnConversation[]> =>
  (await allOf<OwnConversation>(person, '/api/conversations', 'conversations', filter)) ?? [];

export const fetchDrafts = async (person: Person): Promise<DraftState[]> =>
  (await allOf<DraftState>(person, '/api/me/drafts', 'drafts')) ?? [];

/** One conversation with its members, its whole history and what is pinned; undefined once it may no longer be seen. */
export const fetchConversation = async (
  person: Person,
  id: string,
  knownDraft?: DraftState,
): Promise<Fetched | undefined> => {
  const path = `/api/conversations/${id}`;
  const own = await fetched<OwnConversation>(person, path);
  if (!own) return undefined;
  const [members, history, draft, pinned] = await Promise.all([
    allOf<Member>(person, `${path}/members`, 'members'),
    pagesOf(person, `${path}/messages`),
    knownDraft ?? (own.role === null ? noDraft(id) : fetched<DraftState>(person, `${path}/draft`)),
    fetched<{ pins: Pin[] }>(person, `${path}/pins`),
  ]);
  if (!members || !history || !draft || !pinned) return undefined;
  const all = <Item>(name: string) => history.flatMap((page) => page[name] as Item[]);
  const messages = all<ShownMessage>('messages').reverse();
  return { own, members, messages, hidden: all<number>('hidden'), draft, pins: pinned.pins };
};

const noDraft = (conversationId: string): DraftState => ({ conversationId, version: 0, draft: null });

/** Everything that somebody can see in their inbox, archived or not, freshly fetched. */
export const fetchState = async (person: Person): Promise<Fetched[]> => {
  const [inbox, archived, drafts] = await Promise.all([
    fetchInbox(person),
    fetchInbox(person, 'archived=true&'),
    fetchDrafts(person),
  ]);
  const ids = new Set([...inbox, ...archived].map(({ id }) => id));
  const draftOf = (id: string) => drafts.find((one) => one.conversationId === id) ?? noDraft(id);
  const all = await Promise.all([...ids].map((id) => fetchConversation(person, id, draftOf(id))));
  return all.filter((one) => one !== undefined);
};
