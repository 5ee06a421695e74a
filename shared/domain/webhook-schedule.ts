/** When a delivery that failed is tried again. Times are milliseconds since the epoch. */

const second = 1_000;
const hour = 3_600 * second;

/** The last attempt begins so long after the first. */
export const deliveryWindow = 24 * hour;
const longestPause = 6 * hour;
/** A last attempt that came sooner after the one before would tell nothing new. */
const shortestLastPause = 60 * second;
const growth = 4;
/** By so much of itself a pause is longer or shorter at most, so that what failed together does not come back together. */
const jitter = 0.2;

export interface Retrying {
  /** Attempts that were made, all of which failed. */
  attempts: number;
  /** When the first of them could begin. */
  startedAt: number;
  now: number;
  /** What the endpoint asked for by `Retry-After`: waited for, up to the longest pause. */
  retryAfterMs?: number | undefined;
  /** The first pause. */
  firstRetryMs: number;
  /** From 0 to 1. */
  random: number;
}

/**
 * Pauses of 5 s, 20 s, 80 s, 5 min, 21 min, 85 min and then six hours, each a little longer or shorter by chance, until a day has
 * passed since the delivery began.
 * @returns undefined where there is to be no further attempt
 */
export const nextAttemptAt = ({
  attempts,
  startedAt,
  now,
  retryAfterMs = 0,
  firstRetryMs,
  random,
}: Retrying): number | undefined => {
  const pause = Math.min(firstRetryMs * growth ** (attempts - 1), longestPause) * (1 - jitter + 2 * jitter * random);
  const wanted = Math.max(pause, Math.min(retryAfterMs, longestPause));
  const last = startedAt + deliveryWindow;
  if (now + wanted <= last) return Math.round(now + wanted);
  return last - now >= shortestLastPause ? last : undefined;
};

/** What a `Retry-After` header asks for, in seconds or as a date; undefined for anything else, and for what has passed. */
export const retryAfterMs = (header: string | undefined, now: number): number | undefined => {
  if (header === undefined) return undefined;
  const value = header.trim();
  const ms = /^\d{1,9}$/.test(value)
    ? Number(value) * second
    : /[a-z]/i.test(value)
      ? Date.parse(value) - now
      : Number.NaN;
  return ms > 0 ? ms : undefined;
};

/** SQS holds a message back for 15 minutes at most, so a message hops until it is due. */
const longestHopSeconds = 900;

/** For how long a message is held back now. Whole seconds, rounded down: what is due within one is due. */
export const hopSeconds = (dueAt: number, now: number): number =>
  Math.max(0, Math.min(longestHopSeconds, Math.floor((dueAt - now) / second)));
