import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { getMany, isReachable, queryAll, type Table, writeTogether } from '../../../shared/data/table.ts';
import { problemOf } from '../../../shared/runtime/problems.ts';
import { aTable } from '../../support/table.ts';

const given = aTable();

afterEach(() => {
  vi.useRealTimers();
});

const key = (n: number) => ({ PK: `${given.tenant}#THINGS`, SK: String(n).padStart(4, '0') });
const put = (count: number) =>
  Promise.all(
    Array.from({ length: count }, (_, n) =>
      given.table.client.send(new PutCommand({ TableName: given.table.name, Item: { ...key(n), n } })),
    ),
  );

describe('reading many', () => {
  it('answers in the order asked for, with a gap where there is nothing, and the same twice', async () => {
    await put(3);
    const found = await getMany(given.table, [2, 7, 0, 2].map(key));
    expect(found.map((item) => item?.n)).toEqual([2, undefined, 0, 2]);
    expect(await getMany(given.table, [])).toEqual([]);
  });

  it('reads a hundred at once', async () => {
    await put(230);
    const sizes: number[] = [];
    const watched = given.through(({ input }, pass) => {
      const [request] = Object.values(input.RequestItems) as { Keys: unknown[] }[];
      sizes.push(request?.Keys.length ?? 0);
      return pass();
    });
    const found = await getMany(
      watched,
      Array.from({ length: 230 }, (_, n) => key(n)),
    );
    expect(found.map((item) => item?.n)).toEqual(Array.from({ length: 230 }, (_, n) => n));
    expect(sizes.toSorted()).toEqual([100, 100, 30]);
  });

  it('asks again for what was left unprocessed, and for nothing else', async () => {
    await put(3);
    const asked: number[] = [];
    const busy = given.through(async ({ input }, pass) => {
      const [[name, request] = ['', { Keys: [] as unknown[] }]] = Object.entries(input.RequestItems) as [
        string,
        { Keys: unknown[] },
      ][];
      asked.push(request.Keys.length);
      const [first, ...rest] = request.Keys;
      const answer = (await pass({ RequestItems: { [name]: { Keys: [first] } } })) as object;
      return { ...answer, UnprocessedKeys: rest.length > 0 ? { [name]: { Keys: rest } } : {} };
    });
    const found = await getMany(busy, [0, 1, 2].map(key));
    expect(found.map((item) => item?.n)).toEqual([0, 1, 2]);
    expect(asked).toEqual([3, 2, 1]);
  });

  it('is unavailable when things are left unprocessed to the last', async () => {
    const overloaded = given.through(async ({ input }) => ({
      $metadata: {},
      Responses: {},
      UnprocessedKeys: input.RequestItems,
    }));
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    const outcome = getMany(overloaded, [key(0)]).catch((error: unknown) => problemOf(error).code);
    await vi.runAllTimersAsync();
    expect(await outcome).toBe('unavailable');
  });
});

it('reads a whole partition, or as much of it as was asked for, across pages', async () => {
  await put(12);
  const paged = given.through(({ input }, pass) => pass({ ...input, Limit: Math.min(input.Limit ?? 5, 5) }));
  const all = {
    KeyConditionExpression: 'PK = :pk',
    ExpressionAttributeValues: { ':pk': key(0).PK },
  };
  expect((await queryAll(paged, all)).map((item) => item.n)).toEqual(Array.from({ length: 12 }, (_, n) => n));
  expect((await queryAll(paged, all, 7)).map((item) => item.n)).toEqual([0, 1, 2, 3, 4, 5, 6]);
});

describe('writing together', () => {
  const counter = async (table: Table, name = 'n') => {
    const [item] = await getMany(table, [key(0)], { consistent: true });
    const value = Number(item?.[name] ?? 0);
    return {
      writes: [
        {
          Put: {
            TableName: table.name,
            Item: { ...key(0), [name]: value + 1 },
            ConditionExpression: 'attribute_not_exists(PK) OR n = :value',
            ExpressionAttributeValues: { ':value': value },
          },
        },
      ],
      result: value + 1,
    };
  };

  it('plans anew when what it built upon has moved', async () => {
    const results = await Promise.all(
      Array.from({ length: 8 }, () => writeTogether(given.table, () => counter(given.table))),
    );
    expect(results.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('takes a failed condition for an answer where it is told so', async () => {
    await put(1);
    const writes = [
      { Put: { TableName: given.table.name, Item: key(0), ConditionExpression: 'attribute_not_exists(PK)' } },
    ];
    let plans = 0;
    const write = writeTogether(
      given.table,
      async () => {
        plans += 1;
        return { writes, result: undefined };
      },
      { retryConditions: false },
    );
    await expect(write).rejects.toMatchObject({ name: 'TransactionCanceledException' });
    expect(plans).toBe(1);
  });

  it('tries again while another transaction is at the same items', async () => {
    let conflicts = 3;
    const meeting = given.through(async ({ name }, pass) => {
      if (name !== 'TransactWriteItems' || conflicts === 0) return pass();
      conflicts -= 1;
      throw Object.assign(new Error('cancelled'), {
        name: 'TransactionCanceledException',
        CancellationReasons: [{ Code: 'TransactionConflict' }],
      });
    });
    expect(await writeTogether(meeting, () => counter(meeting))).toBe(1);
  });

  it('writes nothing where there is nothing to write', async () => {
    expect(await writeTogether(given.table, async () => ({ writes: [], result: 7 }))).toBe(7);
  });

  it('gives up at once on what no repetition helps', async () => {
    let plans = 0;
    const plan = async () => {
      plans += 1;
      throw new Error('broken');
    };
    await expect(writeTogether(given.table, plan)).rejects.toThrow('broken');
    expect(plans).toBe(1);
  });
});

it('says whether it answers', async () => {
  expect(await isReachable(given.table)).toBe(true);
  expect(await isReachable({ ...given.table, name: 'NoSuchTable' })).toBe(false);
});
