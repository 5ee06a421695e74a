import { type IMetric, MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Duration, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { articledAlarm } from '../constructs/alarm.ts';
import { ChatDashboard } from '../constructs/chat-dashboard.ts';
import type { ChatHttpApi } from '../constructs/chat-http-api.ts';
import { chatMetrics } from '../constructs/chat-metrics.ts';
import type { ChatTable } from '../constructs/chat-table.ts';
import type { ChatWebSocketApi } from '../constructs/chat-websocket-api.ts';
import type { Deployment } from '../constructs/deployment.ts';
import { ServiceLevel } from '../constructs/service-level.ts';

interface ObservabilityStackProps {
  deployment: Deployment;
  table: ChatTable;
  http: ChatHttpApi;
  webSocket: ChatWebSocketApi;
}

/** Fewer say nothing about a rate: one of ten at night is no tenth of the day's. */
const fewest = 3;

const minute = Duration.minutes(1);

/** How the whole of it does: one dashboard, and an alarm for each concern that is nobody's own. */
export class ObservabilityStack extends Stack {
  constructor(scope: Construct, id: string, { deployment, table, http, webSocket }: ObservabilityStackProps) {
    super(scope, id);
    const { stage, observability } = deployment.settings;
    const { sendAvailability, delivered, deliveredWithinMs } = observability.objectives;
    const counted = chatMetrics(stage);
    const alarms = new Construct(this, 'Alarms');

    new ServiceLevel(alarms, 'SendAvailability', {
      deployment,
      says: 'Sends fail so often that the month’s objective is at risk.',
      article: 'sends-fail',
      objective: sendAvailability,
      goodIn: (period) => {
        const crashes = webSocket.commands.get('message.send')?.metricErrors({ period });
        return shareOfGood(
          counted('MessagesSent', { period }),
          { failed: counted('SendsFailed', { period }), ...(crashes && { crashed: crashes }) },
          period,
        );
      },
    });
    new ServiceLevel(alarms, 'DeliveryLatency', {
      deployment,
      says: `Messages take longer than ${deliveredWithinMs} ms so often that the month’s objective is at risk.`,
      article: 'messages-arrive-late',
      objective: delivered,
      goodIn: (period) => counted('DeliveryLatency', { period, statistic: `PR(:${deliveredWithinMs})` }),
    });

    const ofApi = (metricName: string, ApiId: string) =>
      new Metric({
        namespace: 'AWS/ApiGateway',
        metricName,
        dimensionsMap: { ApiId },
        statistic: Stats.SUM,
        period: minute,
      });
    articledAlarm(alarms, 'RequestsFail', {
      deployment,
      says: 'More than one of a hundred requests and frames fails.',
      article: 'requests-fail',
      metric: new MathExpression({
        label: 'percent that failed',
        expression: `IF(SUM([failed, broken, lost]) >= ${fewest}, 100 * SUM([failed, broken, lost]) / SUM([requests, frames]), 0)`,
        usingMetrics: {
          failed: ofApi('5xx', http.id),
          broken: ofApi('IntegrationError', webSocket.id),
          lost: ofApi('ExecutionError', webSocket.id),
          requests: ofApi('Count', http.id),
          frames: ofApi('MessageCount', webSocket.id),
        },
        period: minute,
      }),
      above: 1,
      periods: 5,
      ofThose: 3,
    });
    articledAlarm(alarms, 'FunctionsThrottled', {
      deployment,
      says: 'Lambda has no room for some invocations in this account and region.',
      article: 'functions-are-throttled',
      metric: new Metric({ namespace: 'AWS/Lambda', metricName: 'Throttles', statistic: Stats.SUM, period: minute }),
      above: 0,
      periods: 5,
      ofThose: 3,
    });
    const ofTable = (metricName: string) =>
      new Metric({
        namespace: 'AWS/DynamoDB',
        metricName,
        dimensionsMap: { TableName: table.name },
        statistic: Stats.SUM,
        period: minute,
      });
    articledAlarm(alarms, 'TableThrottled', {
      deployment,
      says: 'DynamoDB refuses reads or writes of the table.',
      article: 'the-table-is-throttled',
      metric: new MathExpression({
        label: 'refused',
        expression: 'SUM([reads, writes])',
        usingMetrics: { reads: ofTable('ReadThrottleEvents'), writes: ofTable('WriteThrottleEvents') },
        period: minute,
      }),
      above: 0,
      periods: 5,
      ofThose: 3,
    });

    new ChatDashboard(this, 'Dashboard', { deployment, table, http, webSocket });
  }
}

/** In percent; all of them, where fewer failed than say anything. `SUM` takes a metric that was never counted for nought. */
const shareOfGood = (good: IMetric, bad: Record<string, IMetric>, period: Duration): IMetric => {
  const names = Object.keys(bad).join(', ');
  return new MathExpression({
    label: 'percent that were stored',
    expression: `IF(SUM([${names}]) >= ${fewest}, 100 - 100 * SUM([${names}]) / SUM([good, ${names}]), 100)`,
    usingMetrics: { good, ...bad },
    period,
  });
};
