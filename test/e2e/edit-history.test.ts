/** What a message was before it was changed. */
import { describe, expect, it } from 'vitest';
import { messageKey } from '../../shared/data/keys.ts';
import type { Message, MessageVersion } from '../../shared/protocol/message.ts';
import { createsDirect, createsGroup, posts } from '../support/room.ts';
import { storedIn } from '../support/stored.ts';
import { pageOf, walkOf } from '../support/walk.ts';
import { aWorld } from '../support/world.ts';

const world = aWorld();

describe('the history of a message', () => {
  const given = async () => {
    const [ada, bob] = await Promise.all([world.person('ada'), world.person('bob')]);
    const room = await createsGroup(ada, [bob]);
    const attachments = [{ externalFileId: 'f', label: 'F' }];
    const message = await posts(bob, room, 'one', { attachments, contentType: 'text/markdown' });
    return { ada, bob, room, message, path: `/api/messages/${message.id}` };
  };

  it('holds each state that an edit or its deletion replaced, newest first, and not the present one', async () => {
    const { ada, bob, message, path } = await given();
    const edited = await bob.does<Message>('PATCH', path, {
      content: 'two',
      contentType: 'text/plain',
      attachments: [],
    });
    await bob.does('PATCH', path, { content: 'two', contentType: 'text/plain', attachments: [] });
    await bob.does('PATCH', path, { content: 'three' });
    await ada.does('DELETE', path);
    await ada.does('DELETE', path);

    expect((await pageOf<MessageVersion>(ada, `${path}/history`)).items).toEqual([
      { version: 3, content: 'three', contentType: 'text/plain', attachments: [], writtenAt: expect.any(String) },
      { version: 2, content: 'two', contentType: 'text/plain', attachments: [], writtenAt: edited.editedAt },
      {
        version: 1,
        content: 'one',
        contentType: 'text/markdown',
        attachments: message.attachments,
        writtenAt: message.createdAt,
      },
    ]);
    expect(
      await pageOf(ada, `/api/conversations/${message.conversationId}/messages/${message.id}/history`),
    ).toMatchObject({
      items: [{ version: 3 }, { version: 2 }, { version: 1 }],
    });
  });

  it('is walked page by page, with cursors of its own', async () => {
    const { ada, bob, room, path } = await given();
    for (let i = 2; i <= 6; i += 1) await bob.does('PATCH', path, { content: `edit ${i}` });
    for (const limit of [1, 2, 3, 5, 6]) {
      const walked = (await walkOf<MessageVersion>(ada, `${path}/history`, limit)).flat();
      expect(walked.map(({ version }) => version)).toEqual([5, 4, 3, 2, 1]);
    }
    const { nextCursor } = await pageOf(ada, `${path}/history`, { limit: 1 });
    const other = await posts(bob, room, 'another');
    await ada.isRefused('invalid_request', 'GET', `/api/messages/${other.id}/history?cursor=${nextCursor}`);
  });

  it('has one state for each version, however many edit at once', async () => {
    const { ada, bob, path } = await given();
    await Promise.all([1, 2, 3, 4].map((i) => bob.does('PATCH', path, { content: `edit ${i}` })));
    const { items } = await pageOf<MessageVersion>(ada, `${path}/history`);
    expect(items.map(({ version }) => version)).toEqual([4, 3, 2, 1]);
    expect(new Set(items.map(({ content }) => content)).size).toBe(4);
  });

  it('is for those who moderate, not for its sender, and for no member of a direct conversation', async () => {
    const { ada, bob, path } = await given();
    const moderator = await world.person('mod', { roles: ['moderator'] });
    await bob.does('PATCH', path, { content: 'two' });
    await bob.isRefused('forbidden', 'GET', `${path}/history`);
    expect((await pageOf(moderator, `${path}/history`)).items).toHaveLength(1);
    const direct = await posts(ada, await createsDirect(ada, bob), 'hello');
    await ada.isRefused('forbidden', 'GET', `/api/messages/${direct.id}/history`);
  });

  it('is empty for a message that never changed, and goes with the message', async () => {
    const { ada, bob, room, message, path } = await given();
    expect(await pageOf(ada, `${path}/history`)).toEqual({ items: [], nextCursor: null, hasMore: false });
    await bob.does('PATCH', path, { content: 'two' });
    const stored = storedIn(world.cloud);
    const at = (SK: string) => stored.get({ PK: `${world.tenant}#CONV#${room.id}`, SK });
    const [now, before] = [await at('MSG#000000000001'), await at('HIST#000000000001#000000000001')];
    expect(before.expiresAt).toBe(now.expiresAt);
    await stored.expire(messageKey(world.tenant, room.id, message.seq));
    await ada.isRefused('not_found', 'GET', `${path}/history`);
  });
});
