import type { Clock } from '../../../../infra/local/events/clock.ts';

export interface ManualClock extends Clock {
  /** Moves to a time, stopping at every sleeper on the way until what it does has come to rest. */
  moveTo(time: string | number): Promise<void>;
}

export function manualClock(start: string): ManualClock {
  let now = Date.parse(start);
  const sleepers = new Set<{ until: number; wake: () => void }>();

  return {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const sleeper = { until: now + ms, wake: resolve };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', () => sleepers.delete(sleeper) && resolve(), { once: true });
      }),
    moveTo: async (time) => {
      const end = typeof time === 'number' ? time : Date.parse(time);
      await rest();
      for (;;) {
        const next = [...sleepers].toSorted((a, b) => a.until - b.until)[0];
        if (!next || next.until > end) break;
        sleepers.delete(next);
        now = Math.max(now, next.until);
        next.wake();
        await rest();
      }
      now = end;
    },
  };
}

const rest = () => new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)));
