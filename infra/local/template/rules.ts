import { z } from 'zod';
import type { BusModel, RuleModel, TargetModel } from '../model.ts';
import { busName } from './attributes.ts';
import type { Resource, Resources } from './resources.ts';
import { ignoring, text } from './scalars.ts';
import { refusalOf, ruleTarget } from './targets.ts';
import type { Unsupported } from './unsupported.ts';

const busProperties = z.strictObject({
  Name: text,
  ...ignoring('Description', 'Tags', 'KmsKeyIdentifier', 'Policy', 'LogConfig', 'DeadLetterConfig'),
});

const ruleProperties = z.strictObject({
  EventBusName: text.optional(),
  EventPattern: z.union([z.record(z.string(), z.unknown()), text.transform((json) => JSON.parse(json))]).optional(),
  ScheduleExpression: text.optional(),
  State: text.default('ENABLED'),
  Targets: z.array(ruleTarget).default([]),
  ...ignoring('Name', 'Description', 'RoleArn', 'Tags'),
});

export function readBuses(resources: Resources): BusModel[] {
  return resources.ofType('AWS::Events::EventBus').map((resource) => {
    resource.read(busProperties);
    return { name: resource.ref, arn: resource.attribute('Arn') };
  });
}

/** @param senders which services each queue takes messages from: a rule cannot send to a queue that does not say so. */
export function readRules(
  resources: Resources,
  senders: Map<string, Set<string>>,
  unsupported: Unsupported,
): RuleModel[] {
  function isDeliverable(resource: Resource, target: TargetModel): boolean {
    const refusal = refusalOf(target) ?? refusalOfQueue(target, senders);
    if (refusal !== undefined) unsupported.add(resource, refusal);
    return refusal === undefined;
  }

  return resources.ofType('AWS::Events::Rule').flatMap((resource) => {
    const properties = resource.read(ruleProperties);
    if (properties.State === 'DISABLED') return [];
    const name = resource.ref.slice(resource.ref.indexOf('|') + 1);
    return [
      {
        name,
        arn: resource.attribute('Arn'),
        busName: busName(properties.EventBusName),
        pattern: properties.EventPattern,
        schedule: properties.ScheduleExpression,
        targets: properties.Targets.filter((target) => isDeliverable(resource, target)),
      },
    ];
  });
}

function refusalOfQueue(target: TargetModel, senders: Map<string, Set<string>>): string | undefined {
  if (target.arn.split(':')[2] !== 'sqs') return undefined;
  const allowed = senders.get(target.arn);
  return allowed?.has('events.amazonaws.com') || allowed?.has('*')
    ? undefined
    : `no queue policy lets events.amazonaws.com send to ${target.arn}`;
}
