import { EventSourceMapping, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { accept } from './accepted.ts';
import { alarmOfDeadLetters, articledAlarm } from './alarm.ts';
import { ChatFunction } from './chat-function.ts';
import type { ChatTable } from './chat-table.ts';
import type { Deployment } from './deployment.ts';
import { deadLetterQueue } from './work-queue.ts';

/** Which stream records a function is called for, as an event filter pattern. */
export type StreamFilter = Record<string, unknown>;

interface StreamReaderProps {
  deployment: Deployment;
  description: string;
  table: ChatTable;
  filters: StreamFilter[];
  /** Further tries of a batch, each half as large as the one before. */
  retries: number;
  maxRecordAge: Duration;
  /** What it reads is this old at the most, or it falls behind. */
  lag: Duration;
  memory: number;
}

/**
 * A function that reads the table's stream (`functions/stream/<id>.ts`) and the dead letters of what it gave up on, with an
 * alarm for these and one for falling behind. A dead letter names its place in the stream, which remembers for a day.
 */
export class StreamReader extends ChatFunction {
  /** @param scope a construct whose id is `Stream`: the function is called `Stream/<id>` in logs and reports */
  constructor(scope: Construct, id: string, props: StreamReaderProps) {
    const { deployment, description, table, filters, retries, maxRecordAge, lag, memory } = props;
    super(scope, id, { deployment, entry: `stream/${id}`, description, memory, timeout: Duration.seconds(60) });
    table.grantReadStream(this);
    const deadLetters = deadLetterQueue(scope, `${id}-dead-letters`, deployment);
    accept(deadLetters, 'SQS3', 'It is the queue of dead letters itself: a stream names it, not a queue.');
    this.allow(['sqs:SendMessage'], [deadLetters.queueArn]);
    alarmOfDeadLetters(this, 'DeadLettersAlarm', {
      deployment,
      says: `${id} gave up on records of the table's stream.`,
      article: `the-${id}-gave-up-on-records`,
      queue: deadLetters,
    });
    articledAlarm(this, 'LagAlarm', {
      deployment,
      says: `${id} falls behind the table's stream.`,
      article: `the-${id}-falls-behind`,
      metric: this.metric('IteratorAge', { period: Duration.minutes(1), statistic: 'Maximum' }),
      above: lag.toMilliseconds(),
      periods: 5,
    });
    // Beside the alias, not in it: a mapping that moved would be made anew, and read a day of the stream again.
    new EventSourceMapping(this, 'Source', {
      target: this.live,
      eventSourceArn: table.streamArn,
      // LATEST could miss what is written while the mapping comes up.
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: 100,
      // Beside one batch a shard, Lambda keeps the order of an item only, not of a partition: messages of one conversation
      // are many items and would overtake each other.
      parallelizationFactor: 1,
      bisectBatchOnError: true,
      reportBatchItemFailures: true,
      retryAttempts: retries,
      maxRecordAge,
      filters: filters.map((filter) => ({ pattern: JSON.stringify(filter) })),
      onFailure: { bind: () => ({ destination: deadLetters.queueArn }) },
    });
  }
}
