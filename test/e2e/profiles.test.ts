/** Lists bring the public profiles of the people they show. */
import { expect, it } from 'vitest';
import type { Member, OwnConversation } from '../../shared/protocol/conversation.ts';
import type { Message } from '../../shared/protocol/message.ts';
import type { User } from '../../shared/protocol/user.ts';
import { createsDirect, createsGroup, posts } from '../support/room.ts';
import { aWorld } from '../support/world.ts';

const world = aWorld();

const ada: User = { id: 'ada', displayName: 'Ada Lovelace', avatarUrl: 'https://example.com/ada.png' };
const bob: User = { id: 'bob', displayName: 'Charles Babbage', avatarUrl: null };
const nobodyKnows = (id: string): User => ({ id, displayName: null, avatarUrl: null });

const byId = (users: readonly User[]) => [...users].sort((one, other) => one.id.localeCompare(other.id));

const given = async () => {
  const [host, ...people] = [await world.service(), await world.person('ada'), await world.person('bob')];
  const [adas, bobs] = people;
  if (!adas || !bobs) throw new Error('There is nobody.');
  await host.does('POST', '/api/users/sync', {
    users: [
      { ...ada, locale: 'en-GB', metadata: { plan: 'pro' } },
      { id: 'bob', displayName: bob.displayName },
    ],
  });
  return { host, adas, bobs };
};

it('the inbox shows direct partners and who said the newest message, each once, public part alone', async () => {
  const { host, adas, bobs } = await given();
  const group = await createsGroup(adas, [bobs, await world.person('silent')]);
  await posts(bobs, group, 'hello');
  await createsDirect(adas, bobs);
  const stranger = await createsDirect(adas, await world.person('stranger'));
  await posts(adas, stranger, 'hello');
  await posts(host, await createsGroup(adas, []), 'welcome');

  const inbox = await adas.does<{ conversations: OwnConversation[]; users: User[] }>('GET', '/api/conversations');

  expect(inbox.conversations).toHaveLength(4);
  expect(byId(inbox.users)).toEqual([ada, nobodyKnows('backend'), bob, nobodyKnows('stranger')]);
});

it('history shows who said what, and who deleted it', async () => {
  const { adas, bobs } = await given();
  const group = await createsGroup(adas, [bobs, await world.person('silent')]);
  const path = `/api/conversations/${group.id}/messages`;
  expect(await adas.does('GET', path)).toMatchObject({ messages: [], users: [] });

  const one = await posts(bobs, group, 'one');
  for (const content of ['two', 'three']) await posts(bobs, group, content);
  expect(await adas.does('GET', path)).toMatchObject({ users: [bob] });

  await adas.does('DELETE', `/api/messages/${one.id}`);
  const whole = await adas.does<{ messages: Message[]; users: User[] }>('GET', path);
  expect(byId(whole.users)).toEqual([ada, bob]);
  expect(await adas.does('GET', `${path}?limit=1`), 'a page brings its own people alone').toMatchObject({
    users: [bob],
  });
});

it('history and the list of reactions show who reacted', async () => {
  const { host, adas, bobs } = await given();
  const group = await createsGroup(adas, [bobs]);
  const { id } = await posts(host, group, 'welcome');
  const path = `/api/messages/${id}/reactions`;
  for (const who of [adas, bobs]) await who.does('POST', path, { emoji: '👍' });
  expect(await adas.does('GET', `${path}?limit=1`)).toMatchObject({ users: [ada], hasMore: true });
  expect(await adas.does('GET', path)).toMatchObject({ users: [ada, bob] });
  const history = await adas.does<{ users: User[] }>('GET', `/api/conversations/${group.id}/messages`);
  expect(byId(history.users)).toEqual([ada, nobodyKnows('backend'), bob]);
});

it('members come with their profiles, page by page', async () => {
  const { adas, bobs } = await given();
  const group = await createsGroup(adas, [bobs, await world.person('zoe')]);
  const path = `/api/conversations/${group.id}/members`;
  const all = await bobs.does<{ members: Member[]; users: User[] }>('GET', path);
  expect(all.users).toEqual([ada, bob, nobodyKnows('zoe')]);
  expect(await bobs.does('GET', `${path}?limit=1`)).toMatchObject({ users: [ada], hasMore: true });
});

it('the receipts of a message bring those on the page', async () => {
  const { adas, bobs } = await given();
  const direct = await createsDirect(adas, bobs);
  const { id } = await posts(adas, direct, 'hello');
  expect(await adas.does('GET', `/api/messages/${id}/receipts`)).toMatchObject({ deliveredTo: [], users: [] });
  await bobs.does('PUT', `/api/messages/${id}/read`);
  expect(await adas.does('GET', `/api/messages/${id}/receipts`)).toMatchObject({ users: [bob] });
});

it('what the host says anew is in the next list, and a deleted user has neither name nor picture', async () => {
  const { host, adas, bobs } = await given();
  const direct = await createsDirect(adas, bobs);
  await posts(bobs, direct, 'hello');
  const usersIn = async (path: string) => (await adas.does<{ users: User[] }>('GET', path)).users;
  const lists = ['', `/${direct.id}/messages`, `/${direct.id}/members`].map((rest) => `/api/conversations${rest}`);

  await host.does('POST', '/api/users/sync', { id: 'bob', displayName: 'Robert' });
  for (const path of lists) expect(await usersIn(path)).toContainEqual({ ...bob, displayName: 'Robert' });

  await host.does('DELETE', '/api/users/bob');
  await world.cloud.settled();
  for (const path of lists) expect(await usersIn(path)).toContainEqual(nobodyKnows('bob'));
});

it('never shows people of another tenant who are called the same', async () => {
  await given();
  const elsewhere = await world.person('bob', { tenant: 'profiles-elsewhere' });
  const group = await createsGroup(elsewhere, []);
  await posts(elsewhere, group, 'hello');
  expect(await elsewhere.does('GET', '/api/conversations')).toMatchObject({ users: [nobodyKnows('bob')] });
});
