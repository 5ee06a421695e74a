import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { messageItem } from '../../../shared/data/items.ts';
import { messageKey } from '../../../shared/data/keys.ts';
import { newMessage } from '../../../shared/domain/message.ts';
import { aLobbyOf, takesANumber } from './lobby.ts';
import { aParley, draftOf, numbers, refusalOf } from './parley.ts';

const parley = aParley();
const short = aParley({ retentionDays: 1 });

const seqs = ({ items }: { items: { seq: number }[] }) => items.map((one) => one.seq);
const shown = (messages: { seq: number; status: string }[]) => messages.map(({ seq, status }) => `${seq} ${status}`);

describe('a page', () => {
  it('shows the newest first', async () => {
    const lobby = await aLobbyOf(5, parley);
    expect(seqs(await parley.instance.read(parley.caller('ada'), lobby, { limit: 3 }))).toEqual([5, 4, 3]);
  });

  it('is empty, and the last, before anything was said', async () => {
    const lobby = await parley.aGroup();
    expect(await parley.instance.read(parley.caller('ada'), lobby)).toEqual({ items: [], nextCursor: null });
  });

  it('shows those before a number, and those next after one, newest first either way', async () => {
    const lobby = await aLobbyOf(6, parley);
    const read = (direction: { before?: number; after?: number; limit: number }) =>
      parley.instance.read(parley.caller('ada'), lobby, direction).then(seqs);

    expect(await read({ before: 4, limit: 2 })).toEqual([3, 2]);
    expect(await read({ after: 2, limit: 2 })).toEqual([4, 3]);
    expect(await read({ before: 1, limit: 2 })).toEqual([]);
    expect(await read({ before: 0, limit: 2 })).toEqual([]);
    expect(await read({ before: 999_999_999_999, limit: 2 })).toEqual([6, 5]);
    expect(await read({ after: 0, limit: 2 })).toEqual([2, 1]);
    expect(await read({ after: 6, limit: 2 })).toEqual([]);
    expect(await read({ after: 999_999_999_999, limit: 2 })).toEqual([]);
  });

  it.each([1, 2, 3, 7, 100])('walks the whole history %i at a time, in both directions', async (limit) => {
    const lobby = await aLobbyOf(7, parley);
    const walk = async (start: { after?: number }) => {
      const pages: number[][] = [];
      let cursor: string | undefined;
      do {
        const page = await parley.instance.read(parley.caller('ada'), lobby, {
          limit,
          ...(cursor ? { cursor } : start),
        });
        if (page.items.length > 0) pages.push(seqs(page));
        cursor = page.nextCursor ?? undefined;
      } while (cursor);
      return pages;
    };

    expect((await walk({})).flat()).toEqual(numbers(7).reverse());
    expect((await walk({ after: 0 })).reverse().flat()).toEqual(numbers(7).reverse());
  });

  it('refuses the cursor of another conversation, of another list, and what is none', async () => {
    const [lobby, hall] = [await aLobbyOf(3, parley), await aLobbyOf(3, parley)];
    const read = (conversation: string, cursor: string) =>
      refusalOf(parley.instance.read(parley.caller('ada'), conversation, { limit: 1, cursor }));
    const { nextCursor } = await parley.instance.read(parley.caller('ada'), hall, { limit: 1 });
    const members = await parley.instance.members.page(await parley.placeOf('ada', lobby), { limit: 1 });

    expect(members.nextCursor ?? nextCursor).not.toBeNull();
    expect(await read(hall, String(nextCursor))).toBeUndefined();
    expect(await read(lobby, String(nextCursor))).toBe('invalid_request');
    expect(await read(lobby, 'nonsense')).toBe('invalid_request');
  });

  it('holds as much as DynamoDB reads at once, and the walk still finds everything', async () => {
    const lobby = await parley.aGroup();
    const { tenant, clock, table } = parley.given;
    const big = 'x'.repeat(100_000);
    for (const seq of numbers(15)) {
      const draft = draftOf(big);
      const message = newMessage(draft, lobby, seq, 'ada', clock.now());
      await table.client.send(
        new PutCommand({ TableName: table.name, Item: messageItem(tenant, message, 4_000_000_000) }),
      );
      await parley.instance.sends.append(await parley.placeOf('ada', lobby), draft, { earlier: seq });
    }
    expect((await parley.historyOf('ada', lobby)).map((one) => one.seq)).toEqual(numbers(15));
  });

  it('costs one call beside the place, and reads no more than was asked for', async () => {
    const lobby = await aLobbyOf(5, parley);
    const calls: string[] = [];
    const counted = parley.through(({ name, input }, pass) => {
      calls.push(`${name} ${input.Limit ?? ''}`.trim());
      return pass();
    });
    await counted.read(parley.caller('ada'), lobby, { limit: 5 });
    expect(calls.sort()).toEqual(['BatchGetItem', 'Query 5']);
  });
});

it.each([
  [{}, true],
  [{ after: 0 }, true],
  [{ after: 3 }, true],
  [{ before: 3 }, false],
])('reads %o from what is settled only if nothing newer can be meant', async (direction, consistent) => {
  const lobby = await aLobbyOf(4, parley);
  const reads: unknown[] = [];
  const watched = parley.through(({ name, input }, pass) => {
    if (name === 'Query') reads.push(input.ConsistentRead);
    return pass();
  });
  await watched.read(parley.caller('ada'), lobby, { limit: 2, ...direction });
  expect(reads).toEqual([consistent]);
});

describe('retention', () => {
  const days = (count: number) => short.given.clock.forward({ days: count });

  it('hides what has expired, also before DynamoDB removes it', async () => {
    const lobby = await aLobbyOf(2, short);
    days(1);
    await short.says('ada', lobby, 'today');

    expect(shown((await short.instance.read(short.caller('ada'), lobby)).items)).toEqual(['3 sent']);
    expect(await refusalOf(short.instance.messages.find(short.caller('ada'), `${lobby}.2`))).toBe('not_found');
  });

  it('is followed by a walk towards the newer, past pages of what has expired', async () => {
    const lobby = await aLobbyOf(6, short);
    days(1);
    await short.says('ada', lobby, 'today');

    const seen: number[] = [];
    let cursor: string | undefined;
    do {
      const page = await short.instance.read(short.caller('ada'), lobby, {
        limit: 2,
        ...(cursor ? { cursor } : { after: 1 }),
      });
      seen.push(...seqs(page));
      cursor = page.nextCursor ?? undefined;
    } while (cursor);
    expect(seen).toEqual([7]);
  });

  /** As DynamoDB does some time after they expired. */
  const removes = async (lobby: string, ...gone: number[]) => {
    const { table, tenant } = short.given;
    for (const seq of gone) {
      await table.client.send(new DeleteCommand({ TableName: table.name, Key: messageKey(tenant, lobby, seq) }));
    }
  };

  it.each([{ after: 0 }, { after: 2 }, { before: 9 }, {}])(
    'leaves no voids where it removed messages, for whoever reads %o',
    async (direction) => {
      const lobby = await aLobbyOf(5, short);
      days(1);
      for (const n of [6, 7]) await short.says('ada', lobby, `message ${n}`);
      await removes(lobby, 1, 2, 3, 4, 5);
      short.given.clock.forward({ seconds: 10 });

      const page = await short.instance.read(short.caller('ada'), lobby, { limit: 50, ...direction });
      expect(shown(page.items)).toEqual(['7 sent', '6 sent']);
    },
  );

  it('leaves no voids where it removed some of the expired messages and others not yet', async () => {
    const lobby = await aLobbyOf(5, short);
    days(1);
    await short.says('ada', lobby, 'today');
    await removes(lobby, 2, 4);
    short.given.clock.forward({ seconds: 10 });

    expect(shown((await short.instance.read(short.caller('ada'), lobby)).items)).toEqual(['6 sent']);
  });

  /** Two for the tenant's time, two for a day, and two for the tenant's time again. */
  const aLobbyOfTwoTimes = async () => {
    const ada = parley.caller('ada');
    const lobby = await parley.aGroup(['ada']);
    const keepsFor = async (retentionDays: number | null) =>
      parley.instance.conversations.update(await parley.placeOf('ada', lobby), { settings: { retentionDays } });
    const says = async (...contents: string[]) => {
      for (const content of contents) await parley.says('ada', lobby, content);
    };
    await says('one', 'two');
    parley.given.clock.forward({ days: 3 });
    await keepsFor(1);
    await says('three', 'four');
    await keepsFor(null);
    await says('five', 'six');
    parley.given.clock.forward({ days: 2 });
    return { ada, lobby, keepsFor };
  };

  it('of a conversation that kept less for a while leaves what was stored for longer, before and after it', async () => {
    const { ada, lobby, keepsFor } = await aLobbyOfTwoTimes();
    expect((await parley.historyOf('ada', lobby)).map(({ content }) => content)).toEqual(['one', 'two', 'five', 'six']);
    for (const limit of [1, 2, 3]) {
      expect(seqs({ items: await parley.historyOf('ada', lobby, limit) })).toEqual([1, 2, 5, 6]);
    }
    expect(await refusalOf(parley.instance.messages.get(ada, `${lobby}.3`))).toBe('not_found');
    await keepsFor(2);
    expect(await parley.historyOf('ada', lobby)).toEqual([]);
    await keepsFor(3);
    expect(seqs({ items: await parley.historyOf('ada', lobby) })).toEqual([5, 6]);
  });

  it('leaves no voids where it removed what was kept for less', async () => {
    const { lobby } = await aLobbyOfTwoTimes();
    const { table, tenant } = parley.given;
    for (const seq of [3, 4]) {
      await table.client.send(new DeleteCommand({ TableName: table.name, Key: messageKey(tenant, lobby, seq) }));
    }
    expect(seqs({ items: await parley.historyOf('ada', lobby) })).toEqual([1, 2, 5, 6]);
  });

  it('lets holes among what is kept be closed all the same', async () => {
    const lobby = await aLobbyOf(2, short);
    days(1);
    await short.says('ada', lobby, 'three');
    await takesANumber(lobby, short);
    await short.says('ada', lobby, 'five');
    await removes(lobby, 1, 2);
    short.given.clock.forward({ seconds: 10 });

    expect(shown((await short.instance.read(short.caller('ada'), lobby, { limit: 9, after: 3 })).items)).toEqual([
      '5 sent',
      '4 void',
    ]);
  });
});
