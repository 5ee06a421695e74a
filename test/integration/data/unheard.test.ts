/** What the bus' publisher is not woken for: what says of itself, as it is stored, that nobody hears of it behind the bus. */
import { expect, it } from 'vitest';
import { maybeHeard } from '../../../shared/data/heard.ts';
import type { Draft } from '../../../shared/protocol/message.ts';
import { aParley, draftOf } from './parley.ts';

const parley = aParley();

const isHeard = async (conversationId: string, sort: string): Promise<boolean> => {
  const item = (await parley.given.items()).find(({ PK, SK }) => String(PK).endsWith(conversationId) && SK === sort);
  if (!item) throw new Error(`There is no ${sort}.`);
  return item.heard === maybeHeard;
};

const says = async (
  conversationId: string,
  heard: 'all' | 'those that mention somebody' | 'none',
  more: Partial<Draft> = {},
) => {
  const draft = draftOf('Hello!', more);
  const { place, ...entry } = await parley.instance.sends.enter(parley.caller('ada'), conversationId, draft);
  const { seq } = await parley.instance.sends.append(place, draft, { ...entry, heard });
  return `MSG#${String(seq).padStart(12, '0')}`;
};

it('is a message that nobody hears', async () => {
  const lobby = await parley.aGroup(['ada', 'bob']);
  expect(await isHeard(lobby, await says(lobby, 'none'))).toBe(false);
  expect(await isHeard(lobby, await says(lobby, 'all'))).toBe(true);
});

it('is a message that mentions nobody, where those are heard that do', async () => {
  const lobby = await parley.aGroup(['ada', 'bob']);
  expect(await isHeard(lobby, await says(lobby, 'those that mention somebody'))).toBe(false);
  expect(await isHeard(lobby, await says(lobby, 'those that mention somebody', { content: 'Hello @bob!' }))).toBe(true);
  expect(await isHeard(lobby, await says(lobby, 'none', { content: 'Hello @bob!' }))).toBe(false);
});

it('is not what becomes of such a message later', async () => {
  const lobby = await parley.aGroup(['ada', 'bob']);
  const sort = await says(lobby, 'none');
  await parley.instance.messages.edit(parley.caller('ada'), `${lobby}.1`, { content: 'Hello, all!' });
  expect(await isHeard(lobby, sort)).toBe(true);
});

it('is not a reply that somebody hears, and is one that nobody does', async () => {
  const lobby = await parley.aGroup(['ada', 'bob']);
  await says(lobby, 'none');
  expect(await isHeard(lobby, await says(lobby, 'all', { threadId: `${lobby}.1` }))).toBe(true);
  expect(await isHeard(lobby, await says(lobby, 'none', { threadId: `${lobby}.1` }))).toBe(false);
});

it('is what a message changes of its conversation, but for the first of an hour, which moves it in inboxes', async () => {
  const lobby = await parley.aGroup(['ada', 'bob']);
  expect(await isHeard(lobby, 'META')).toBe(true);
  await says(lobby, 'all');
  expect(await isHeard(lobby, 'META')).toBe(false);

  parley.given.clock.forward({ hours: 1 });
  await says(lobby, 'none');
  expect(await isHeard(lobby, 'META')).toBe(true);
  await says(lobby, 'none');
  expect(await isHeard(lobby, 'META')).toBe(false);
});

it('is not a change of the conversation after a message', async () => {
  const lobby = await parley.aGroup(['ada', 'bob']);
  await says(lobby, 'none');
  await parley.instance.conversations.update(await parley.placeOf('ada', lobby), { title: 'Lobby' });
  expect(await isHeard(lobby, 'META')).toBe(true);
});

it('is a change that another record tells, and not one of a membership, which none does', async () => {
  const lobby = await parley.aGroup(['ada', 'bob']);
  await parley.instance.conversations.update(await parley.placeOf('ada', lobby), { title: 'Lobby' });
  await parley.instance.members.remove(await parley.placeOf('ada', lobby), 'bob');
  expect(await isHeard(lobby, 'CHG#000000000001')).toBe(false);
  expect(await isHeard(lobby, 'CHG#000000000002')).toBe(true);
});
