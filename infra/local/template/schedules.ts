import { z } from 'zod';
import type { PolicyStatement, ScheduleModel } from '../model.ts';
import type { Resources } from './resources.ts';
import { ignoring, text } from './scalars.ts';
import { refusalOf, scheduleTarget } from './targets.ts';
import type { Unsupported } from './unsupported.ts';

const scheduleProperties = z.strictObject({
  ScheduleExpression: text,
  ScheduleExpressionTimezone: text.default('UTC'),
  State: text.default('ENABLED'),
  Target: scheduleTarget,
  ...ignoring('Name', 'GroupName', 'Description', 'FlexibleTimeWindow', 'StartDate', 'EndDate', 'KmsKeyArn'),
});

/** @param roles statements by role ARN: a schedule acts as a role, which has to exist. */
export function readSchedules(
  resources: Resources,
  roles: Map<string, PolicyStatement[]>,
  unsupported: Unsupported,
): ScheduleModel[] {
  return resources.ofType('AWS::Scheduler::Schedule').flatMap((resource) => {
    const { ScheduleExpression, ScheduleExpressionTimezone, State, Target } = resource.read(scheduleProperties);
    if (State === 'DISABLED') return [];
    const refusal =
      refusalOf(Target.target) ?? (roles.has(Target.roleArn) ? undefined : `no role here is ${Target.roleArn}`);
    if (refusal !== undefined) {
      unsupported.add(resource, refusal);
      return [];
    }
    return [
      {
        name: resource.ref,
        arn: resource.attribute('Arn'),
        expression: ScheduleExpression,
        timeZone: ScheduleExpressionTimezone,
        target: Target.target,
      },
    ];
  });
}
