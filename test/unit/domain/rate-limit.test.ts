import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Bucket,
  latestFullAt,
  microseconds,
  perMinute,
  retryAfterSeconds,
} from '../../../shared/domain/rate-limit.ts';

/** What the table does with the one number that it keeps. */
const aCell = (bucket: Bucket) => {
  let fullAt = 0;
  return (now: number): number | undefined => {
    if (fullAt <= now) fullAt = now + bucket.interval;
    else if (fullAt <= latestFullAt(bucket, now)) fullAt += bucket.interval;
    else return retryAfterSeconds(bucket, fullAt, now);
    return undefined;
  };
};

/** A bucket as everybody imagines it: tokens drip in, one each interval, in whole units of 1 / interval. */
const aTokenBucket = ({ capacity, interval }: Bucket) => {
  const full = BigInt(capacity) * BigInt(interval);
  let level = full;
  let seen = 0;
  return (now: number): boolean => {
    const dripped = level + BigInt(now - seen);
    level = dripped > full ? full : dripped;
    seen = now;
    if (level < BigInt(interval)) return false;
    level -= BigInt(interval);
    return true;
  };
};

const start = microseconds(new Date('2026-11-21T12:00:00.000Z'));
const aSchedule = fc.array(
  fc.oneof(fc.constant(0), fc.nat({ max: 100_000 }), fc.nat({ max: 10_000_000 }), fc.nat({ max: 200_000_000 })),
  { maxLength: 100 },
);

describe('a bucket kept as one number', () => {
  it('decides as a token bucket does, at any pace', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6_000 }), aSchedule, (capacity, pauses) => {
        const bucket = perMinute(capacity);
        const [cell, tokens] = [aCell(bucket), aTokenBucket(bucket)];
        let now = start;
        for (const pause of pauses) {
          now += pause;
          expect(cell(now) === undefined).toBe(tokens(now));
        }
      }),
    );
  });

  it('holds exactly its capacity', () => {
    for (let capacity = 1; capacity <= 200; capacity += 1) {
      const cell = aCell(perMinute(capacity));
      let taken = 0;
      while (cell(start) === undefined) taken += 1;
      expect(taken).toBe(capacity);
    }
  });

  it('names a time at which there is a token, and no time that is a second too late', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6_000 }), aSchedule, (capacity, pauses) => {
        const bucket = perMinute(capacity);
        const cell = aCell(bucket);
        let now = start;
        for (const pause of pauses) {
          now += pause;
          const wait = cell(now);
          if (wait === undefined) continue;
          expect(Number.isInteger(wait) && wait >= 1).toBe(true);
          now += wait * 1_000_000;
          expect(cell(now)).toBeUndefined();
        }
      }),
    );
  });

  it('counts in whole numbers that the table keeps exactly', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6_000 }), (capacity) => {
        const bucket = perMinute(capacity);
        expect(Number.isSafeInteger(bucket.interval)).toBe(true);
        expect(Number.isSafeInteger(latestFullAt(bucket, start) + bucket.interval)).toBe(true);
        expect(bucket.interval * capacity).toBeGreaterThanOrEqual(60_000_000);
      }),
    );
  });
});
