import { beforeEach, describe, expect, it } from 'vitest';
import type { OwnConversation } from '../../shared/protocol/conversation.ts';
import type { Message } from '../../shared/protocol/message.ts';
import type { Person } from '../support/person.ts';
import { createsGroup, posts } from '../support/room.ts';
import { pageOf, walkOf } from '../support/walk.ts';
import { aWorld } from '../support/world.ts';

const world = aWorld();
const seqsOf = (messages: readonly Message[]) => messages.map((one) => one.seq);

let ada: Person;
let host: Person;
let room: OwnConversation;
let path: string;

/** A service is not limited in what it sends. */
const says = async (count: number): Promise<void> => {
  for (let i = 1; i <= count; i += 1) await posts(host, room, `message ${i}`);
};

beforeEach(async () => {
  [ada, host] = await Promise.all([world.person('ada'), world.service()]);
  room = await createsGroup(ada, []);
  path = `/api/conversations/${room.id}/messages`;
});

describe('history', () => {
  it('is the whole, newest first, whatever the size of its pages', async () => {
    await says(7);
    for (let limit = 1; limit <= 8; limit += 1) {
      expect(seqsOf((await walkOf<Message>(ada, path, limit)).flat())).toEqual([7, 6, 5, 4, 3, 2, 1]);
    }
  });

  it('walks on towards the older from before a number', async () => {
    await says(7);
    for (const limit of [1, 2, 3, 4, 5]) {
      expect(seqsOf((await walkOf<Message>(ada, path, limit, { before: 5 })).flat())).toEqual([4, 3, 2, 1]);
    }
    expect(await pageOf(ada, path, { before: 1 })).toEqual({ items: [], nextCursor: null, hasMore: false });
    expect(seqsOf((await pageOf<Message>(ada, path, { before: 999 })).items)).toEqual([7, 6, 5, 4, 3, 2, 1]);
  });

  it('walks on towards the newer from after a number, each page newest first', async () => {
    await says(7);
    expect((await walkOf<Message>(ada, path, 2, { after: 2 })).map(seqsOf)).toEqual([[4, 3], [6, 5], [7]]);
    expect((await walkOf<Message>(ada, path, 5, { after: 2 })).map(seqsOf)).toEqual([[7, 6, 5, 4, 3]]);
    expect((await walkOf<Message>(ada, path, 3, { after: 0 })).map(seqsOf)).toEqual([[3, 2, 1], [6, 5, 4], [7]]);
    expect(await pageOf(ada, path, { after: 7 })).toEqual({ items: [], nextCursor: null, hasMore: false });
    expect(await pageOf(ada, path, { after: 999 })).toEqual({ items: [], nextCursor: null, hasMore: false });
  });

  it('is not disturbed by what is said while somebody walks through it', async () => {
    await says(4);
    const first = await pageOf<Message>(ada, path, { limit: 2 });
    await says(3);
    const second = await pageOf<Message>(ada, path, { limit: 2, cursor: first.nextCursor ?? '' });
    expect([...seqsOf(first.items), ...seqsOf(second.items)]).toEqual([4, 3, 2, 1]);
  });

  it('holds tombstones in their place', async () => {
    await says(3);
    await host.does('DELETE', `/api/messages/${room.id}.2`);
    expect((await pageOf<Message>(ada, path)).items.map((one) => one.status)).toEqual(['sent', 'deleted', 'sent']);
  });

  it('is empty, not absent, before anything was said', async () => {
    expect(await pageOf(ada, path)).toEqual({ items: [], nextCursor: null, hasMore: false });
  });

  it('gives 50 at a time unless asked for more, up to 100', async () => {
    await says(102);
    expect((await pageOf(ada, path)).items).toHaveLength(50);
    expect((await walkOf(ada, path, 100)).map((page) => page.length)).toEqual([100, 2]);
  });

  it('takes one of before, after and cursor', async () => {
    await says(3);
    const { nextCursor } = await pageOf(ada, path, { limit: 1 });
    for (const query of ['before=2&after=1', `before=2&cursor=${nextCursor}`, `after=2&cursor=${nextCursor}`]) {
      const problem = await ada.isRefused('invalid_request', 'GET', `${path}?${query}`);
      expect(problem.errors).toEqual([{ path: '', message: 'takes one of before, after and cursor' }]);
    }
  });
});

it('lists members by user id, the whole whatever the size of the pages', async () => {
  const names = ['bob', 'Cem', 'dag#1', 'é', 'zoë', '😀'];
  const group = await ada.does<OwnConversation>('POST', '/api/conversations', { type: 'group', memberIds: names });
  const members = `/api/conversations/${group.id}/members`;
  const whole = (await pageOf<{ userId: string }>(ada, members)).items.map((one) => one.userId);
  expect([...whole].sort()).toEqual(['ada', ...names].sort());
  for (let limit = 1; limit <= 8; limit += 1) {
    const walked = (await walkOf<{ userId: string }>(ada, members, limit)).flat();
    expect(walked.map((one) => one.userId)).toEqual(whole);
  }
});

it.each([
  'limit=0',
  'limit=-1',
  'limit=101',
  'limit=1.5',
  'limit=many',
  'limit=',
  'limit=0x10',
  'limit=1e1',
  'limit=%2050',
  'limit=1&limit=2',
  'cursor=',
  'cursor=garbage',
  'cursor=e30',
  'cursor=%F0%9F%98%80',
  `cursor=${'x'.repeat(1_025)}`,
  'offset=1',
])('refuses ?%s in every list, and names it', async (query) => {
  const [name] = query.split('=');
  for (const list of ['/api/conversations', path, `/api/conversations/${room.id}/members`]) {
    const problem = await ada.isRefused('invalid_request', 'GET', `${list}?${query}`);
    expect(problem.errors?.map((one) => one.path)).toEqual([name]);
  }
});

it.each(['before=-1', 'before=', 'before=x', 'after=1.5', 'after=1000000000000'])(
  'refuses ?%s in history, and names it',
  async (query) => {
    await says(1);
    const [name] = query.split('=');
    const problem = await ada.isRefused('invalid_request', 'GET', `${path}?${query}`);
    expect(problem.errors?.[0]?.path).toBe(name);
  },
);

it('takes a cursor in the list that gave it and in no other: of another conversation, kind, user or tenant', async () => {
  const bob = await world.person('bob');
  const lists = async (owner: Person): Promise<Record<string, string>> => {
    const groups = [await createsGroup(owner, [bob]), await createsGroup(owner, [bob])];
    const [first, second] = groups.map((one) => `/api/conversations/${one.id}`);
    for (const one of [...groups, ...groups]) await posts(owner, one, 'hello');
    return {
      inbox: '/api/conversations',
      first: `${first}/messages`,
      second: `${second}/messages`,
      firstMembers: `${first}/members`,
      secondMembers: `${second}/members`,
    };
  };
  const elsewhere = await world.person('ada', { tenant: 'somewhere-else' });
  const places = [
    ...Object.values(await lists(ada)).map((list) => ({ person: ada, list })),
    { person: bob, list: '/api/conversations' },
    ...Object.values(await lists(elsewhere)).map((list) => ({ person: elsewhere, list })),
  ];

  for (const giver of places) {
    const { nextCursor } = await pageOf(giver.person, giver.list, { limit: 1 });
    expect(nextCursor, giver.list).not.toBeNull();
    for (const { person, list } of places) {
      const withCursor = `${list}?limit=1&cursor=${encodeURIComponent(nextCursor ?? '')}`;
      if (person === giver.person && list === giver.list) {
        await person.does('GET', withCursor);
        continue;
      }
      const problem = await person.isRefused('invalid_request', 'GET', withCursor);
      expect(problem.errors).toEqual([{ path: 'cursor', message: 'is not a cursor of this list' }]);
    }
  }
});
