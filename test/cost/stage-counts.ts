import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { metricUnits } from '../../shared/protocol/metrics.ts';

interface Template {
  Resources: Record<string, { Type: string; Properties?: { EventSourceArn?: unknown; ScheduleExpression?: unknown } }>;
}

/** What of a stage costs although nobody uses it, from its synthesised templates. */
export const stageCounts = (assembly: string) => {
  const resources = readdirSync(assembly)
    .filter((name) => name.endsWith('.template.json'))
    .flatMap((name) =>
      Object.values((JSON.parse(readFileSync(join(assembly, name), 'utf8')) as Template).Resources ?? {}),
    );
  const typed = (type: string) => resources.filter(({ Type }) => Type === type);
  return {
    alarms: typed('AWS::CloudWatch::Alarm').length,
    secrets: typed('AWS::SecretsManager::Secret').length,
    dashboards: typed('AWS::CloudWatch::Dashboard').length,
    keys: typed('AWS::KMS::Key').length,
    // Each with the stage as its one dimension.
    metrics: Object.keys(metricUnits).length,
    canaries: typed('AWS::Events::Rule').filter(({ Properties }) => Properties?.ScheduleExpression === 'rate(1 minute)')
      .length,
    // Streams are polled for nothing.
    queues: typed('AWS::Lambda::EventSourceMapping').filter(
      ({ Properties }) => !JSON.stringify(Properties?.EventSourceArn).includes('Stream'),
    ).length,
  };
};
