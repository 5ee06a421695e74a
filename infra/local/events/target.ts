import type { FunctionModel, TargetModel } from '../model.ts';
import type { Report } from '../ports.ts';
import type { AsyncInvocations } from './async-invocations.ts';
import { ServiceError } from './aws-json.ts';
import type { Clock } from './clock.ts';
import { parseJson } from './json.ts';
import type { Queues } from './queues.ts';
import type { Backoff } from './stream-batch.ts';

/** A rule's or a schedule's delivery to one target. */
export interface Delivery {
  target: TargetModel;
  /** What the target is sent. */
  payload: string;
  /** What the dead-letter queue is sent where the target cannot be reached. */
  original: string;
  /** Who sends: `RULE_ARN` or `SCHEDULE_ARN`, with the ARN. */
  sender: { attribute: 'RULE_ARN' | 'SCHEDULE_ARN'; arn: string };
}

export interface Targets {
  /** Delivers at least once, retries, and falls back to the dead-letter queue. Never rejects. */
  deliver(delivery: Delivery): void;
  /** Resolves when nothing is on its way. */
  idle(): Promise<void>;
}

export interface TargetsOptions {
  functions: readonly FunctionModel[];
  invocations: AsyncInvocations;
  queues: Queues;
  backoff: Backoff;
  clock: Clock;
  report: Report;
  signal: AbortSignal;
}

/** Whether the local cloud can deliver to this ARN. */
export const isSupportedTarget = (arn: string): boolean => /^arn:aws:(lambda|sqs):/.test(arn);

export function eventTargets(options: TargetsOptions): Targets {
  const { clock, signal, backoff, report, queues } = options;
  const pending = new Set<Promise<void>>();

  const attempt = async ({ target, payload, sender }: Delivery): Promise<void> => {
    if (target.arn.startsWith('arn:aws:sqs:')) return queues.send(target.arn, { body: payload });
    const fn = options.functions.find(({ arn }) => arn === target.arn);
    if (!fn) throw new ServiceError('ResourceNotFoundException', `${target.arn} does not exist`);
    if (sender.attribute === 'RULE_ARN' && !permits(fn, sender.arn)) {
      throw new ServiceError(
        'NO_PERMISSIONS',
        `${fn.name} has no permission for events.amazonaws.com from ${sender.arn}`,
      );
    }
    options.invocations.submit(fn.arn, parseJson(payload));
  };

  const run = async (delivery: Delivery): Promise<void> => {
    for (let failures = 0; !signal.aborted; ) {
      try {
        return await attempt(delivery);
      } catch (error) {
        failures += 1;
        if (isPermanent(error) || failures > delivery.target.maximumRetryAttempts) {
          return bury(delivery, error, failures - 1, options);
        }
        report({
          level: 'warn',
          message: 'target cannot be reached',
          target: delivery.target.arn,
          error: String(error),
        });
        await clock.sleep(backoff(failures), signal);
      }
    }
  };

  return {
    deliver: (delivery) => {
      const work = run(delivery).finally(() => pending.delete(work));
      pending.add(work);
    },
    idle: async () => {
      while (pending.size > 0) await Promise.all(pending);
    },
  };
}

async function bury(
  { target, original, sender }: Delivery,
  error: unknown,
  retries: number,
  { queues, report }: TargetsOptions,
): Promise<void> {
  const code = error instanceof ServiceError ? error.name : 'SDK_CLIENT_ERROR';
  const deadLetterQueue = target.deadLetterArn ?? 'none';
  const message = error instanceof Error ? error.message : String(error);
  report({
    level: 'error',
    message: 'event not delivered',
    target: target.arn,
    error: code,
    reason: message,
    deadLetterQueue,
  });
  if (target.deadLetterArn === undefined) return;
  const attributes = {
    [sender.attribute]: sender.arn,
    TARGET_ARN: target.arn,
    ERROR_CODE: code,
    ERROR_MESSAGE: message,
    RETRY_ATTEMPTS: String(retries),
  };
  await queues.send(target.deadLetterArn, { body: original, attributes }).catch((failure) => {
    report({
      level: 'error',
      message: 'dead-letter queue cannot be reached',
      queue: target.deadLetterArn,
      error: String(failure),
    });
  });
}

const isPermanent = (error: unknown) =>
  error instanceof ServiceError && /NotFound|NonExistent|DoesNotExist|NO_PERMISSIONS|Invalid/.test(error.name);

function permits({ invokers }: FunctionModel, ruleArn: string): boolean {
  return invokers.some(
    ({ principal, sourceArn }) =>
      principal === 'events.amazonaws.com' && (sourceArn === undefined || likeArn(sourceArn).test(ruleArn)),
  );
}

const likeArn = (pattern: string) =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
  );
