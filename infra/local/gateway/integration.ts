import type { InvocationResult, Invoker } from '../ports.ts';

/**
 * Invokes a function and waits as long as the integration may take. The function goes on after that, as on AWS; only
 * its answer is lost.
 */
export async function integrate(
  invoker: Invoker,
  functionArn: string,
  event: unknown,
  timeoutMs: number,
): Promise<InvocationResult | 'timed-out'> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'timed-out'>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, 'timed-out');
  });
  try {
    return await Promise.race([invoker.invoke(functionArn, event), late]);
  } finally {
    clearTimeout(timer);
  }
}
