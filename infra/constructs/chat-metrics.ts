import { Metric as CloudWatchMetric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Duration } from 'aws-cdk-lib/core';
import { type Metric, metricNamespace } from '../../shared/protocol/metrics.ts';

/** What the functions of one stage count, as graphs and alarms ask for it. */
export const chatMetrics =
  (stage: string) =>
  (
    name: Metric,
    {
      statistic = Stats.SUM,
      period = Duration.minutes(1),
      label,
    }: { statistic?: string; period?: Duration; label?: string } = {},
  ) =>
    new CloudWatchMetric({
      namespace: metricNamespace,
      metricName: name,
      dimensionsMap: { stage },
      statistic,
      period,
      ...(label === undefined ? {} : { label }),
    });
