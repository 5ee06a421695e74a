import type { ThrottleModel } from '../model.ts';
import type { Clock } from './clock.ts';

/**
 * API Gateway's token bucket: filled to `burst`, refilled at `rate` a second, one token a request.
 * A stage without settings has the account's limits, which one machine does not reach: it never refuses.
 *
 * @returns takes a token; false when there is none
 */
export function createThrottle({ rate, burst }: ThrottleModel, clock: Clock): () => boolean {
  if (rate === undefined && burst === undefined) return () => true;
  const perSecond = rate ?? Number.POSITIVE_INFINITY;
  const capacity = burst ?? perSecond;
  let tokens = capacity;
  let filledAt = clock.now();
  return () => {
    const now = clock.now();
    const elapsed = Math.max(0, now - filledAt);
    if (elapsed > 0) tokens = Math.min(capacity, tokens + (elapsed / 1000) * perSecond);
    filledAt = now;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}
