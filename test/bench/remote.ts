/** What one process of the benchmark asks of another. Load, cloud and clients each have a process, so that none waits for another's work. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

type Handlers = Record<string, (...given: never[]) => unknown>;

interface Question {
  id: number;
  name: string;
  given: unknown[];
}
type Reply = { id: number; value: unknown } | { id: number; failure: string };

export type Remote<H> = {
  [Name in keyof H]: H[Name] extends (...given: infer Given) => infer Value
    ? (...given: Given) => Promise<Awaited<Value>>
    : never;
} & {
  /** Lets the process end by itself. */
  leave(): Promise<void>;
};

/** In the process that answers. @param onLeave before it ends, also where the asking process died */
export const serve = <H extends Handlers>(handlers: H, onLeave: () => unknown = () => undefined): H => {
  process.on('message', async ({ id, name, given }: Question) => {
    const answer = await Promise.resolve(handlers[name]?.(...(given as never[]))).then(
      (value): Reply => ({ id, value }),
      (error: unknown): Reply => ({
        id,
        failure: error instanceof Error ? (error.stack ?? error.message) : String(error),
      }),
    );
    process.send?.(answer);
  });
  process.on('disconnect', async () => {
    await onLeave();
    process.exit();
  });
  return handlers;
};

/** @param file the module that serves */
export const remote = <H>(file: URL, execArgv: string[] = []): Remote<H> => {
  const child = fork(file, { serialization: 'advanced', execArgv });
  const open = new Map<number, PromiseWithResolvers<unknown>>();
  let asked = 0;
  child.on('message', (reply: Reply) => {
    const waiting = open.get(reply.id);
    open.delete(reply.id);
    if ('failure' in reply) waiting?.reject(new Error(reply.failure));
    else waiting?.resolve(reply.value);
  });
  child.on('exit', (code) => {
    for (const { reject } of open.values()) reject(new Error(`${file.pathname} ended with exit code ${code}.`));
    open.clear();
  });
  const ask = (name: string, given: unknown[]): Promise<unknown> => {
    asked += 1;
    const waiting = Promise.withResolvers<unknown>();
    open.set(asked, waiting);
    child.send({ id: asked, name, given } satisfies Question);
    return waiting.promise;
  };
  return new Proxy({} as Remote<H>, {
    get: (_, name: string) =>
      // What is awaited is asked for its `then`: this has none.
      name === 'then' ? undefined : name === 'leave' ? () => leave(child) : (...given: unknown[]) => ask(name, given),
  });
};

const leave = async (child: ChildProcess): Promise<void> => {
  if (!child.connected) return;
  const ended = once(child, 'exit');
  child.disconnect();
  await ended;
};
