import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { Deployment } from './deployment.ts';

interface ArticledAlarmProps {
  deployment: Deployment;
  /** What is wrong, in a sentence. */
  says: string;
  /** Its article in docs/runbook.md, as a link has it: a test asks that it is there. */
  article: string;
  metric: IMetric;
  /** It goes off above this. */
  above: number;
  /** So many periods of the metric in a row. */
  periods?: number;
}

/** An alarm that says what to do, and whom the stage's topic tells, if it has one. */
export const articledAlarm = (
  scope: Construct,
  id: string,
  { deployment, says, article, metric, above, periods = 1 }: ArticledAlarmProps,
): Alarm => {
  const { alarmTopicArn } = deployment.settings;
  const alarm = new Alarm(scope, id, {
    alarmDescription: `${says} What to do: docs/runbook.md#${article}`,
    metric,
    threshold: above,
    evaluationPeriods: periods,
    comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
    // Nothing happened: nothing is wrong.
    treatMissingData: TreatMissingData.NOT_BREACHING,
  });
  if (alarmTopicArn === null) return alarm;
  const action = { bind: () => ({ alarmActionArn: alarmTopicArn }) };
  alarm.addAlarmAction(action);
  alarm.addOkAction(action);
  return alarm;
};

/** Whatever lies in a queue of dead letters was not done. */
export const alarmOfDeadLetters = (
  scope: Construct,
  id: string,
  { queue, ...props }: Pick<ArticledAlarmProps, 'deployment' | 'says' | 'article'> & { queue: Queue },
): Alarm =>
  articledAlarm(scope, id, {
    ...props,
    metric: queue.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(1), statistic: 'Maximum' }),
    above: 0,
  });
