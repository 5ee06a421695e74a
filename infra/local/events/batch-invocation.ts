import type { FunctionModel } from '../model.ts';
import type { FaultPort, InvocationResult, Invoker } from '../ports.ts';
import type { Clock } from './clock.ts';

/** Hands one batch of an event source mapping to its function, with the faults that are injected into batches. */
export type InvokeBatch = (event: unknown) => Promise<InvocationResult>;

export interface BatchInvocation {
  functionArn: string;
  functions: readonly FunctionModel[];
  invoker: Invoker;
  faults: FaultPort;
  clock: Clock;
  signal: AbortSignal;
}

/**
 * A duplicated batch is run twice, one after the other, and the second run counts: as after an answer that was lost.
 */
export function batchInvocation({
  functionArn,
  functions,
  invoker,
  faults,
  clock,
  signal,
}: BatchInvocation): InvokeBatch {
  const name = nameOf(functionArn, functions);
  return async (event) => {
    const { duplicate, delayMs } = faults.forBatch(name);
    if (delayMs > 0) await clock.sleep(delayMs, signal);
    if (duplicate) await invoker.invoke(functionArn, event);
    return invoker.invoke(functionArn, event);
  };
}

/** What people call the function; its ARN where the templates do not have it. */
export const nameOf = (functionArn: string, functions: readonly FunctionModel[]): string =>
  functions.find(({ arn }) => arn === functionArn)?.name ?? functionArn;

/** Lambda refused to start the function for want of concurrency; the function itself has not failed. */
export const isThrottle = (result: InvocationResult): boolean =>
  !result.ok && result.type === 'TooManyRequestsException';
