import { AlarmRule, AlarmState, CompositeAlarm, type IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { type Article, articledAlarm, descriptionOf, tellTopic } from './alarm.ts';

/**
 * At this rate, the errors that a month may have are used up in 50 hours: a fiftieth of them in the hour that it takes to be sure, as
 * Google's workbook of site reliability has it.
 */
const burnRate = 14.4;

interface ServiceLevelProps extends Article {
  /** Percent of good ones that is promised. */
  objective: number;
  /** Percent of good ones in one period. */
  goodIn: (period: Duration) => IMetric;
}

/**
 * An alarm for a promise that is being broken fast: over an hour, so that a moment does not wake anybody, and over the last five minutes,
 * so that it ends soon after it is mended.
 */
export class ServiceLevel extends Construct {
  constructor(scope: Construct, id: string, { objective, goodIn, ...article }: ServiceLevelProps) {
    super(scope, id);
    const below = 100 - burnRate * (100 - objective);
    const over = (name: string, period: Duration) =>
      articledAlarm(this, name, { ...article, metric: goodIn(period), below, isPart: true });
    const parts = [over('Hour', Duration.hours(1)), over('FiveMinutes', Duration.minutes(5))];
    const alarm = new CompositeAlarm(this, 'Alarm', {
      alarmDescription: descriptionOf(article),
      alarmRule: AlarmRule.allOf(...parts.map((part) => AlarmRule.fromAlarm(part, AlarmState.ALARM))),
    });
    tellTopic(alarm, article.deployment);
  }
}
