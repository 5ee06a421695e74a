/** Runs every function of the model as Lambda would. See `fleet.ts` for how many instances, `instance.ts` for what one is. */
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { FunctionModel } from '../model.ts';
import type { CallerDirectory, InvocationResult, Invoker, OnUse, Report } from '../ports.ts';
import type { Fleet } from './fleet.ts';
import { createFleet } from './fleet.ts';
import type { FunctionLog, Instance } from './instance.ts';

export interface Pool extends Invoker, CallerDirectory {
  /** New code or settings: what runs finishes on the old ones, the next event runs on the new. Unchanged functions stay warm. */
  reload(functions: FunctionModel[]): void;
  /** Resolves once nothing runs and nothing waits. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

export interface PoolOptions {
  functions: FunctionModel[];
  /** Asked when an instance starts, so that the endpoint may start after the pool. */
  awsEndpoint(): string;
  report: Report;
  onLog(line: FunctionLog): void;
  onUse?: OnUse | undefined;
  /** Of a function without reserved concurrency; more events wait in line. */
  maxInstances?: number;
  idleMs?: number;
}

/** Of a synchronous invocation. */
const maximumEventBytes = 6 * 1024 * 1024;

export const createPool = (options: PoolOptions): Pool => {
  const { report, maxInstances = 8, idleMs = 180_000 } = options;
  const fleets = new Map<string, Fleet>();
  const retired = new Set<Fleet>();
  const models = new Map<string, FunctionModel>();
  const holders = new Map<string, Instance>();
  const idleWaiters: (() => void)[] = [];

  const isIdle = () => ![...fleets.values(), ...retired].some((fleet) => fleet.busy);
  const onIdle = () => {
    if (idleWaiters.length === 0 || !isIdle()) return;
    for (const resolve of idleWaiters.splice(0)) resolve();
  };

  const add = (fn: FunctionModel) => {
    models.set(fn.arn, fn);
    const fleet = createFleet({
      function: fn,
      awsEndpoint: options.awsEndpoint,
      maxInstances,
      idleMs,
      onLog: options.onLog,
      onUse: options.onUse,
      onIdle,
      onStart: (instance) => holders.set(instance.accessKeyId, instance),
      onEnd: (instance) => holders.delete(instance.accessKeyId),
    });
    fleets.set(fn.arn, fleet);
  };

  const refuse = (type: string, message: string): InvocationResult => ({
    ok: false,
    requestId: randomUUID(),
    type,
    message,
  });

  const retire = (arn: string, fleet: Fleet) => {
    fleets.delete(arn);
    models.delete(arn);
    retired.add(fleet);
    void fleet.stop().then(() => retired.delete(fleet));
  };

  for (const fn of options.functions) add(fn);

  return {
    async invoke(functionArn, event) {
      const fleet = fleets.get(functionArn);
      if (!fleet) return refuse('ResourceNotFoundException', `Function not found: ${functionArn}`);
      const text = JSON.stringify(event) ?? 'null';
      if (Buffer.byteLength(text) > maximumEventBytes) {
        const limit = `Request must be smaller than ${maximumEventBytes} bytes for the InvokeFunction operation`;
        return refuse('RequestTooLargeException', limit);
      }
      const result = await fleet.invoke(text);
      if (!result.ok) {
        const { requestId: invocation, type } = result;
        report({
          level: 'warn',
          message: 'an invocation failed',
          function: models.get(functionArn)?.name,
          invocation,
          type,
        });
      }
      return result;
    },
    callerOf(accessKeyId) {
      const holder = holders.get(accessKeyId);
      return holder?.alive ? { function: holder.function, invocation: holder.invocation } : undefined;
    },
    crash: (accessKeyId) => holders.get(accessKeyId)?.kill(),
    reload(functions) {
      const arns = new Set(functions.map(({ arn }) => arn));
      for (const [arn, fleet] of fleets) if (!arns.has(arn)) retire(arn, fleet);
      for (const fn of functions) {
        const fleet = fleets.get(fn.arn);
        if (!fleet) add(fn);
        else if (!isDeepStrictEqual(models.get(fn.arn), fn)) {
          models.set(fn.arn, fn);
          fleet.replace(fn);
        }
      }
    },
    idle: () => (isIdle() ? Promise.resolve() : new Promise((resolve) => idleWaiters.push(resolve))),
    async stop() {
      await Promise.all([...fleets.values(), ...retired].map((fleet) => fleet.stop()));
      fleets.clear();
    },
  };
};
