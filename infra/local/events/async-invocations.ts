import type { AsynchronousModel, FunctionModel } from '../model.ts';
import type { InvocationResult, Invoker, Report } from '../ports.ts';
import { isThrottle, nameOf } from './batch-invocation.ts';
import type { Clock } from './clock.ts';
import type { Queues } from './queues.ts';
import type { Backoff } from './stream-batch.ts';

/** What Lambda does with an event whose sender does not wait for the answer. */
export interface AsyncInvocations {
  /** Takes the event and answers at once. */
  submit(functionArn: string, event: unknown): void;
  /** Resolves when no event is waiting, running or about to be retried. */
  idle(): Promise<void>;
}

export interface AsyncInvocationsOptions {
  invoker: Invoker;
  functions: readonly FunctionModel[];
  queues: Queues;
  backoff: Backoff;
  clock: Clock;
  report: Report;
  signal: AbortSignal;
}

type Settings = Partial<AsynchronousModel> & Pick<AsynchronousModel, 'maximumRetryAttempts' | 'maximumEventAgeSeconds'>;

/** Two retries within six hours. */
const lambdaDefaults: Settings = { maximumRetryAttempts: 2, maximumEventAgeSeconds: 6 * 60 * 60 };

/** Events are kept in memory: one that is still waiting when the local cloud stops is lost. */
export function asyncInvocations(options: AsyncInvocationsOptions): AsyncInvocations {
  const { invoker, functions, clock, signal, backoff } = options;
  const pending = new Set<Promise<void>>();

  const run = async (functionArn: string, event: unknown): Promise<void> => {
    const settings = functions.find(({ arn }) => arn === functionArn)?.asynchronous ?? lambdaDefaults;
    const expires = clock.now() + settings.maximumEventAgeSeconds * 1000;
    let failures = 0;
    let throttles = 0;
    while (!signal.aborted) {
      const result = await invoker.invoke(functionArn, event);
      const attempt = { functionArn, event, result, invocations: failures + 1 };
      if (result.ok) return conclude(attempt, 'Success', settings, options);
      if (signal.aborted) return;
      if (isThrottle(result)) throttles += 1;
      else failures += 1;
      if (failures > settings.maximumRetryAttempts) return conclude(attempt, 'RetriesExhausted', settings, options);
      const pause = isThrottle(result) ? Math.min(1000 * 2 ** (throttles - 1), 300_000) : backoff(failures);
      if (clock.now() + pause > expires) return conclude(attempt, 'EventAgeExceeded', settings, options);
      await clock.sleep(pause, signal);
    }
  };

  return {
    submit: (functionArn, event) => {
      const work = run(functionArn, event).finally(() => pending.delete(work));
      pending.add(work);
    },
    idle: async () => {
      while (pending.size > 0) await Promise.all(pending);
    },
  };
}

interface Attempt {
  functionArn: string;
  event: unknown;
  result: InvocationResult;
  invocations: number;
}

/** Tells the destinations how it ended. The dead-letter queue gets the bare event, and only where it failed. */
async function conclude(
  { functionArn, event, result, invocations }: Attempt,
  condition: 'Success' | 'RetriesExhausted' | 'EventAgeExceeded',
  { onSuccessArn, onFailureArn, deadLetterArn }: Settings,
  { functions, queues, clock, report }: AsyncInvocationsOptions,
): Promise<void> {
  const send = async (queue: string | undefined, body: string, attributes = {}) => {
    if (queue === undefined) return;
    await queues.send(queue, { body, attributes }).catch((error) => {
      report({ level: 'error', message: 'destination cannot be reached', queue, error: String(error) });
    });
  };
  const document = JSON.stringify({
    version: '1.0',
    timestamp: new Date(clock.now()).toISOString(),
    requestContext: {
      requestId: result.requestId,
      functionArn: `${functionArn}:$LATEST`,
      condition,
      approximateInvokeCount: invocations,
    },
    requestPayload: event,
    responseContext: {
      statusCode: 200,
      executedVersion: '$LATEST',
      ...(!result.ok && { functionError: 'Unhandled' }),
    },
    responsePayload: result.ok ? result.payload : { errorType: result.type, errorMessage: result.message },
  });
  if (result.ok) return send(onSuccessArn, document);

  report({
    level: 'error',
    message: 'event discarded',
    function: nameOf(functionArn, functions),
    condition,
    error: result.type,
    invocations,
    deadLetterQueue: onFailureArn ?? deadLetterArn ?? 'none',
  });
  await send(onFailureArn, document);
  await send(deadLetterArn, JSON.stringify(event), {
    RequestID: result.requestId,
    ErrorCode: '200',
    ErrorMessage: result.message.slice(0, 1024),
  });
}
