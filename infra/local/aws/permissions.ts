/** Decides what a function may do, and keeps what it was seen doing. */
import type { CloudModel, FunctionModel } from '../model.ts';
import { account } from '../model.ts';
import type { Report } from '../ports.ts';
import type { Grant, Policy } from './policy.ts';
import { compilePolicy } from './policy.ts';
import type { Need } from './service.ts';

export interface Permissions {
  /** @returns the first need that is not granted, with AWS' sentence about it */
  refusal(fn: FunctionModel, needs: Need[]): { need: Need; message: string } | undefined;
  /** Whether the function's role allows it; a use of the permission, as by an event source that polls in its name. */
  allows(fn: FunctionModel, action: string, resource: string): boolean;
  /** Since the start, per function of the model. */
  report(model: CloudModel): FunctionPermissions[];
}

export interface FunctionPermissions {
  /** As `FunctionModel.name`. */
  function: string;
  granted: Grant[];
  used: Grant[];
  /** Granted and never needed so far; logging and tracing apart, which nothing here calls. */
  unused: Grant[];
  denied: { action: string; resource: string; count: number }[];
}

/** What Lambda does in the function's name to feed it from a stream or queue. */
const pollerActions: [sourcePrefix: string, actions: string[]][] = [
  [
    'arn:aws:dynamodb:',
    ['GetRecords', 'GetShardIterator', 'DescribeStream', 'ListStreams'].map((name) => `dynamodb:${name}`),
  ],
  [
    'arn:aws:sqs:',
    ['ReceiveMessage', 'DeleteMessage', 'ChangeMessageVisibility', 'GetQueueAttributes', 'GetQueueUrl'].map(
      (name) => `sqs:${name}`,
    ),
  ],
];

const uncounted = /^(logs|xray):/i;

const keyOf = ({ action, resources }: Grant) => `${action} ${resources.join(' ')}`;

export const createPermissions = ({ report }: { report: Report }): Permissions => {
  const policies = new WeakMap<FunctionModel, Policy>();
  const used = new Map<string, Set<string>>();
  const denied = new Map<string, Map<string, { action: string; resource: string; count: number }>>();
  const complained = new Set<string>();

  const policyOf = (fn: FunctionModel): Policy => {
    const known = policies.get(fn);
    if (known) return known;
    const policy = compilePolicy(fn.statements, (condition) => {
      const key = `${fn.name} ${condition}`;
      if (complained.has(key)) return;
      complained.add(key);
      report({
        level: 'warn',
        message: 'a policy has a condition that the local cloud does not know; it does not hold',
        function: fn.name,
        condition,
      });
    });
    policies.set(fn, policy);
    return policy;
  };

  const decide = (fn: FunctionModel, need: Need) => {
    const decision = policyOf(fn).decide(need);
    if (decision.effect === 'allow') {
      const seen = used.get(fn.name) ?? new Set();
      used.set(fn.name, seen);
      for (const grant of decision.grants) seen.add(keyOf(grant));
    }
    return decision.effect;
  };

  const noteDenial = (fn: FunctionModel, { action, resource }: Need) => {
    const seen = denied.get(fn.name) ?? new Map();
    denied.set(fn.name, seen);
    const entry = seen.get(`${action} ${resource}`) ?? { action, resource, count: 0 };
    if (entry.count++ === 0) report({ level: 'warn', message: 'access denied', function: fn.name, action, resource });
    seen.set(`${action} ${resource}`, entry);
  };

  const useAsPoller = (model: CloudModel, fn: FunctionModel) => {
    for (const source of model.eventSources) {
      if (source.functionArn !== fn.arn) continue;
      const [, actions = []] = pollerActions.find(([prefix]) => source.sourceArn.startsWith(prefix)) ?? [];
      for (const action of actions) {
        decide(fn, { action, resource: action === 'dynamodb:ListStreams' ? '*' : source.sourceArn });
      }
      if (source.onFailureArn) decide(fn, { action: 'sqs:SendMessage', resource: source.onFailureArn });
    }
  };

  return {
    refusal(fn, needs) {
      for (const need of needs) {
        const effect = decide(fn, need);
        if (effect === 'allow') continue;
        noteDenial(fn, need);
        return { need, message: sentence(fn, need, effect === 'explicit-deny') };
      }
      return undefined;
    },
    allows: (fn, action, resource) => decide(fn, { action, resource }) === 'allow',
    report: (model) =>
      model.functions.map((fn) => {
        useAsPoller(model, fn);
        const granted = [...new Map(policyOf(fn).grants.map((grant) => [keyOf(grant), grant])).values()];
        const isUsed = (grant: Grant) => used.get(fn.name)?.has(keyOf(grant)) ?? false;
        return {
          function: fn.name,
          granted,
          used: granted.filter(isUsed),
          unused: granted.filter((grant) => !isUsed(grant) && !uncounted.test(grant.action)),
          denied: [...(denied.get(fn.name)?.values() ?? [])].map((entry) => ({ ...entry })),
        };
      }),
  };
};

const sentence = (fn: FunctionModel, { action, resource }: Need, explicit: boolean): string => {
  const name = fn.arn.split(':')[6] ?? fn.name;
  // SQS and API Gateway have spellings of their own in these sentences.
  const spoken = action.startsWith('sqs:') ? action.toLowerCase() : action;
  const reason = explicit
    ? 'with an explicit deny in an identity-based policy'
    : `because no identity-based policy allows the ${spoken} action`;
  const user = `User: arn:aws:sts::${account}:assumed-role/${name}/${name} is not authorized to perform: ${spoken}`;
  if (!action.startsWith('execute-api:')) return `${user} on resource: ${resource} ${reason}`;
  const masked = resource
    .replace(`:${account}:`, `:********${account.slice(-4)}:`)
    .replace(/@connections\/.*$/, '@connections/{connectionId}');
  return `${user} on resource: ${masked}${explicit ? ` ${reason}` : ''}`;
};
