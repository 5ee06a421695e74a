import { Dashboard, GraphWidget, type IMetric, MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { ChatHttpApi } from './chat-http-api.ts';
import { chatMetrics } from './chat-metrics.ts';
import type { ChatTable } from './chat-table.ts';
import type { ChatWebSocketApi } from './chat-websocket-api.ts';
import type { Deployment } from './deployment.ts';

interface ChatDashboardProps {
  deployment: Deployment;
  table: ChatTable;
  http: ChatHttpApi;
  webSocket: ChatWebSocketApi;
}

const minute = Duration.minutes(1);
const columns = 24;
const aRow = 3;

/**
 * One page on which everything is, from what users notice down to what it costs. Functions and queues are found by the names of their
 * stacks, so that those to come are on it as well, and no stack has to wait for another.
 */
export class ChatDashboard extends Construct {
  constructor(scope: Construct, id: string, { deployment, table, http, webSocket }: ChatDashboardProps) {
    super(scope, id);
    const { stage, observability } = deployment.settings;
    const counted = chatMetrics(stage);
    const ofAws = (service: string, dimensionsMap: Record<string, string>, metricName: string, statistic = Stats.SUM) =>
      new Metric({
        namespace: `AWS/${service}`,
        metricName,
        dimensionsMap,
        statistic,
        period: minute,
        label: metricName,
      });
    const ofTable = (name: string) => ofAws('DynamoDB', { TableName: table.name }, name);
    const ofSockets = (name: string, statistic = Stats.SUM) =>
      ofAws('ApiGateway', { ApiId: webSocket.id }, name, statistic);
    const ofHttp = (name: string) => ofAws('ApiGateway', { ApiId: http.id }, name);

    /** Of all functions, queues or log groups of this stage: each its own line. */
    const each = (schema: string, metricName: string, statistic: string) =>
      new MathExpression({
        expression: `SEARCH('{${schema}} MetricName="${metricName}" Parley ${stage}', '${statistic}')`,
        usingMetrics: {},
        label: '',
        period: minute,
      });
    const sumOf = (schema: string, metricName: string) =>
      new MathExpression({
        expression: `SUM(SEARCH('{${schema}} MetricName="${metricName}" Parley ${stage}', 'Sum'))`,
        usingMetrics: {},
        label: metricName,
        period: minute,
      });

    const functions = 'AWS/Lambda,FunctionName';
    const queues = 'AWS/SQS,QueueName';
    const latencies = ['p50', 'p95', 'p99'].map((statistic) =>
      counted('DeliveryLatency', { statistic, label: statistic }),
    );
    const graphs: [title: string, left: IMetric[], right?: IMetric[]][] = [
      ['Messages', [counted('MessagesSent')], [counted('SendsFailed')]],
      ['Stored to posted, ms', latencies],
      [
        'Deliveries',
        [counted('DeliveriesPosted'), counted('RoomFanOuts')],
        [counted('DeliveriesGone'), counted('DeliveriesFailed')],
      ],
      ['Connections', [ofSockets('ConnectCount')], [counted('ConnectionsOpened'), counted('ConnectionsClosed')]],
      [
        'Requests and frames that were not served',
        [
          counted('RequestsRefused'),
          counted('RequestsDenied'),
          counted('RequestsThrottled'),
          counted('RequestsFailed'),
        ],
      ],
      [
        'Errors of the doors',
        [ofHttp('5xx'), ofHttp('4xx')],
        [ofSockets('IntegrationError'), ofSockets('ExecutionError')],
      ],
      ['Behind the stream, ms', [each(functions, 'IteratorAge', 'Maximum')]],
      ['Waiting in queues', [each(queues, 'ApproximateNumberOfMessagesVisible', 'Maximum')]],
      ['Waiting for, s', [each(queues, 'ApproximateAgeOfOldestMessage', 'Maximum')]],
      ['Errors of functions', [each(functions, 'Errors', 'Sum')]],
      ['Throttled functions', [each(functions, 'Throttles', 'Sum')]],
      ['Throttled table', [ofTable('ReadThrottleEvents'), ofTable('WriteThrottleEvents')]],
      ['Cost: capacity', [ofTable('ConsumedWriteCapacityUnits'), ofTable('ConsumedReadCapacityUnits')]],
      ['Cost: invocations and posts', [sumOf(functions, 'Invocations')], [ofSockets('MessageCount'), ofHttp('Count')]],
      ['Cost: bytes of logs', [sumOf('AWS/Logs,LogGroupName', 'IncomingBytes')]],
      ...(observability.canary === 'off'
        ? []
        : [
            [
              'Canary',
              [
                counted('CanarySendToReceive', { statistic: Stats.MAXIMUM }),
                counted('CanarySendToAck', { statistic: Stats.MAXIMUM }),
              ],
              [counted('CanarySuccess', { statistic: Stats.MINIMUM })],
            ] satisfies [string, IMetric[], IMetric[]],
          ]),
    ];
    const widgets = graphs.map(
      ([title, left, right = []]) => new GraphWidget({ title, left, right, width: columns / aRow, height: 6 }),
    );
    new Dashboard(this, 'Dashboard', {
      dashboardName: `parley-${stage}`,
      defaultInterval: Duration.hours(3),
      widgets: Array.from({ length: Math.ceil(widgets.length / aRow) }, (_, row) =>
        widgets.slice(row * aRow, (row + 1) * aRow),
      ),
    });
  }
}
