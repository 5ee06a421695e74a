import type { TargetModel } from '../model.ts';
import type { JsonObject } from './json.ts';
import { jsonPath } from './json-path.ts';

export interface RuleIdentity {
  name: string;
  arn: string;
}

/** Makes what a target is sent out of an event: the event itself, a fixed input, a part, or a filled-in template; as text. */
export type TargetInput = (event: JsonObject) => string;

/** @throws for a path or a template that EventBridge would refuse */
export function targetInput({ input, inputPath, inputTransformer }: TargetModel, rule: RuleIdentity): TargetInput {
  if (inputTransformer) return transformer(inputTransformer, rule);
  if (input !== undefined) {
    const text = JSON.stringify(input);
    return () => text;
  }
  if (inputPath !== undefined) {
    const part = jsonPath(inputPath);
    return (event) => JSON.stringify(part(event) ?? {});
  }
  return JSON.stringify;
}

function transformer(
  { paths, template }: { paths: Record<string, string>; template: string },
  rule: RuleIdentity,
): TargetInput {
  const variables = new Map(Object.entries(paths).map(([name, path]) => [name, jsonPath(path)]));
  for (const [, name = ''] of template.matchAll(/<([\w.-]+)>/g)) {
    if (!variables.has(name) && !name.startsWith('aws.events.')) {
      throw new Error(`Rule ${rule.name}: the input template uses <${name}>, which InputPathsMap does not define`);
    }
  }
  const variable = (name: string, event: JsonObject): unknown => {
    switch (name) {
      case 'aws.events.rule-arn':
        return rule.arn;
      case 'aws.events.rule-name':
        return rule.name;
      case 'aws.events.event':
      case 'aws.events.event.json':
        return event;
      case 'aws.events.event.ingestion-time':
        return event.time;
      default:
        return variables.get(name)?.(event);
    }
  };
  // Either a whole JSON string literal, inside which variables are text, or a variable that stands for a value of its own.
  const parts = /"(?:[^"\\]|\\.)*"|<[\w.-]+>/g;
  return (event) =>
    template.replace(parts, (part) =>
      part.startsWith('"')
        ? part.replace(/<([\w.-]+)>/g, (_, name: string) => withinText(variable(name, event)))
        : (JSON.stringify(variable(part.slice(1, -1), event)) ?? 'null'),
    );
}

const withinText = (value: unknown): string => {
  if (value === undefined) return '';
  return typeof value === 'string'
    ? JSON.stringify(value).slice(1, -1)
    : JSON.stringify(JSON.stringify(value)).slice(1, -1);
};
