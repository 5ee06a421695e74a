import { DeleteCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import pMap from 'p-map';
import { describe, expect, it } from 'vitest';
import { messageItem } from '../../../shared/data/items.ts';
import { changeKey, memberKey, messageKey } from '../../../shared/data/keys.ts';
import { newMessage } from '../../../shared/domain/message.ts';
import type { SyncPage } from '../../../shared/protocol/sync.ts';
import type { SyncRequest } from '../../../shared/protocol/sync-request.ts';
import type { Between } from '../../support/table.ts';
import { aParley, draftOf, numbers, refusalOf } from './parley.ts';

const parley = aParley();

const from = (conversationId: string, seq = 0, rev = 0) => ({ conversationId, seq, rev });
const syncs = (user: string, request: Partial<SyncRequest>, instance = parley.instance): Promise<SyncPage> =>
  instance.sync.page(parley.caller(user), { conversations: [], ...request });
const one = async (user: string, conversationId: string, seq = 0, rev = 0, instance = parley.instance) =>
  (await syncs(user, { conversations: [from(conversationId, seq, rev)] }, instance)).conversations[0];
const seqs = (messages: readonly { seq: number }[] | undefined) => messages?.map(({ seq }) => seq);
const revs = (changes: readonly { rev: number }[] | undefined) => changes?.map(({ rev }) => rev);

const aLobbyOf = async (count: number) => {
  const lobby = await parley.aGroup(['ada', 'bob']);
  for (const n of numbers(count)) await parley.says('ada', lobby, `message ${n}`);
  return lobby;
};
const retitles = async (lobby: string, title: string) =>
  parley.instance.conversations.update(await parley.placeOf('ada', lobby), { title });
const remove = (Key: Record<string, unknown>) =>
  parley.given.table.client.send(new DeleteCommand({ TableName: parley.given.table.name, Key }));
const forgetsChange = (lobby: string, rev: number) => remove({ ...changeKey(parley.given.tenant, lobby, rev) });
const forgetsMessage = (lobby: string, seq: number) => remove({ ...messageKey(parley.given.tenant, lobby, seq) });

/** A client that asks until nothing is left. */
const walk = async (user: string, request: Partial<SyncRequest>) => {
  const pages: SyncPage[] = [];
  let next: SyncRequest | undefined = { conversations: [], ...request };
  while (next) {
    const page = await syncs(user, next);
    pages.push(page);
    const conversations: SyncRequest['conversations'] = next.conversations.flatMap((named) => {
      const synced = page.conversations.find(({ conversation }) => conversation.id === named.conversationId);
      if (!synced) return [named];
      return synced.hasMore ? [{ ...named, ...synced.position }] : [];
    });
    next = page.hasMore
      ? { conversations, ...(page.nextCursor === null ? {} : { cursor: page.nextCursor }) }
      : undefined;
  }
  return pages;
};

describe('a page', () => {
  it('holds at most 100 messages altogether, those of the conversations that are named first, and leads to the end', async () => {
    const [first, second, quiet] = [await aLobbyOf(110), await aLobbyOf(20), await parley.aGroup()];
    const pages = await walk('ada', { conversations: [from(first), from(second), from(quiet)] });
    const shown = pages.map(({ conversations }) =>
      conversations.map(({ conversation, messages, hasMore }) => [conversation.id, messages.length, hasMore]),
    );
    expect(shown).toEqual([
      [
        [first, 100, true],
        [quiet, 0, false],
      ],
      [
        [first, 10, false],
        [second, 20, false],
      ],
    ]);
  });

  it('holds at most 100 changes altogether', async () => {
    const lobby = await parley.aGroup();
    for (const n of numbers(3)) {
      const users = numbers(40).map((i) => `user-${n}-${i}`);
      await parley.instance.members.add(await parley.placeOf('ada', lobby), users, 'member');
    }
    const pages = await walk('ada', { conversations: [from(lobby)] });
    expect(pages.map(({ conversations }) => conversations[0]?.position.rev)).toEqual([100, 120]);
    expect(pages.flatMap(({ conversations }) => revs(conversations[0]?.changes))).toEqual(numbers(120));
  });

  it('shows 50 of what was joined', async () => {
    const since = parley.given.clock.now().toISOString();
    const groups = await pMap(numbers(120), () => parley.aGroup(['host', 'ada']), { concurrency: 8 });
    const pages = await walk('ada', { since });
    expect(pages.map(({ joined }) => joined.length)).toEqual([50, 50, 20]);
    expect(pages.flatMap(({ joined }) => joined.map(({ id }) => id)).sort()).toEqual(groups.sort());
  });

  it('has a message that no page holds beside its conversation fetched from the history', async () => {
    const lobby = await aLobbyOf(1);
    const { tenant, clock, table } = parley.given;
    const heavy = newMessage(draftOf('x'.repeat(127 * 1024)), lobby, 1, 'ada', clock.now());
    await table.client.send(new PutCommand({ TableName: table.name, Item: messageItem(tenant, heavy, 4_000_000_000) }));
    expect(await one('ada', lobby)).toMatchObject({ refetch: true, position: { seq: 1 }, hasMore: false });
  });

  it('takes a cursor from whoever was given it, and from nobody else', async () => {
    const since = parley.given.clock.now().toISOString();
    await pMap(numbers(51), () => parley.aGroup(['host', 'ada']), { concurrency: 8 });
    const { nextCursor } = await syncs('ada', { since });
    expect((await syncs('ada', { cursor: String(nextCursor) })).joined).toHaveLength(1);
    for (const cursor of [String(nextCursor), 'nonsense', 'bnVsbA'])
      expect(await refusalOf(syncs('bob', { cursor }))).toBe('invalid_request');
  });
});

describe('what was joined', () => {
  it('is found whatever the hour of its last activity', async () => {
    const old = await parley.aGroup(['ada'], { settings: { open: true } });
    parley.given.clock.forward({ days: 3 });
    const since = parley.given.clock.now().toISOString();
    parley.given.clock.forward({ hours: 2 });
    await parley.instance.members.join(await parley.instance.places.entranceOf(parley.caller('bob'), old));
    expect((await syncs('bob', { since })).joined).toMatchObject([{ id: old, role: 'member' }]);
  });

  it('is found wherever its member has put it meanwhile, page by page, each once', async () => {
    const since = parley.given.clock.now().toISOString();
    const groups = await pMap(numbers(120), () => parley.aGroup(['ada']), { concurrency: 10 });
    const ada = parley.caller('ada');
    const patches = [undefined, { pinned: true }, { archived: true }];
    const keeps = async (group: string, i: number): Promise<void> => {
      const patch = patches[i % 3];
      if (patch) await parley.instance.ownStates.patch(ada, group, patch);
    };
    await pMap(groups, keeps, { concurrency: 10 });
    const found = (await walk('ada', { since })).flatMap(({ joined }) => joined.map(({ id }) => id));
    expect(found.toSorted()).toEqual(groups.toSorted());
  });

  it('leaves out what is named, what was joined before, and what has been left again', async () => {
    const before = await parley.aGroup(['ada']);
    parley.given.clock.forward({ hours: 1 });
    const since = parley.given.clock.now().toISOString();
    const joined = await parley.aGroup(['host', 'ada']);
    const [named, left] = [await parley.aGroup(['host', 'ada']), await parley.aGroup(['host', 'ada'])];
    await parley.instance.members.leave(await parley.placeOf('ada', left));
    await parley.says('ada', before, 'awake');
    const page = await syncs('ada', { since, conversations: [from(named)] });
    expect(page.joined.map(({ id }) => id)).toEqual([joined]);
  });

  it('is found again a few minutes later: the index may have been late', async () => {
    const joined = await parley.aGroup(['host', 'ada']);
    parley.given.clock.forward({ seconds: 240 });
    const find = async () =>
      (await syncs('ada', { since: parley.given.clock.now().toISOString() })).joined.map(({ id }) => id);
    expect(await find()).toEqual([joined]);
    parley.given.clock.forward({ seconds: 120 });
    expect(await find()).toEqual([]);
  });
});

describe('a replica that is behind', () => {
  /** Memberships as they were: nobody's yet, or somebody's still. */
  const behind = (item: Record<string, unknown> | undefined): Between => {
    return async ({ name, input }, pass) => {
      const answer = (await pass()) as { Responses?: Record<string, Record<string, unknown>[]> };
      const request = name === 'BatchGetItem' && Object.values(input.RequestItems as object)[0];
      if (!request || request.ConsistentRead) return answer;
      const Responses = Object.fromEntries(
        Object.entries(answer.Responses ?? {}).map(([table, items]) => [
          table,
          [...items.filter(({ SK }) => !String(SK).startsWith('MEMBER#')), ...(item ? [item] : [])],
        ]),
      );
      return { ...answer, Responses };
    };
  };

  it('does not make a newcomer a stranger', async () => {
    const lobby = await aLobbyOf(2);
    const page = await syncs('bob', { conversations: [from(lobby)] }, parley.through(behind(undefined)));
    expect(page).toMatchObject({ removed: [], conversations: [{ conversation: { role: 'member' } }] });
  });

  it('does not let somebody stay who was removed, nor hear what was said since', async () => {
    const lobby = await aLobbyOf(1);
    const key = memberKey(parley.given.tenant, lobby, 'bob');
    const membership = (await parley.given.items()).find(({ PK, SK }) => PK === key.PK && SK === key.SK);
    await parley.instance.members.remove(await parley.placeOf('ada', lobby), 'bob');
    await parley.says('ada', lobby, 'secret');
    const page = await syncs('bob', { conversations: [from(lobby, 1)] }, parley.through(behind(membership)));
    expect(page).toMatchObject({
      conversations: [],
      removed: [{ conversationId: lobby, rev: 1, reason: 'removed' }],
      hasMore: false,
    });
  });

  it('does not show a role that has changed', async () => {
    const lobby = await aLobbyOf(1);
    const key = memberKey(parley.given.tenant, lobby, 'bob');
    const membership = (await parley.given.items()).find(({ PK, SK }) => PK === key.PK && SK === key.SK);
    await parley.instance.members.setRole(await parley.placeOf('ada', lobby), 'bob', 'admin');
    const synced = await one('bob', lobby, 1, 0, parley.through(behind(membership)));
    expect(synced?.conversation.role).toBe('admin');
  });
});

describe('changes that are not there', () => {
  const lobbyWithGapAt = async (...gone: number[]) => {
    const lobby = await aLobbyOf(1);
    for (const n of numbers(4)) await retitles(lobby, `title ${n}`);
    for (const rev of gone) await forgetsChange(lobby, rev);
    return lobby;
  };

  it('may be a moment away: what comes before them is told, and more promised', async () => {
    const lobby = await lobbyWithGapAt(3);
    const synced = await one('ada', lobby, 1);
    expect(revs(synced?.changes)).toEqual([1, 2]);
    expect(synced).toMatchObject({ position: { seq: 1, rev: 2 }, hasMore: true, refetch: false });
    expect(await one('ada', lobby, 1, 2)).toMatchObject({ changes: [], position: { rev: 2 }, hasMore: true });
  });

  it('at the end as well as in the middle', async () => {
    const lobby = await lobbyWithGapAt(4);
    expect(await one('ada', lobby, 1, 3)).toMatchObject({ position: { rev: 3 }, hasMore: true, refetch: false });
  });

  it.each([[3], [4], [1], [1, 2, 3, 4]])(
    'never come after a minute (%s): the conversation is fetched anew',
    async (...gone) => {
      const lobby = await lobbyWithGapAt(...gone);
      parley.given.clock.forward({ seconds: 59 });
      expect(await one('ada', lobby, 1)).toMatchObject({ refetch: false, hasMore: true });
      parley.given.clock.forward({ seconds: 1 });
      expect(await one('ada', lobby, 1)).toMatchObject({
        ...{ messages: [], changed: [], changes: [], refetch: true, hasMore: false },
        position: { seq: 1, rev: 4 },
      });
    },
  );

  it('do not hide behind new ones: it is the age of the gap that counts', async () => {
    const lobby = await lobbyWithGapAt(2);
    parley.given.clock.forward({ seconds: 61 });
    await retitles(lobby, 'just now');
    expect(await one('ada', lobby, 1)).toMatchObject({ refetch: true, position: { seq: 1, rev: 5 } });
  });
});

describe('messages that are not there', () => {
  const aged = async (count: number) => {
    const lobby = await aLobbyOf(count);
    parley.given.clock.forward({ days: 2 });
    return lobby;
  };

  it('are holes where the client’s last message is still kept', async () => {
    const lobby = await aged(4);
    await forgetsMessage(lobby, 3);
    const synced = await one('ada', lobby, 2);
    expect(synced?.messages.map(({ seq, status }) => [seq, status])).toEqual([
      [3, 'void'],
      [4, 'sent'],
    ]);
  });

  it.each([
    ['what the client had last, and more', [1, 2, 3]],
    ['everything', [1, 2, 3, 4]],
  ])('are lost where retention has removed %s', async (_, gone) => {
    const lobby = await aged(4);
    for (const seq of gone) await forgetsMessage(lobby, seq);
    expect(await one('ada', lobby, 2)).toMatchObject({ refetch: true, messages: [], position: { seq: 4, rev: 0 } });
  });

  it('are not missed where what comes next is kept', async () => {
    const lobby = await aged(4);
    for (const seq of [1, 2]) await forgetsMessage(lobby, seq);
    const synced = await one('ada', lobby, 2);
    expect([synced?.refetch, seqs(synced?.messages)]).toEqual([false, [3, 4]]);
  });

  it('count as lost once they have expired, though DynamoDB still has them', async () => {
    const lobby = await aLobbyOf(3);
    const { tenant, table, clock } = parley.given;
    await table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: messageKey(tenant, lobby, 2),
        UpdateExpression: 'SET expiresAt = :now',
        ExpressionAttributeValues: { ':now': Math.floor(clock.now().getTime() / 1000) },
      }),
    );
    expect(await one('ada', lobby, 1)).toMatchObject({ refetch: true });
  });

  it('of a client that holds nothing are lost unless the first is there', async () => {
    const lobby = await aged(3);
    expect(seqs((await one('ada', lobby))?.messages)).toEqual([1, 2, 3]);
    await forgetsMessage(lobby, 1);
    expect(await one('ada', lobby)).toMatchObject({ refetch: true });
  });
});

describe('what is read', () => {
  it('is one look at each conversation and membership where nothing was missed, and one at the receipts of each small group', async () => {
    const lobbies = [await aLobbyOf(1), await aLobbyOf(1)];
    const calls: string[] = [];
    const counted = parley.through(({ name }, pass) => {
      calls.push(name);
      return pass();
    });
    await syncs('ada', { conversations: lobbies.map((id) => from(id, 1)) }, counted);
    expect(calls).toEqual(['BatchGetItem', 'BatchGetItem', 'Query', 'Query']);
  });

  it('knows when the newest revision was taken: at the founding, and with each change', async () => {
    const lobby = await parley.aGroup();
    const founded = await parley.stateOf(lobby);
    expect(founded.changedAt).toBe(founded.createdAt);
    parley.given.clock.forward({ hours: 1 });
    await parley.says('ada', lobby, 'said, not changed');
    expect((await parley.stateOf(lobby)).changedAt).toBe(founded.createdAt);
    await retitles(lobby, 'Hall');
    expect((await parley.stateOf(lobby)).changedAt).toBe(parley.given.clock.now().toISOString());
  });
});
