/**
 * A token bucket kept as one number, the generic cell rate algorithm: `fullAt` is when the bucket will be full again. Taking a
 * token moves it one interval on; the bucket is empty when it would lie further ahead than the whole bucket takes to fill.
 * Times are whole microseconds, so that sums are exact, here and in the table.
 */

export interface Bucket {
  /** Tokens it holds when full. */
  capacity: number;
  /** From one token to the next. */
  interval: number;
}

const second = 1_000_000;

export const microseconds = (date: Date): number => date.getTime() * 1_000;

/** So many at once, and so many a minute from then on. Rounded up: never more. */
export const perMinute = (capacity: number): Bucket => ({ capacity, interval: Math.ceil((60 * second) / capacity) });

/** The latest `fullAt` from which one more token may be taken. */
export const latestFullAt = ({ capacity, interval }: Bucket, now: number): number => now + (capacity - 1) * interval;

/** Whole seconds until a token is there, at least 1. */
export const retryAfterSeconds = (bucket: Bucket, fullAt: number, now: number): number =>
  Math.max(1, Math.ceil((fullAt - latestFullAt(bucket, now)) / second));

/** Whether at least half of its tokens are there. */
export const isHalfFull = ({ capacity, interval }: Bucket, fullAt: number, now: number): boolean =>
  fullAt <= now + Math.floor(capacity / 2) * interval;
