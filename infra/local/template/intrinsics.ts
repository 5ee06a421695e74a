import { account, region } from '../model.ts';
import type { StackTemplate } from './assembly.ts';
import { type Place, TemplateError } from './template-error.ts';

/** What `Ref` and `Fn::GetAtt` of a resource answer; undefined for an attribute that it does not have. */
export type AttributeOf = (
  stack: StackTemplate,
  logicalId: string,
  attribute: string | undefined,
) => string | undefined;

export interface Resolver {
  /** The value with every intrinsic function carried out. Properties set to `AWS::NoValue` are gone. */
  resolve(value: unknown, stack: StackTemplate, place: Place): unknown;
  holds(condition: string, stack: StackTemplate, place: Place): boolean;
}

const noValue = Symbol('AWS::NoValue');

/** @param parameters values for template parameters of any stack; the rest take their defaults. */
export function createResolver(
  stacks: StackTemplate[],
  parameters: Record<string, string>,
  attributeOf: AttributeOf,
): Resolver {
  function evaluate(value: unknown, stack: StackTemplate, place: Place): unknown {
    if (Array.isArray(value)) {
      return value.map((item, index) => evaluate(item, stack, within(place, index))).filter((item) => item !== noValue);
    }
    if (typeof value === 'string') return plainText(value, place);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    const [only] = entries;
    if (entries.length === 1 && only !== undefined && (only[0] === 'Ref' || only[0].startsWith('Fn::'))) {
      return carryOut(only[0], only[1], stack, place);
    }
    return Object.fromEntries(
      entries
        .map(([key, item]) => [key, evaluate(item, stack, within(place, key))] as const)
        .filter(([, item]) => item !== noValue),
    );
  }

  function carryOut(name: string, argument: unknown, stack: StackTemplate, place: Place): unknown {
    const list = (): unknown[] => {
      const items = Array.isArray(argument) ? argument : [argument];
      return items.map((item) => evaluate(item, stack, place));
    };
    switch (name) {
      case 'Ref':
        return reference(String(argument), stack, place);
      case 'Fn::GetAtt': {
        const [logicalId, ...attribute] = Array.isArray(argument) ? argument : String(argument).split('.');
        return attributeText(stack, String(logicalId), attribute.join('.'), place);
      }
      case 'Fn::Sub':
        return substitute(argument, stack, place);
      case 'Fn::Join': {
        const [separator, items] = list();
        return asList(items, name, place).map(String).join(String(separator));
      }
      case 'Fn::Split': {
        const [separator, text] = list();
        return String(text).split(String(separator));
      }
      case 'Fn::Select': {
        const [index, items] = list();
        const item = asList(items, name, place)[Number(index)];
        if (item === undefined) throw new TemplateError(place, `Fn::Select has no item ${String(index)}`);
        return item;
      }
      case 'Fn::If': {
        const [condition, whenTrue, whenFalse] = Array.isArray(argument) ? argument : [];
        return evaluate(holds(String(condition), stack, place) ? whenTrue : whenFalse, stack, place);
      }
      case 'Fn::ImportValue':
        return imported(String(evaluate(argument, stack, place)), place);
      case 'Fn::FindInMap': {
        const [map, first, second, options] = list();
        const found = stack.mappings[String(map)]?.[String(first)]?.[String(second)];
        const fallback = (options as { DefaultValue?: unknown } | undefined)?.DefaultValue;
        if (found === undefined && fallback === undefined) {
          throw new TemplateError(
            place,
            `Fn::FindInMap finds nothing at ${String(map)}.${String(first)}.${String(second)}`,
          );
        }
        return found ?? fallback;
      }
      case 'Fn::ToJsonString':
        return JSON.stringify(evaluate(argument, stack, place));
      case 'Fn::Length':
        return asList(evaluate(argument, stack, place), name, place).length;
      default:
        throw new TemplateError(place, `the intrinsic function ${name} is not supported here`);
    }
  }

  function reference(name: string, stack: StackTemplate, place: Place): unknown {
    const pseudo = pseudoParameter(name, stack);
    if (pseudo !== undefined) return pseudo;
    const parameter = stack.parameters[name];
    if (parameter === undefined) return attributeText(stack, name, undefined, place);
    const value = parameters[name] ?? parameter.Default;
    if (value === undefined) throw new TemplateError(place, `the parameter ${name} has no value and no default`);
    if (parameter.Type.startsWith('AWS::SSM::')) {
      throw new TemplateError(
        place,
        `the parameter ${name} comes from the Parameter Store, which is not supported here`,
      );
    }
    return parameter.Type === 'CommaDelimitedList' ? String(value).split(',') : value;
  }

  function attributeText(stack: StackTemplate, logicalId: string, attribute: string | undefined, place: Place): string {
    const wanted = attribute === undefined ? logicalId : `${logicalId}.${attribute}`;
    if (stack.resources[logicalId] === undefined) throw new TemplateError(place, `there is no resource ${logicalId}`);
    const value = attributeOf(stack, logicalId, attribute);
    if (value === undefined) throw new TemplateError(place, `the attribute ${wanted} is not supported here`);
    return value;
  }

  function substitute(argument: unknown, stack: StackTemplate, place: Place): string {
    const [text, variables] = Array.isArray(argument) ? argument : [argument, {}];
    return String(text).replace(/\$\{(!?)([^}]+)\}/g, (_, literal: string, name: string) => {
      if (literal !== '') return `\${${name}}`;
      const variable = (variables as Record<string, unknown>)[name];
      if (variable !== undefined) return String(evaluate(variable, stack, place));
      const [logicalId = '', ...attribute] = name.split('.');
      return attribute.length === 0
        ? String(reference(name, stack, place))
        : attributeText(stack, logicalId, attribute.join('.'), place);
    });
  }

  function imported(name: string, place: Place): unknown {
    for (const stack of stacks) {
      for (const [key, output] of Object.entries(stack.outputs)) {
        const here = { stack: stack.name, resource: `Outputs.${key}`, property: '' };
        if (output.Export !== undefined && evaluate(output.Export.Name, stack, here) === name) {
          return evaluate(output.Value, stack, here);
        }
      }
    }
    throw new TemplateError(place, `no stack exports ${name}`);
  }

  function holds(name: string, stack: StackTemplate, place: Place): boolean {
    const condition = stack.conditions[name];
    if (condition === undefined) throw new TemplateError(place, `there is no condition ${name}`);
    return decide(condition, stack, { ...place, resource: `Conditions.${name}`, property: '' });
  }

  function decide(condition: unknown, stack: StackTemplate, place: Place): boolean {
    const [[name, argument] = ['nothing', undefined]] = Object.entries(condition as Record<string, unknown>);
    const parts = Array.isArray(argument) ? argument : [];
    switch (name) {
      case 'Condition':
        return holds(String(argument), stack, place);
      case 'Fn::Equals':
        return String(evaluate(parts[0], stack, place)) === String(evaluate(parts[1], stack, place));
      case 'Fn::Not':
        return !decide(parts[0], stack, place);
      case 'Fn::And':
        return parts.every((part) => decide(part, stack, place));
      case 'Fn::Or':
        return parts.some((part) => decide(part, stack, place));
      default:
        throw new TemplateError(place, `the condition function ${name} is not supported here`);
    }
  }

  return { resolve: evaluate, holds };
}

function pseudoParameter(name: string, stack: StackTemplate): unknown {
  switch (name) {
    case 'AWS::AccountId':
      return account;
    case 'AWS::Region':
      return region;
    case 'AWS::Partition':
      return 'aws';
    case 'AWS::URLSuffix':
      return 'amazonaws.com';
    case 'AWS::StackName':
      return stack.name;
    case 'AWS::StackId':
      return `arn:aws:cloudformation:${region}:${account}:stack/${stack.name}/local`;
    case 'AWS::NotificationARNs':
      return [];
    case 'AWS::NoValue':
      return noValue;
    default:
      return undefined;
  }
}

function plainText(text: string, place: Place): string {
  const dynamic = /\{\{resolve:(ssm|ssm-secure|secretsmanager):/.exec(text);
  if (dynamic !== null) {
    throw new TemplateError(place, `the dynamic reference {{resolve:${dynamic[1]}:…}} is not supported here`);
  }
  return text;
}

function asList(value: unknown, name: string, place: Place): unknown[] {
  if (!Array.isArray(value)) throw new TemplateError(place, `${name} needs a list`);
  return value;
}

function within(place: Place, key: string | number): Place {
  return { ...place, property: place.property === '' ? String(key) : `${place.property}.${key}` };
}
