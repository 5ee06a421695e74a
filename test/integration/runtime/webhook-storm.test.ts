import { expect, it } from 'vitest';
import type { Received } from '../../support/receiver.ts';
import { verified } from '../../support/receiver.ts';
import { aTable } from '../../support/table.ts';
import { aReceiver, webhooksOn, withTimeOf } from '../../support/webhook-world.ts';

const given = aTable();
withTimeOf(given);
const receiver = aReceiver();

/** The same sequence of numbers from 0 to 1 each time: mulberry32. */
const chance = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
};

it('a receiver that fails at random gets each of 2,000 events at least once, each time with a valid signature', async () => {
  const random = chance(7);
  const world = webhooksOn(given, { random, timeoutMs: 100, workers: 16 });
  const webhook = await world.registers(receiver().url);
  const heard = new Map<string, number>();
  const forged: unknown[] = [];
  const verify = (received: Received) => {
    try {
      const { id } = verified(webhook.secret, received);
      heard.set(id, (heard.get(id) ?? 0) + 1);
    } catch (error) {
      forged.push(error);
    }
  };
  receiver().replies = (received) => {
    verify(received);
    const luck = random();
    if (luck < 0.02) return 'silence';
    if (luck < 0.1) return 'reset';
    if (luck < 0.2) return { status: 500 };
    if (luck < 0.23) return { status: 429, headers: { 'retry-after': '30' } };
    if (luck < 0.25) return { status: 200, afterMs: 150 };
    return { status: 200 };
  };

  const numbers = Array.from({ length: 2_000 }, (_, i) => i + 1);
  for (let start = 0; start < numbers.length; start += 20) {
    await Promise.all(
      numbers.slice(start, start + 20).map((n) => world.dispatch(world.event(n), { isRetried: false })),
    );
    await world.worksOff();
    given.clock.forward({ seconds: 1 });
  }
  await world.passes();

  expect(forged).toEqual([]);
  expect([...heard.keys()].length).toBe(2_000);
  const statuses: string[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await world.webhookDeliveries.page(given.tenant, webhook.id, {
      limit: 100,
      ...(cursor && { cursor }),
    });
    statuses.push(...page.items.map(({ status }) => status));
    cursor = page.nextCursor;
  }
  expect(Object.fromEntries(Map.groupBy(statuses, String))).toEqual({ delivered: statuses });
  expect(statuses).toHaveLength(2_000);
}, 120_000);
