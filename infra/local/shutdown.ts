/** What has been started and must be ended, last first. */
export interface Shutdown {
  /** @returns what was started, so that it reads in one line */
  add<Part>(part: Part, end: (part: Part) => Promise<unknown> | undefined): Part;
  /** Ends everything once, in spite of errors, then throws the first of them. */
  run(): Promise<void>;
}

export function createShutdown(): Shutdown {
  const ends: (() => Promise<unknown> | undefined)[] = [];
  let running: Promise<void> | undefined;

  async function endAll(): Promise<void> {
    const errors: unknown[] = [];
    for (const end of ends.toReversed()) {
      try {
        await end();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }

  return {
    add: (part, end) => {
      ends.push(() => end(part));
      return part;
    },
    run: () => {
      running ??= endAll();
      return running;
    },
  };
}

/** Like `Promise.all`, but waits for all even if one fails: what has started by then can be ended. */
export async function allStarted<Parts extends readonly unknown[]>(
  starts: {
    [Index in keyof Parts]: Promise<Parts[Index]>;
  },
): Promise<Parts> {
  const results = await Promise.allSettled(starts);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return Promise.all(starts) as unknown as Promise<Parts>;
}
