/** What somebody has begun to write, on all their devices. */
import { describe, expect, it } from 'vitest';
import type { DraftState } from '../../shared/protocol/drafts.ts';
import { expectStateEqualsFreshFetch, startFollowing } from '../support/follower.ts';
import type { Person } from '../support/person.ts';
import { createsGroup, posts } from '../support/room.ts';
import { tableContent } from '../support/table-content.ts';
import { pageOf, walkOf } from '../support/walk.ts';
import { aWorld } from '../support/world.ts';

const world = aWorld({ alone: true });

const given = async () => {
  const [ada, bob] = await Promise.all([world.person('ada'), world.person('bob')]);
  const room = await createsGroup(ada, [bob]);
  const path = `/api/conversations/${room.id}/draft`;
  return {
    ada,
    bob,
    room,
    path,
    writes: (content: string, more: object = {}): Promise<DraftState> => ada.does('PUT', path, { content, ...more }),
    reads: (): Promise<DraftState> => ada.does('GET', path),
    clears: (): Promise<DraftState> => ada.does('DELETE', path),
  };
};

const draftsOf = async (person: Person): Promise<DraftState[]> =>
  (await walkOf<DraftState>(person, '/api/me/drafts', 2)).flat();

it('keeps what was written last', async () => {
  const { ada, room, path, writes, reads } = await given();
  expect(await reads()).toEqual({ conversationId: room.id, version: 0, draft: null });
  const first = await writes('I would');
  const { id: replyTo } = await posts(ada, room, 'Hello!');
  const second = await writes('I would *rather*', { contentType: 'text/markdown', replyTo });
  expect(second).toMatchObject({
    conversationId: room.id,
    draft: { content: 'I would *rather*', contentType: 'text/markdown', replyTo },
  });
  expect(second.version).toBeGreaterThan(first.version);
  expect(await reads()).toEqual(second);
  expect(await ada.does('PUT', path, { content: 'I would *rather*', contentType: 'text/markdown', replyTo })).toEqual(
    second,
  );
});

it('is cleared by the client that sends it; a day long its other devices find out', async () => {
  const { ada, room, writes, reads, clears } = await given();
  const written = await writes('I would');
  await posts(ada, room, 'I would');
  expect(await reads()).toEqual(written);
  const cleared = await clears();
  expect(cleared).toEqual({ conversationId: room.id, version: written.version + 1, draft: null });
  expect(await clears()).toEqual(cleared);
  expect(await draftsOf(ada)).toEqual([cleared]);
  expect((await writes('Once more')).version).toBeGreaterThan(cleared.version);
});

it('is nobody else’s to see', async () => {
  const { ada, bob, path, writes } = await given();
  const bobs = await bob.connects();
  const written = await writes('I think that Bob');
  expect(await bob.does('GET', path)).toMatchObject({ draft: null });
  expect(await draftsOf(bob)).toEqual([]);
  expect(await draftsOf(ada)).toEqual([written]);
  await world.cloud.settled();
  await bobs.catchesUp();
  expect(bobs.heard('draft.updated')).toEqual([]);
});

it('goes with its conversation', async () => {
  const { ada, room, path, writes } = await given();
  await writes('I would');
  await ada.does('DELETE', `/api/conversations/${room.id}`);
  for (const method of ['GET', 'DELETE']) await ada.isRefused('not_found', method, path);
});

it('is forgotten with its user', async () => {
  const { writes } = await given();
  await writes('What nobody should ever read');
  await (await world.service()).does('DELETE', '/api/users/ada');
  expect(JSON.stringify(await tableContent(world.cloud))).not.toContain('What nobody should ever read');
});

it('are listed page by page, each once', async () => {
  const ada = await world.person('ada');
  const rooms = await Promise.all([1, 2, 3, 4, 5].map(() => createsGroup(ada, [])));
  for (const { id } of rooms) await ada.does('PUT', `/api/conversations/${id}/draft`, { content: id });
  const ids = rooms.map(({ id }) => id).sort();
  for (const limit of [1, 2, 4, 5]) {
    const walked = (await walkOf<DraftState>(ada, '/api/me/drafts', limit)).flat();
    expect(walked.map(({ conversationId }) => conversationId)).toEqual(ids);
  }
  const bob = await world.person('bob');
  const { nextCursor } = await pageOf<DraftState>(ada, '/api/me/drafts', { limit: 1 });
  await bob.isRefused('invalid_request', 'GET', `/api/me/drafts?cursor=${encodeURIComponent(String(nextCursor))}`);
});

describe('bad input', () => {
  it.each([
    [{ content: '' }, 'content', 'must not be empty'],
    [{ content: 'x'.repeat(4_001) }, 'content', 'must be at most 4000 characters'],
    [{ content: 'x', replyTo: 'the last one' }, 'replyTo', 'is not a message id'],
    [{ content: 'x', replyTo: 'g-5TxSCA9jRrmBc3sYsmpfjg.1' }, 'replyTo', 'is not a message of this conversation'],
    [{ content: 'a\u0000b' }, 'content', 'must not hold control characters'],
    [{ content: 'x', clientMessageId: 'c1' }, 'clientMessageId', 'is not known here'],
  ])('is refused and not kept: %j', async (body, path, message) => {
    const { ada, path: draft } = await given();
    const before = await tableContent(world.cloud);
    expect((await ada.isRefused('invalid_request', 'PUT', draft, body)).errors).toEqual([{ path, message }]);
    expect(await tableContent(world.cloud)).toEqual(before);
  });
});

it('agrees on two devices, whatever comes late, twice or crashes', async () => {
  const { ada, path, room } = await given();
  const followers = [await startFollowing(ada, await ada.connects()), await startFollowing(ada, await ada.connects())];
  const { faults } = world.cloud;
  faults.add({ function: 'Stream/fanout', batch: { duplicate: 0.5, delay: { probability: 0.5, ms: 50 } } });
  faults.add({ function: /^Http\/drafts/, action: 'dynamodb:', probability: 0.3, fault: { kind: 'crash-after' } });
  faults.add({
    function: 'Stream/fanout',
    action: 'execute-api:ManageConnections',
    probability: 0.3,
    times: 6,
    fault: { kind: 'error' },
  });

  for (const content of ['I', 'I would', 'I would rather']) {
    await Promise.all([ada.asks('PUT', path, { content }), ada.asks('PUT', path, { content: `${content}…` })]);
    await ada.asks('DELETE', path);
  }
  await posts(ada, room, 'I would rather not');
  await ada.asks('PUT', path, { content: 'But' });

  faults.clear();
  await world.cloud.settled();
  for (const follower of followers) await expectStateEqualsFreshFetch(follower);
});
