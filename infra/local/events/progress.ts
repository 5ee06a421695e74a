/** Keeps which records of a shard, read in order but finished in any, are finished without a gap. */
export interface Progress<R> {
  begin(record: R): void;
  finish(record: R): void;
  readonly outstanding: number;
  /** Resolves once nothing is outstanding. */
  drained(): Promise<void>;
}

/** @param advance hears the last record of the gapless run each time that run grows. */
export function trackProgress<R>(advance: (last: R) => void): Progress<R> {
  const order: R[] = [];
  const finished = new Set<R>();
  let waiting: (() => void)[] = [];

  return {
    begin: (record) => {
      order.push(record);
    },
    finish: (record) => {
      finished.add(record);
      let last: R | undefined;
      for (let head = order[0]; head !== undefined && finished.delete(head); head = order[0]) last = order.shift();
      if (last !== undefined) advance(last);
      if (order.length > 0) return;
      for (const resolve of waiting) resolve();
      waiting = [];
    },
    get outstanding() {
      return order.length;
    },
    drained: () => (order.length === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
  };
}
