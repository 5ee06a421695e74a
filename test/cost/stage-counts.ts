import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Template {
  Resources: Record<string, { Type: string; Properties?: { EventSourceArn?: unknown } }>;
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
    // Streams are polled for nothing.
    queues: typed('AWS::Lambda::EventSourceMapping').filter(
      ({ Properties }) => !JSON.stringify(Properties?.EventSourceArn).includes('Stream'),
    ).length,
  };
};
