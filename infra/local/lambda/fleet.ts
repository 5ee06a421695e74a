/** The instances of one function, and the events that wait for one of them. */
import { randomUUID } from 'node:crypto';
import type { FunctionModel } from '../model.ts';
import type { InvocationResult, OnUse } from '../ports.ts';
import type { FunctionLog, Instance } from './instance.ts';
import { startInstance } from './instance.ts';

export interface Fleet {
  /** @param event JSON text */
  invoke(event: string): Promise<InvocationResult>;
  /** What runs finishes on the code it began with; what waits or comes next runs on the new one. */
  replace(fn: FunctionModel): void;
  readonly busy: boolean;
  instances(): Instance[];
  /** Ends every instance; what runs or waits ends with `Runtime.ExitError`. */
  stop(): Promise<void>;
}

export interface FleetOptions {
  function: FunctionModel;
  awsEndpoint(): string;
  maxInstances: number;
  /** How long an instance beyond the first may be idle. */
  idleMs: number;
  onLog(line: FunctionLog): void;
  onUse?: OnUse | undefined;
  onIdle(): void;
  onStart(instance: Instance): void;
  onEnd(instance: Instance): void;
}

interface Job {
  requestId: string;
  since: number;
  event: string;
  settle(result: InvocationResult): void;
}

/**
 * Lambda starts one more instance at once where all are busy. Here a start takes a processor for many times as long as most events do:
 * so an event waits this long for one that is there, and one starts at a time.
 */
const patienceMs = 50;

export const createFleet = (options: FleetOptions): Fleet => {
  let fn = options.function;
  let stopped = false;
  const waiting: Job[] = [];
  /** Most recently used last: the first ones are those that may go. */
  const idle: Instance[] = [];
  const starting = new Set<Instance>();
  const all = new Set<Instance>();
  const reapers = new Map<Instance, NodeJS.Timeout>();
  let running = 0;
  let startedAt = 0;
  let patience: NodeJS.Timeout | undefined;

  /** Without a reservation AWS has a thousand; this machine has less, so events wait their turn instead of being refused. */
  const limit = () => fn.reservedConcurrency ?? options.maxInstances;
  const current = () => [...all].filter((instance) => instance.function === fn && instance.alive).length;

  const forget = (instance: Instance) => {
    clearTimeout(reapers.get(instance));
    reapers.delete(instance);
    const index = idle.indexOf(instance);
    if (index >= 0) idle.splice(index, 1);
    starting.delete(instance);
  };

  const dismiss = (instance: Instance) => {
    forget(instance);
    instance.kill();
  };

  const rest = (instance: Instance) => {
    if (instance.function !== fn || stopped) return instance.kill();
    if (!instance.alive) return;
    idle.push(instance);
    const reaper = setTimeout(() => idle.length > 1 && dismiss(instance), options.idleMs);
    reapers.set(instance, reaper.unref());
  };

  const run = async (instance: Instance, job: Job) => {
    forget(instance);
    running++;
    const result = await instance.run(job.requestId, job.event);
    running--;
    rest(instance);
    job.settle(result);
    advance();
    if (running === 0 && waiting.length === 0) options.onIdle();
  };

  const start = async () => {
    const instance = startInstance({
      function: fn,
      awsEndpoint: options.awsEndpoint(),
      onLog: options.onLog,
      onUse: options.onUse,
    });
    all.add(instance);
    starting.add(instance);
    options.onStart(instance);
    void instance.ended.then(() => {
      all.delete(instance);
      forget(instance);
      options.onEnd(instance);
      advance();
    });
    const failure = await instance.ready;
    startedAt = Date.now();
    forget(instance);
    if (failure && instance.function === fn && !stopped) {
      options.onLog({ function: fn.name, invocation: undefined, text: JSON.stringify({ level: 'ERROR', ...failure }) });
      const job = waiting.shift();
      job?.settle({ ok: false, requestId: job.requestId, type: failure.errorType, message: failure.errorMessage });
      if (running === 0 && waiting.length === 0) options.onIdle();
    }
    if (failure) instance.kill();
    else rest(instance);
    advance();
  };

  const lookAgain = () => {
    patience = undefined;
    advance();
  };

  const advance = () => {
    if (stopped) return;
    while (waiting.length > 0) {
      const instance = idle.at(-1);
      if (!instance) break;
      if (!instance.alive) {
        forget(instance);
        continue;
      }
      const job = waiting.shift();
      if (job) void run(instance, job);
    }
    const [next] = waiting;
    if (!next || starting.size > 0 || current() >= limit()) return;
    const waitsUntil = current() === 0 ? 0 : Math.max(next.since, startedAt) + patienceMs;
    if (Date.now() >= waitsUntil) void start();
    else patience ??= setTimeout(lookAgain, waitsUntil - Date.now()).unref();
  };

  return {
    invoke: (event) =>
      new Promise((resolve) => {
        const requestId = randomUUID();
        if (fn.reservedConcurrency !== undefined && running + waiting.length >= fn.reservedConcurrency) {
          return resolve({ ok: false, requestId, type: 'TooManyRequestsException', message: 'Rate Exceeded.' });
        }
        waiting.push({ requestId, since: Date.now(), event, settle: resolve });
        advance();
      }),
    replace(next) {
      fn = next;
      for (const instance of [...idle, ...starting]) dismiss(instance);
      advance();
    },
    get busy() {
      return running + waiting.length > 0;
    },
    instances: () => [...all],
    async stop() {
      stopped = true;
      clearTimeout(patience);
      const message = 'Runtime exited with error: signal: killed';
      for (const { requestId, settle } of waiting.splice(0)) {
        settle({
          ok: false,
          requestId,
          type: 'Runtime.ExitError',
          message: `RequestId: ${requestId} Error: ${message}`,
        });
      }
      const ending = [...all];
      for (const instance of ending) instance.kill();
      await Promise.all(ending.map((instance) => instance.ended));
      options.onIdle();
    },
  };
};
