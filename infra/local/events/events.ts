import { setMaxListeners } from 'node:events';
import type { CloudModel, QueueModel } from '../model.ts';
import type { BusPort, FaultPort, Invoker, OnUse, Report } from '../ports.ts';
import type { Writes } from '../writes.ts';
import { asyncInvocations } from './async-invocations.ts';
import { eventBus } from './bus.ts';
import type { BusEvent } from './bus-entry.ts';
import { openCheckpoints } from './checkpoints.ts';
import { type Clock, systemClock } from './clock.ts';
import { type EventSource, eventSources } from './event-sources.ts';
import type { MessageCount } from './queue-source.ts';
import { sqsQueues } from './queues.ts';
import { eventSchedules } from './schedules.ts';
import type { Backoff } from './stream-batch.ts';
import { eventTargets, isSupportedTarget } from './target.ts';

export interface EventsOptions {
  model: CloudModel;
  /** Where the engines listen, e.g. `http://127.0.0.1:8000`. The tables exist; the queues are made here. */
  dynamodbEndpoint: string;
  sqsEndpoint: string;
  /** Asked often, and so not over the network. */
  messagesIn: MessageCount;
  invoker: Invoker;
  faults: FaultPort;
  report: Report;
  /** How often a stream is polled; Lambda polls every shard four times a second. */
  pollMs?: number;
  /** Those of everybody who writes to the tables. Where they are known, polls without a write before them ask the engine for nothing. */
  writes?: Writes;
  /** Batches of a queue gather no longer than this, whatever their mapping says. */
  longestBatchWindowMs?: number;
  /** What a function did not take comes back after so long at most, whatever its queue says. */
  longestHiddenSeconds?: number;
  /** How often expired items are removed. */
  sweepMs?: number;
  /** Keeps the places in the streams between runs; without it they are forgotten. */
  checkpointsFile?: string;
  /** Pause after the nth failure of a stream batch. */
  streamBackoff?: Backoff;
  /** Pause after the nth failure of an asynchronous invocation or a delivery to a target. */
  asyncBackoff?: Backoff;
  clock?: Clock;
  /** Hears every event that a bus takes. */
  onEvent?: (event: BusEvent) => void;
  onUse?: OnUse | undefined;
  /** How long `stop` waits for functions that are still working. */
  graceMs?: number;
}

/** Everything that calls functions without a client waiting: streams, queues, the bus, schedules; and TTL. */
export interface Events {
  /** Works before `start`. */
  bus: BusPort;
  /** Runs a function asynchronously, with Lambda's two retries and the function's own destinations. */
  submit(functionArn: string, event: unknown): void;
  /** Makes the queues, then reads. Resolves when every stream's place is fixed: what is written from then on is delivered. */
  start(): Promise<void>;
  /**
   * Resolves when streams are read to their ends, queues with a function are empty (delayed messages apart), and no event is on its
   * way, all at once. Never resolves while a batch is retried for ever.
   */
  settled(): Promise<void>;
  /** Ends reading and waiting, lets running functions finish for a moment, and keeps the places reached. */
  stop(): Promise<void>;
}

/** One second, doubled at each failure, at most a minute: Lambda documents no figures of its own. */
const exponential: Backoff = (failures) => Math.min(1000 * 2 ** (failures - 1), 60_000);
/** Lambda waits one minute, then two. */
const minutes: Backoff = (failures) => failures * 60_000;

/** @throws for a pattern, expression or input that AWS would refuse, naming the resource */
export function createEvents(options: EventsOptions): Events {
  const { model, report, clock = systemClock, graceMs = 2000, asyncBackoff = minutes } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  setMaxListeners(0, signal);

  let begun = 0;
  let running = 0;
  const invoker: Invoker = {
    invoke: async (functionArn, event) => {
      begun += 1;
      running += 1;
      return options.invoker.invoke(functionArn, event).finally(() => {
        running -= 1;
      });
    },
  };

  const { longestHiddenSeconds = Number.POSITIVE_INFINITY } = options;
  const queues = sqsQueues(
    options.sqsEndpoint,
    model.queues.map((queue) => hiddenAtMost(queue, longestHiddenSeconds)),
    options.onUse,
  );
  const common = { functions: model.functions, queues, clock, report, signal };
  const invocations = asyncInvocations({ ...common, invoker, backoff: asyncBackoff });
  const targets = eventTargets({ ...common, invocations, backoff: asyncBackoff });
  const countedTargets = {
    ...targets,
    deliver: (delivery: Parameters<typeof targets.deliver>[0]) => {
      begun += 1;
      targets.deliver(delivery);
    },
  };
  const { buses, rules } = model;
  const bus = eventBus({
    buses,
    rules,
    targets: countedTargets,
    clock,
    ...(options.onEvent && { onEvent: options.onEvent }),
  });
  const startSchedules = eventSchedules({ ...model, ...common, targets: countedTargets });
  const startSources = eventSources({
    ...common,
    model,
    invoker,
    messagesIn: options.messagesIn,
    faults: options.faults,
    dynamodbEndpoint: options.dynamodbEndpoint,
    pollMs: options.pollMs ?? 250,
    writes: options.writes,
    longestBatchWindowMs: options.longestBatchWindowMs ?? Number.POSITIVE_INFINITY,
    sweepMs: options.sweepMs ?? 2000,
    backoff: options.streamBackoff ?? exponential,
  });
  nameUnsupportedTargets(model, report);

  let sources: EventSource[] = [];
  let flush = async () => {};

  return {
    bus,
    submit: invocations.submit,
    start: async () => {
      await queues.create();
      const checkpoints = await openCheckpoints(options.checkpointsFile);
      flush = checkpoints.flush;
      sources = await startSources(checkpoints);
      startSchedules();
    },
    settled: async () => {
      for (;;) {
        const before = begun;
        const quiet = running === 0;
        for (const source of sources) await source.idle();
        await targets.idle();
        await invocations.idle();
        if (quiet && begun === before) return;
      }
    },
    stop: async () => {
      stopping.abort();
      await Promise.race([Promise.all(sources.map(({ stopped }) => stopped)), clock.sleep(graceMs)]);
      await flush();
    },
  };
}

const hiddenAtMost = (queue: QueueModel, seconds: number): QueueModel => {
  const { VisibilityTimeout = '30' } = queue.attributes;
  return Number(VisibilityTimeout) <= seconds
    ? queue
    : { ...queue, attributes: { ...queue.attributes, VisibilityTimeout: String(seconds) } };
};

function nameUnsupportedTargets({ buses, rules, schedules }: CloudModel, report: Report): void {
  const all = [...rules.flatMap(({ name, targets }) => targets.map((target) => ({ name, target }))), ...schedules];
  for (const { name, target } of all) {
    if (isSupportedTarget(target.arn) || buses.some(({ arn }) => arn === target.arn)) continue;
    report({ level: 'warn', message: 'target is not supported here', rule: name, target: target.arn });
  }
}
