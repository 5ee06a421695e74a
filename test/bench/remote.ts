/** Load, cloud and clients each have a process, so that none waits for another's work. This is how they are started and asked. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { basename } from 'node:path';
import { interruption } from './interruption.ts';
import type { Question, Reply } from './serve.ts';

export type Remote<Handlers> = {
  [Name in keyof Handlers]: Handlers[Name] extends (...given: infer Given) => infer Value
    ? (...given: Given) => Promise<Awaited<Value>>
    : never;
} & {
  /** Lets the process end by itself, or by force where it does not. Safe to repeat. */
  leave(): Promise<void>;
};

/** @param file the module that serves */
export const remote = <Handlers>(file: URL, execArgv: string[] = []): Remote<Handlers> => {
  interruption.throwIfAborted();
  const child = fork(file, { serialization: 'advanced', execArgv });
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let asked = 0;
  child.on('message', (reply: Reply) => {
    const one = waiting.get(reply.id);
    waiting.delete(reply.id);
    if ('failure' in reply) one?.reject(new Error(reply.failure));
    else one?.resolve(reply.value);
  });
  const onInterruption = () => child.connected && child.disconnect();
  interruption.addEventListener('abort', onInterruption);
  let ended: Error | undefined;
  child.once('exit', (code, signal) => {
    ended = new Error(`${basename(file.pathname)} ended: ${signal ?? `exit code ${code}`}.`);
    interruption.removeEventListener('abort', onInterruption);
    for (const { reject } of waiting.values()) reject(ended);
    waiting.clear();
  });
  const ask = (name: string, given: unknown[]): Promise<unknown> => {
    if (ended) return Promise.reject(ended);
    asked += 1;
    const one = Promise.withResolvers<unknown>();
    waiting.set(asked, one);
    // What cannot be sent any more is answered by the end of the process.
    child.send({ id: asked, name, given } satisfies Question, () => undefined);
    return one.promise;
  };
  return new Proxy({} as Remote<Handlers>, {
    get: (_, name: string) =>
      // What is awaited is asked for its `then`: this has none.
      name === 'then' ? undefined : name === 'leave' ? () => leave(child) : (...given: unknown[]) => ask(name, given),
  });
};

const patienceMs = 15_000;

const leave = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  if (child.connected) child.disconnect();
  const patience = setTimeout(() => child.kill('SIGKILL'), patienceMs);
  await ended;
  clearTimeout(patience);
};
