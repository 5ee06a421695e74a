/**
 * IAM's evaluation of a role's statements: an explicit deny wins, then an allow, else it is denied. `NotAction`,
 * `NotResource` and policy variables never get here (the template's reader refuses them).
 */
import type { PolicyStatement } from '../model.ts';
import { conditionsHold } from './condition.ts';
import type { Need } from './service.ts';
import { wildcard } from './wildcard.ts';

/** One action of one allowing statement. */
export interface Grant {
  action: string;
  resources: string[];
}

type Decision = { effect: 'allow'; grants: Grant[] } | { effect: 'implicit-deny' | 'explicit-deny' };

export interface Policy {
  grants: Grant[];
  decide(need: Need): Decision;
}

interface Rule {
  allows: boolean;
  actions: { matches(action: string): boolean; grant: Grant }[];
  matchesResource(resource: string): boolean;
  conditions: PolicyStatement['conditions'];
}

/** ARNs are matched part by part: a wildcard spans colons only in the last, the resource's own. */
const arnPattern = (pattern: string): ((arn: string) => boolean) => {
  if (pattern === '*') return () => true;
  const parts = splitArn(pattern).map((part) => wildcard(part));
  return (arn) => {
    const own = splitArn(arn);
    return own.length === parts.length && parts.every((part, index) => part.test(own[index] ?? ''));
  };
};

const splitArn = (arn: string): string[] => {
  const parts = arn.split(':');
  return [...parts.slice(0, 5), parts.slice(5).join(':')];
};

const ruleOf = ({ effect, actions, resources, conditions }: PolicyStatement): Rule => {
  const patterns = resources.map(arnPattern);
  return {
    allows: effect === 'Allow',
    actions: actions.map((action) => {
      const pattern = wildcard(action, 'i');
      return { matches: (asked: string) => pattern.test(asked), grant: { action, resources } };
    }),
    matchesResource: (resource) => patterns.some((matches) => matches(resource)),
    conditions,
  };
};

/** @param onUnsupported told of a condition that is not understood, and therefore does not hold */
export const compilePolicy = (statements: PolicyStatement[], onUnsupported: (condition: string) => void): Policy => {
  const rules = statements.map(ruleOf);
  return {
    grants: rules.filter(({ allows }) => allows).flatMap(({ actions }) => actions.map(({ grant }) => grant)),
    decide(need) {
      const grants: Grant[] = [];
      let context: Record<string, string[]> | undefined;
      for (const rule of rules) {
        const hits = rule.actions.filter(({ matches }) => matches(need.action));
        if (hits.length === 0 || !rule.matchesResource(need.resource)) continue;
        if (Object.keys(rule.conditions).length > 0) {
          context ??= need.context?.() ?? {};
          if (!conditionsHold(rule.conditions, context, onUnsupported)) continue;
        }
        if (!rule.allows) return { effect: 'explicit-deny' };
        grants.push(...hits.map(({ grant }) => grant));
      }
      return grants.length > 0 ? { effect: 'allow', grants } : { effect: 'implicit-deny' };
    },
  };
};
