import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLimits } from '../../../shared/data/limits.ts';
import { createRateLimits } from '../../../shared/data/rate-limits.ts';
import type { Caller } from '../../../shared/domain/caller.ts';
import type { Between } from '../../support/table.ts';
import { aParley, numbers, usualLimits } from './parley.ts';

const parley = aParley();

/** One Lambda instance that takes tokens. */
const anInstance = (perMinute = 30, between?: Between) =>
  createRateLimits({
    table: between ? parley.given.through(between) : parley.given.table,
    clock: parley.given.clock,
    limits: createLimits({
      default: { ...usualLimits, messagesPerMinute: perMinute },
      tenants: {},
    }),
  });

/** @returns 0 where there was a token, or else after how many seconds there will be one */
const takes = async (instance: ReturnType<typeof anInstance>, caller: Caller = parley.caller('ada')) => {
  try {
    await instance.takeMessage(caller);
    return 0;
  } catch (error) {
    const { code, details } = error as { code: string; details: { retryAfter: number } };
    expect(code).toBe('rate_limited');
    return details.retryAfter;
  }
};

const inTurn = async (instance: ReturnType<typeof anInstance>, times: number) => {
  const outcomes: number[] = [];
  for (const _ of numbers(times)) outcomes.push(await takes(instance));
  return outcomes;
};

const accepted = (outcomes: readonly number[]) => outcomes.filter((wait) => wait === 0).length;

describe('a bucket of 30 a minute', () => {
  it('lets 30 through at once and refuses the next, saying when to come back', async () => {
    const outcomes = await inTurn(anInstance(), 31);
    expect(outcomes).toEqual([...numbers(30).map(() => 0), 2]);
  });

  it('lets one through after the time it named, and no sooner', async () => {
    const instance = anInstance();
    await inTurn(instance, 30);
    parley.given.clock.forward({ ms: 1_999 });
    expect(await takes(instance)).toBe(1);
    parley.given.clock.forward({ ms: 1 });
    expect(await inTurn(instance, 2)).toEqual([0, 2]);
  });

  it('is full again after a minute, and never fuller', async () => {
    const instance = anInstance();
    await inTurn(instance, 30);
    parley.given.clock.forward({ seconds: 60 });
    expect(accepted(await inTurn(instance, 31))).toBe(30);
    parley.given.clock.forward({ hours: 5 });
    expect(accepted(await inTurn(instance, 31))).toBe(30);
  });

  it('is each user’s own', async () => {
    const instance = anInstance();
    await inTurn(instance, 31);
    expect(await takes(instance, parley.caller('bob'))).toBe(0);
    expect(await takes(instance, { ...parley.caller('ada'), tenant: 'elsewhere' })).toBe(0);
  });

  it('does not bind a service', async () => {
    const instance = anInstance(1);
    const service = parley.caller('backend', { roles: ['service'] });
    for (const _ of numbers(3)) expect(await takes(instance, service)).toBe(0);
    expect(await parley.given.items()).toEqual([]);
  });
});

it.each([1, 7, 11, 13, 29, 30, 31, 59, 61, 97])(
  'lets exactly %i through at once where that is the limit',
  async (perMinute) => {
    expect(accepted(await inTurn(anInstance(perMinute), perMinute + 1))).toBe(perMinute);
  },
);

it('lets no more through than the bucket holds, however many instances are asked at once', async () => {
  const instances = numbers(3).map(() => anInstance(10));
  const atOnce = () => Promise.all(numbers(24).map((n) => takes(instances[n % 3] ?? anInstance())));

  expect(accepted(await atOnce())).toBe(10);
  parley.given.clock.forward({ seconds: 18 });
  expect(accepted(await atOnce())).toBe(3);
  parley.given.clock.forward({ seconds: 60 });
  expect(accepted(await atOnce())).toBe(10);
});

describe('costs', () => {
  const counting = (perMinute: number) => {
    const calls: string[] = [];
    const instance = anInstance(perMinute, ({ name }, pass) => {
      calls.push(name);
      return pass();
    });
    return { calls, instance };
  };

  it('one write for each of a user’s messages, the first after a rest and those that follow', async () => {
    const { calls, instance } = counting(30);
    await inTurn(instance, 5);
    parley.given.clock.forward({ seconds: 60 });
    await inTurn(instance, 5);
    expect(calls).toHaveLength(10);
  });

  it('one write for a refusal', async () => {
    const { calls, instance } = counting(3);
    await inTurn(instance, 4);
    expect(calls).toHaveLength(4);
  });

  it('two where another instance has seen the user a moment ago', async () => {
    await takes(anInstance(30));
    const { calls, instance } = counting(30);
    await inTurn(instance, 3);
    expect(calls).toHaveLength(4);
  });
});

it('decides as a token bucket does, through any number of instances and any pauses', async () => {
  const step = fc.record({
    pauseMs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 30_000 })),
    instance: fc.nat({ max: 2 }),
  });
  let user = 0;
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 9 }), fc.array(step, { maxLength: 25 }), async (perMinute, steps) => {
      user += 1;
      const instances = numbers(3).map(() => anInstance(perMinute));
      // In units of a token per minute and millisecond, so that it is exact.
      const full = perMinute * 60_000;
      let level = full;
      for (const { pauseMs, instance } of steps) {
        parley.given.clock.forward({ ms: pauseMs });
        level = Math.min(full, level + pauseMs * perMinute);
        const wait = await takes(instances[instance] ?? anInstance(), parley.caller(`user-${user}`));
        // Within a millisecond of a token either is right: the bucket counts in whole steps.
        if (Math.abs(level - 60_000) > perMinute) expect(wait === 0, `${level} of ${full}`).toBe(level >= 60_000);
        if (wait === 0) level = Math.max(0, level - 60_000);
        else expect(Math.abs(wait - (60_000 - level) / perMinute / 1_000)).toBeLessThanOrEqual(1.001);
      }
    }),
    { numRuns: 15 },
  );
});

describe('a bucket that is read before and paid at the end', () => {
  const bucketOf = async () => (await parley.given.items()).find(({ SK }) => SK === 'LIMIT#message.send');
  const pays = async (instance: ReturnType<typeof anInstance>, times: number) => {
    for (const _ of numbers(times)) await instance.payMessage(parley.caller('ada'));
  };

  it('is one of people in direct conversations', async () => {
    const [direct, group] = [await parley.aDirect('ada', 'bob'), await parley.aGroup()];
    const service = parley.caller('backend', { roles: ['service'] });
    expect(anInstance().keyBeside(parley.caller('ada'), direct)).toMatchObject({ SK: 'LIMIT#message.send' });
    expect(anInstance().keyBeside(parley.caller('ada'), group)).toBeUndefined();
    expect(anInstance().keyBeside(service, direct)).toBeUndefined();
  });

  it('may be paid later while half of it is left, and costs what a token costs', async () => {
    const instance = anInstance();
    const mayWait = async () => instance.mayPayLater(parley.caller('ada'), await bucketOf());
    expect(await mayWait()).toBe(true);
    await pays(instance, 15);
    expect(await mayWait()).toBe(true);
    await pays(instance, 1);
    expect(await mayWait()).toBe(false);
    parley.given.clock.forward({ seconds: 2 });
    expect(await mayWait()).toBe(true);
    expect(accepted(await inTurn(instance, 30)), 'what was paid is gone').toBe(15);
  });

  it('owes what was under way at the same moment, until that is paid back', async () => {
    const [instance, other] = [anInstance(), anInstance()];
    await Promise.all([pays(instance, 20), pays(other, 20)]);
    expect(await takes(instance)).toBe(22);
    parley.given.clock.forward({ seconds: 22 });
    expect(await inTurn(anInstance(), 2)).toEqual([0, 2]);
  });

  it('keeps what is written beside it', async () => {
    const instance = anInstance();
    await instance.payMessage(parley.caller('ada'), { told1: { messageId: 'd-x.1', connections: ['b1'] } });
    await instance.payMessage(parley.caller('ada'), { told2: { messageId: 'd-x.2', connections: ['b2'] } });
    await instance.takeMessage(parley.caller('ada'));
    expect(await bucketOf()).toMatchObject({ told1: { connections: ['b1'] }, told2: { connections: ['b2'] } });
  });
});
