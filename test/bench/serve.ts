/** In a process that the benchmark has started: answers what it asks, and ends with it. */
export interface Question {
  id: number;
  name: string;
  given: unknown[];
}
export type Reply = { id: number; value: unknown } | { id: number; failure: string };

type Handlers = Record<string, (...given: never[]) => unknown>;

/** @param onLeave before the process ends, also where the one that asks has died */
export const serve = (handlers: Handlers, onLeave: () => unknown = () => undefined): void => {
  process.on('message', async ({ id, name, given }: Question) => {
    const reply = await answer(handlers, name, given).then(
      (value): Reply => ({ id, value }),
      (error: unknown): Reply => ({
        id,
        failure: error instanceof Error ? (error.stack ?? error.message) : String(error),
      }),
    );
    if (process.connected) process.send?.(reply);
  });
  process.once('disconnect', async () => {
    await onLeave();
    process.exit();
  });
  // Ctrl-C reaches every process of the terminal; this one waits to be left, so that nothing is cut in the middle.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
};

const answer = async (handlers: Handlers, name: string, given: unknown[]): Promise<unknown> => {
  const handler = handlers[name];
  if (!handler) throw new Error(`Nobody here answers ${name}.`);
  return handler(...(given as never[]));
};
