/**
 * A token bucket kept as one number, the generic cell rate algorithm: `fullAt` is when the bucket will be full again. Taking a
 * token moves it one interval on; the bucket is empty when it would lie further ahead than the whole bucket takes to fill.
 */

export interface Bucket {
  /** Tokens it holds when full; also what it gains in `periodMs`. */
  capacity: number;
  periodMs: number;
}

export const perMinute = (capacity: number): Bucket => ({ capacity, periodMs: 60_000 });

export const intervalMs = (bucket: Bucket): number => bucket.periodMs / bucket.capacity;

/** The latest `fullAt` from which one more token may be taken. */
export const latestFullAt = (bucket: Bucket, now: number): number => now + bucket.periodMs - intervalMs(bucket);

/** Whole seconds until a token is there, at least 1. */
export const retryAfterSeconds = (bucket: Bucket, fullAt: number, now: number): number =>
  Math.max(1, Math.ceil((fullAt - latestFullAt(bucket, now)) / 1000));
