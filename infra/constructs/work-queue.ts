import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption, type QueueProps } from 'aws-cdk-lib/aws-sqs';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { alarmOfDeadLetters, articledAlarm } from './alarm.ts';
import { ChatFunction } from './chat-function.ts';
import type { Deployment } from './deployment.ts';

/** Encrypted, and reached over TLS alone. */
const guarded = ({ dataKey }: Deployment): QueueProps => ({
  enforceSSL: true,
  ...(dataKey === undefined
    ? { encryption: QueueEncryption.SQS_MANAGED }
    : { encryptionMasterKey: dataKey, dataKeyReuse: Duration.hours(1) }),
});

/** A queue for what could not be done, kept for as long as SQS keeps anything. */
export const deadLetterQueue = (scope: Construct, id: string, deployment: Deployment): Queue =>
  new Queue(scope, id, { ...guarded(deployment), retentionPeriod: Duration.days(14) });

interface WorkQueueProps {
  deployment: Deployment;
  description: string;
  /** For one batch. */
  timeout: Duration;
  /** When a message that failed is tried again. Six times the timeout and the window if left out, as AWS advises, so that throttles do not use up its tries. */
  retryAfter?: Duration;
  batchSize: number;
  /** How long a batch gathers before it is worked off. At once, if left out. */
  batchWindow?: Duration;
  /** Tries before a message is a dead letter. */
  tries: number;
  memory?: number;
  /** What has waited for longer waits too long. No alarm for a queue that holds messages back. */
  lag?: Duration;
  /** Batches that are worked off side by side at most. As many as the account has room for, if left out. */
  maxConcurrency?: number;
}

/** A queue with the one function that works it off (`functions/queue/<id>.ts`), its own dead letters, and an alarm for those. */
export class WorkQueue extends Construct {
  readonly name: string;
  readonly queue: Queue;
  readonly deadLetters: Queue;
  readonly worker: ChatFunction;

  /** @param scope a construct whose id is `Queue`: the worker is called `Queue/<id>` in logs and reports */
  constructor(
    scope: Construct,
    id: string,
    {
      deployment,
      description,
      timeout,
      retryAfter,
      batchSize,
      batchWindow,
      tries,
      lag,
      memory,
      maxConcurrency,
    }: WorkQueueProps,
  ) {
    super(scope, `${id}-queue`);
    this.name = id;
    this.deadLetters = deadLetterQueue(this, 'DeadLetters', deployment);
    this.queue = new Queue(this, 'Queue', {
      ...guarded(deployment),
      visibilityTimeout: retryAfter ?? Duration.seconds(6 * timeout.toSeconds() + (batchWindow?.toSeconds() ?? 0)),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: tries },
    });
    alarmOfDeadLetters(this, 'DeadLettersAlarm', {
      deployment,
      says: `${id} gave up on something.`,
      article: 'a-workers-dead-letters',
      queue: this.deadLetters,
    });
    if (lag !== undefined)
      articledAlarm(this, 'LagAlarm', {
        deployment,
        says: `${id} falls behind its queue.`,
        article: 'a-worker-falls-behind',
        metric: this.queue.metricApproximateAgeOfOldestMessage({ period: Duration.minutes(1), statistic: 'Maximum' }),
        above: lag.toSeconds(),
        periods: 5,
      });
    this.worker = new ChatFunction(scope, id, {
      deployment,
      entry: `queue/${id}`,
      description,
      timeout,
      ...(memory === undefined ? {} : { memory }),
    });
    this.worker.allow(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], [this.queue.queueArn]);
    new EventSourceMapping(this.worker, 'Source', {
      target: this.worker.live,
      eventSourceArn: this.queue.queueArn,
      batchSize,
      ...(batchWindow && { maxBatchingWindow: batchWindow }),
      reportBatchItemFailures: true,
      ...(maxConcurrency !== undefined && { maxConcurrency }),
    });
  }

  /** Permission to send, and the queue's URL under this name. */
  grantEnqueue(fn: ChatFunction, variable: `${string}_QUEUE_URL`): void {
    fn.allow(['sqs:SendMessage'], [this.queue.queueArn]);
    fn.addEnvironment(variable, this.queue.queueUrl);
  }
}
