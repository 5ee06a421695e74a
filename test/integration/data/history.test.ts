import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { messageItem } from '../../../shared/data/items.ts';
import { messageKey } from '../../../shared/data/keys.ts';
import { newMessage } from '../../../shared/domain/message.ts';
import { aParley, draftOf, numbers, refusalOf } from './parley.ts';

const parley = aParley();
const short = aParley({ retentionDays: 1 });

const seqs = ({ items }: { items: { seq: number }[] }) => items.map((one) => one.seq);
const shown = (messages: { seq: number; status: string }[]) => messages.map(({ seq, status }) => `${seq} ${status}`);

/** A send that takes a number and dies. */
const takesANumber = async (lobby: string, chat = parley) => {
  let count = 0;
  const dying = chat.through(async (_, pass) => {
    count += 1;
    if (count > 2) throw new Error('dead');
    return pass();
  });
  await expect(dying.send(chat.caller('ada'), lobby, draftOf('lost'))).rejects.toThrow('dead');
};

const aLobbyOf = async (count: number, chat = parley) => {
  const lobby = await chat.aGroup();
  for (const n of numbers(count)) await chat.says('ada', lobby, `message ${n}`);
  return lobby;
};

describe('a page', () => {
  it('shows the newest first', async () => {
    const lobby = await aLobbyOf(5);
    expect(seqs(await parley.instance.read(parley.caller('ada'), lobby, { limit: 3 }))).toEqual([5, 4, 3]);
  });

  it('is empty, and the last, before anything was said', async () => {
    const lobby = await parley.aGroup();
    expect(await parley.instance.read(parley.caller('ada'), lobby)).toEqual({ items: [], nextCursor: null });
  });

  it('shows those before a number, and those next after one, newest first either way', async () => {
    const lobby = await aLobbyOf(6);
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
    const lobby = await aLobbyOf(7);
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
    const [lobby, hall] = [await aLobbyOf(3), await aLobbyOf(3)];
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
      const message = newMessage(draftOf(big), lobby, seq, 'ada', clock.now());
      await table.client.send(
        new PutCommand({ TableName: table.name, Item: messageItem(tenant, message, 4_000_000_000) }),
      );
      await parley.instance.sends.append(await parley.placeOf('ada', lobby), draftOf('x'), { ...receipt, seq });
    }
    expect((await parley.historyOf('ada', lobby)).map((one) => one.seq)).toEqual(numbers(15));
  });

  it('costs one call beside the place, and reads no more than was asked for', async () => {
    const lobby = await aLobbyOf(5);
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
  const lobby = await aLobbyOf(4);
  const reads: unknown[] = [];
  const watched = parley.through(({ name, input }, pass) => {
    if (name === 'Query') reads.push(input.ConsistentRead);
    return pass();
  });
  await watched.read(parley.caller('ada'), lobby, { limit: 2, ...direction });
  expect(reads).toEqual([consistent]);
});

const receipt = { told: [] };

describe('a hole', () => {
  it('is left alone while its sender may still come', async () => {
    const lobby = await aLobbyOf(1);
    await takesANumber(lobby);
    await parley.says('ada', lobby, 'three');
    parley.given.clock.forward({ ms: 4_999 });

    expect(seqs(await parley.instance.read(parley.caller('ada'), lobby))).toEqual([3, 1]);
  });

  it('is closed by whoever reads over it five seconds later', async () => {
    const lobby = await aLobbyOf(1);
    await takesANumber(lobby);
    await parley.says('ada', lobby, 'three');
    parley.given.clock.forward({ seconds: 5 });

    const page = await parley.instance.read(parley.caller('ada'), lobby);
    expect(shown(page.items)).toEqual(['3 sent', '2 void', '1 sent']);
    expect(await parley.instance.read(parley.caller('ada'), lobby)).toEqual(page);
  });

  it('at the very beginning is closed too, also when nothing else was ever said', async () => {
    const lobby = await parley.aGroup();
    await takesANumber(lobby);
    parley.given.clock.forward({ seconds: 5 });

    expect(shown((await parley.instance.read(parley.caller('ada'), lobby)).items)).toEqual(['1 void']);
    expect(await parley.stateOf(lobby)).toMatchObject({ seq: 1, lastMessage: null });
  });

  it('as the newest number is closed, and the conversation shows its newest message again', async () => {
    const lobby = await aLobbyOf(2);
    await takesANumber(lobby);
    expect((await parley.stateOf(lobby)).lastMessage).toMatchObject({ seq: 3, content: 'lost' });
    parley.given.clock.forward({ seconds: 5 });

    await parley.instance.read(parley.caller('ada'), lobby);

    expect((await parley.stateOf(lobby)).lastMessage).toMatchObject({
      seq: 2,
      messageId: `${lobby}.2`,
      content: 'message 2',
    });
  });

  it('as the newest number leaves no wrong preview behind when its closer dies half way', async () => {
    const lobby = await aLobbyOf(1);
    await takesANumber(lobby);
    parley.given.clock.forward({ seconds: 5 });
    const dying = parley.through(async ({ name }, pass) => {
      const answer = await pass();
      if (name === 'PutItem') throw new Error('dead');
      return answer;
    });
    await expect(dying.read(parley.caller('ada'), lobby)).rejects.toThrow('dead');

    await parley.instance.read(parley.caller('ada'), lobby);

    expect((await parley.stateOf(lobby)).lastMessage).toMatchObject({ seq: 1, content: 'message 1' });
  });

  it('closed as the newest does not hide what was said meanwhile', async () => {
    const lobby = await aLobbyOf(1);
    await takesANumber(lobby);
    parley.given.clock.forward({ seconds: 5 });
    const reader = parley.through(async ({ name }, pass) => {
      if (name === 'UpdateItem') await parley.says('ada', lobby, 'three');
      return pass();
    });
    await reader.read(parley.caller('ada'), lobby);

    expect((await parley.stateOf(lobby)).lastMessage).toMatchObject({ seq: 3, content: 'three' });
  });

  it('that its sender fills at the last moment is shown as the message', async () => {
    const lobby = await aLobbyOf(1);
    let filled = false;
    const reader = parley.through(async ({ name }, pass) => {
      if (name === 'PutItem' && !filled) {
        filled = true;
        const place = await parley.placeOf('ada', lobby);
        await parley.instance.sends.append(place, draftOf('just in time'), { ...receipt, seq: 2 });
      }
      return pass();
    });
    await takesANumber(lobby);
    parley.given.clock.forward({ seconds: 5 });

    expect((await reader.read(parley.caller('ada'), lobby)).items[0]?.content).toBe('just in time');
  });

  it('is closed once by many readers at once', async () => {
    const lobby = await aLobbyOf(1);
    await takesANumber(lobby);
    await takesANumber(lobby);
    await parley.says('ada', lobby, 'four');
    parley.given.clock.forward({ seconds: 5 });

    const pages = await Promise.all(numbers(5).map(() => parley.instance.read(parley.caller('ada'), lobby)));
    for (const page of pages) expect(page).toEqual(pages[0]);
    expect(pages[0]?.items.map((one) => one.seq)).toEqual([4, 3, 2, 1]);
  });

  it('at the edge of a page is closed by the walk, even while the conversation is busy', async () => {
    const lobby = await aLobbyOf(2);
    await takesANumber(lobby);
    for (const n of [4, 5]) await parley.says('ada', lobby, `message ${n}`);
    parley.given.clock.forward({ seconds: 5 });
    await parley.says('ada', lobby, 'just now');

    const history = await parley.historyOf('ada', lobby, 3);
    expect(history.map((one) => one.seq)).toEqual(numbers(6));
  });

  it.each([{}, { after: 0 }])('is closed by a walk, however many there are (%o)', async (start) => {
    const lobby = await aLobbyOf(1);
    for (const _ of numbers(12)) await takesANumber(lobby);
    parley.given.clock.forward({ seconds: 5 });

    const seen: number[] = [];
    let cursor: string | undefined;
    do {
      const page = await parley.instance.read(parley.caller('ada'), lobby, {
        limit: 4,
        ...(cursor ? { cursor } : start),
      });
      seen.push(...seqs(page));
      cursor = page.nextCursor ?? undefined;
    } while (cursor);
    expect(seen.toSorted((a, b) => a - b)).toEqual(numbers(13));
  });
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
