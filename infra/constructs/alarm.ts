import { Alarm, type AlarmBase, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { Deployment } from './deployment.ts';

/** What is wrong, and what to do about it. */
export interface Article {
  deployment: Deployment;
  /** What is wrong, in a sentence. */
  says: string;
  /** Its article in docs/runbook.md, as a link has it: a test asks that it is there. */
  article: string;
}

type ArticledAlarmProps = Article & {
  metric: IMetric;
  /** Of the last so many periods of the metric … */
  periods?: number;
  /** … so many beyond the threshold. All of them, if left out. */
  ofThose?: number;
  /** Not to have heard of it is as bad. Otherwise, nothing happened and nothing is wrong. */
  silenceIsBad?: boolean;
  /** A part of another alarm, which tells. */
  isPart?: boolean;
} & ({ /** It goes off above this … */ above: number } | { /** … or below that. */ below: number });

/** An alarm that says what to do, and whom the stage's topic tells, if it has one. */
export const articledAlarm = (scope: Construct, id: string, props: ArticledAlarmProps): Alarm => {
  const { deployment, metric, periods = 1, ofThose = periods, silenceIsBad = false, isPart = false } = props;
  const isAbove = 'above' in props;
  const alarm = new Alarm(scope, id, {
    alarmDescription: descriptionOf(props),
    metric,
    threshold: isAbove ? props.above : props.below,
    evaluationPeriods: periods,
    datapointsToAlarm: ofThose,
    comparisonOperator: isAbove ? ComparisonOperator.GREATER_THAN_THRESHOLD : ComparisonOperator.LESS_THAN_THRESHOLD,
    treatMissingData: silenceIsBad ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
  });
  if (!isPart) tellTopic(alarm, deployment);
  return alarm;
};

export const descriptionOf = ({ says, article }: Article): string => `${says} What to do: docs/runbook.md#${article}`;

/** That it begins and that it is over. */
export const tellTopic = (alarm: AlarmBase, { settings: { alarmTopicArn } }: Deployment): void => {
  if (alarmTopicArn === null) return;
  const action = { bind: () => ({ alarmActionArn: alarmTopicArn }) };
  alarm.addAlarmAction(action);
  alarm.addOkAction(action);
};

/** Whatever lies in a queue of dead letters was not done. */
export const alarmOfDeadLetters = (
  scope: Construct,
  id: string,
  { queue, ...article }: Article & { queue: Queue },
): Alarm =>
  articledAlarm(scope, id, {
    ...article,
    metric: queue.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(1), statistic: 'Maximum' }),
    above: 0,
  });
