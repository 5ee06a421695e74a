/**
 * What is counted, as CloudWatch's embedded metric format: one line of JSON for each invocation that counted anything, which CloudWatch
 * makes metrics of. Their one dimension is the stage: whoever it was about is in the other lines of that correlation id. The line is
 * written at any log level, because alarms hang on it.
 */

import { type Metric, metricNamespace, metricUnits } from '../protocol/metrics.ts';
import { logContext } from './logger.ts';

/** As many as the format takes of one metric in a line. */
const mostValues = 100;

const counted = new Map<Metric, number[]>();

/** Adds to what this invocation counts. */
export const count = (metric: Metric, by = 1): void => {
  if (by > 0) counted.set(metric, [(counted.get(metric)?.[0] ?? 0) + by]);
};

/** One value of a metric that has percentiles, or may be nought. Of an invocation, the first hundred are kept. */
export const measure = (metric: Metric, value: number): void => {
  const values = counted.get(metric) ?? [];
  if (values.length < mostValues) counted.set(metric, [...values, value]);
};

/** Writes what was counted since the last time, if anything. */
export const flushMetrics = (now = Date.now()): void => {
  if (counted.size === 0) return;
  const line = {
    level: 'INFO',
    message: 'metrics',
    ...logContext(),
    stage: process.env.STAGE ?? 'unknown',
    ...Object.fromEntries([...counted].map(([name, values]) => [name, values.length === 1 ? values[0] : values])),
    _aws: {
      Timestamp: now,
      CloudWatchMetrics: [
        {
          Namespace: metricNamespace,
          Dimensions: [['stage']],
          Metrics: [...counted.keys()].map((Name) => ({ Name, Unit: metricUnits[Name] })),
        },
      ],
    },
  };
  counted.clear();
  // Not by the console, before whose lines Lambda puts the time.
  process.stdout.write(`${JSON.stringify(line)}\n`);
};
