import type { Clock } from './clock.ts';
import type { StreamRecord } from './stream-record.ts';

/** Lambda's limit for what one invocation is given. */
const maximumPayloadBytes = 6 * 1024 * 1024 - 1024;

/** Records that are delivered strictly one batch after the other. */
export interface Lane {
  push(record: StreamRecord): void;
}

export interface LaneOptions {
  batchSize: number;
  batchWindowSeconds: number;
  /** Resolves when the batch is dealt with; the next one waits for that. */
  deliver: (batch: StreamRecord[]) => Promise<void>;
  clock: Clock;
  signal: AbortSignal;
}

/**
 * A batch goes out when it is full by number or bytes, or when its oldest record has waited for the window. Without a window it is
 * whatever has arrived while the one before was worked on.
 */
export function openLane({ batchSize, batchWindowSeconds, deliver, clock, signal }: LaneOptions): Lane {
  const waiting: { record: StreamRecord; since: number }[] = [];
  let working = false;
  let filled: (() => void) | undefined;

  const fits = (): number => {
    let bytes = 0;
    const end = waiting.findIndex(({ record }, index) => {
      bytes += record.bytes + 1;
      return index >= batchSize || (index > 0 && bytes > maximumPayloadBytes);
    });
    return end === -1 ? waiting.length : end;
  };
  const isFull = () => waiting.length >= batchSize || fits() < waiting.length;

  const gather = async () => {
    const since = waiting[0]?.since ?? clock.now();
    const remaining = since + batchWindowSeconds * 1000 - clock.now();
    if (remaining <= 0 || isFull()) return;
    const enough = new AbortController();
    filled = () => enough.abort();
    await clock.sleep(remaining, AbortSignal.any([signal, enough.signal]));
    filled = undefined;
  };

  const work = async () => {
    working = true;
    while (waiting.length > 0 && !signal.aborted) {
      if (batchWindowSeconds > 0) await gather();
      if (signal.aborted) return;
      await deliver(waiting.splice(0, fits()).map(({ record }) => record));
    }
    working = false;
  };

  return {
    push: (record) => {
      waiting.push({ record, since: clock.now() });
      if (filled && isFull()) filled();
      if (working) return;
      working = true;
      // After the loop that pushes a page, so that the first batch is not the page's first record alone.
      queueMicrotask(work);
    },
  };
}
