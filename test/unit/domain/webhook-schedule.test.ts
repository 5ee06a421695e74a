import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deliveryWindow, hopSeconds, nextAttemptAt, retryAfterMs } from '../../../shared/domain/webhook-schedule.ts';

const startedAt = Date.parse('2026-11-21T12:00:00.000Z');
const firstRetryMs = 5_000;
const [minute, hour] = [60_000, 3_600_000];

/** Every pause of a delivery whose endpoint fails to the last, each attempt taking no time. */
const pauses = (random: () => number, retryAfter?: () => number | undefined): number[] => {
  const all: number[] = [];
  for (let [attempts, now] = [1, startedAt]; attempts < 100; attempts += 1) {
    const next = nextAttemptAt({
      attempts,
      startedAt,
      now,
      firstRetryMs,
      random: random(),
      retryAfterMs: retryAfter?.(),
    });
    if (next === undefined) return all;
    all.push(next - now);
    now = next;
  }
  throw new Error('It never gives up.');
};
const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0);

const chance = fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true }));
const nextOf = (stream: Stream) => () => Number(stream.next().value);
type Stream = Iterator<number>;

describe('a delivery that fails to the last', () => {
  it('is tried after pauses that grow fourfold up to six hours, for a day', () => {
    expect(pauses(() => 0.5)).toEqual([
      ...[5_000, 20_000, 80_000, 320_000, 1_280_000, 5_120_000, 20_480_000],
      ...[6 * hour, 6 * hour],
      deliveryWindow - (27_305_000 + 12 * hour),
    ]);
  });

  it('has its last attempt a day after the first, whatever chance does to its pauses', () => {
    fc.assert(
      fc.property(chance, (stream) => {
        const all = pauses(nextOf(stream));
        const window = sum(all);
        expect(window).toBeLessThanOrEqual(deliveryWindow);
        expect(window).toBeGreaterThan(deliveryWindow - minute);
        expect(all.length).toBeGreaterThanOrEqual(9);
        expect(all.length).toBeLessThanOrEqual(12);
      }),
    );
  });

  it('waits a fifth longer or shorter than its pause at most, but for the last', () => {
    fc.assert(
      fc.property(chance, (stream) => {
        for (const [i, pause] of pauses(nextOf(stream)).slice(0, -1).entries()) {
          const middle = Math.min(firstRetryMs * 4 ** i, 6 * hour);
          expect(pause).toBeGreaterThanOrEqual(0.8 * middle - 1);
          expect(pause).toBeLessThanOrEqual(1.2 * middle + 1);
        }
      }),
    );
  });

  it('waits longer each time, until its pauses are as long as they get', () => {
    fc.assert(
      fc.property(chance, (stream) => {
        const growing = pauses(nextOf(stream)).slice(0, 7);
        expect(growing).toEqual(growing.toSorted((a, b) => a - b));
      }),
    );
  });

  it('comes no sooner than its endpoint asked for, and later by six hours at most', () => {
    fc.assert(
      fc.property(chance, fc.infiniteStream(fc.integer({ min: 0, max: 30 * hour })), (stream, wishes) => {
        const asked: number[] = [];
        const wish = () => {
          asked.push(Number(wishes.next().value));
          return asked.at(-1);
        };
        const all = pauses(nextOf(stream), wish);
        for (const [i, pause] of all.slice(0, -1).entries()) {
          expect(pause).toBeGreaterThanOrEqual(Math.min(Number(asked[i]), 6 * hour) - 1);
        }
        expect(sum(all)).toBeLessThanOrEqual(deliveryWindow);
      }),
    );
  });
});

describe('Retry-After', () => {
  const now = Date.parse('2026-11-21T12:00:00.000Z');

  it.each([
    ['120', 120_000],
    [' 5 ', 5_000],
    ['Sat, 21 Nov 2026 12:01:30 GMT', 90_000],
    ['Saturday, 21-Nov-26 12:01:30 GMT', 90_000],
  ])('%j is %d ms', (header, expected) => {
    expect(retryAfterMs(header, now)).toBe(expected);
  });

  it.each([
    undefined,
    '',
    '0',
    '-5',
    '1.5',
    'soon',
    '1e9',
    '99999999999',
    'Sat, 21 Nov 2026 11:59:00 GMT',
    '2026-11-22',
  ])('%j asks for nothing', (header) => {
    expect(retryAfterMs(header, now)).toBeUndefined();
  });
});

it('a message hops for 15 minutes at most, as SQS has it, and arrives within a second of its time', () => {
  fc.assert(
    fc.property(fc.integer({ min: -minute, max: 7 * hour }), (wait) => {
      let now = startedAt;
      const dueAt = startedAt + wait;
      for (let hops = 0; dueAt - now >= 1_000; hops += 1) {
        const seconds = hopSeconds(dueAt, now);
        expect(seconds).toBeGreaterThan(0);
        expect(seconds).toBeLessThanOrEqual(900);
        expect(hops).toBeLessThan(30);
        now += seconds * 1_000;
      }
      expect(hopSeconds(dueAt, now)).toBe(0);
      expect(now).toBeLessThanOrEqual(Math.max(dueAt, startedAt));
    }),
  );
});
