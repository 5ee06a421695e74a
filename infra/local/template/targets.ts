import { z } from 'zod';
import type { TargetModel } from '../model.ts';
import { functionArn } from './attributes.ts';
import { ignoring, number, text } from './scalars.ts';

const retryPolicy = z.strictObject({
  MaximumRetryAttempts: number.default(185),
  ...ignoring('MaximumEventAgeInSeconds'),
});
const deadLetter = z.strictObject({ Arn: text.optional() });

/** A target of an event rule. Those of other services than Lambda, SQS and EventBridge are refused by their properties. */
export const ruleTarget = z
  .strictObject({
    Id: text,
    Arn: text,
    Input: text.optional(),
    InputPath: text.optional(),
    InputTransformer: z
      .strictObject({ InputPathsMap: z.record(z.string(), text).default({}), InputTemplate: text })
      .optional(),
    DeadLetterConfig: deadLetter.optional(),
    RetryPolicy: retryPolicy.optional(),
    SqsParameters: z.strictObject({ MessageGroupId: text }).optional(),
    ...ignoring('RoleArn'),
  })
  .transform(
    (it): TargetModel => ({
      arn: targetArn(it.Arn),
      input: parsed(it.Input),
      inputPath: it.InputPath,
      inputTransformer: it.InputTransformer && {
        paths: it.InputTransformer.InputPathsMap,
        template: it.InputTransformer.InputTemplate,
      },
      deadLetterArn: it.DeadLetterConfig?.Arn,
      maximumRetryAttempts: it.RetryPolicy?.MaximumRetryAttempts ?? 185,
    }),
  );

export const scheduleTarget = z
  .strictObject({
    Arn: text,
    RoleArn: text,
    Input: text.optional(),
    DeadLetterConfig: deadLetter.optional(),
    RetryPolicy: retryPolicy.optional(),
    SqsParameters: z.strictObject({ MessageGroupId: text }).optional(),
  })
  .transform((it) => ({
    roleArn: it.RoleArn,
    target: {
      arn: targetArn(it.Arn),
      input: parsed(it.Input),
      inputPath: undefined,
      inputTransformer: undefined,
      deadLetterArn: it.DeadLetterConfig?.Arn,
      maximumRetryAttempts: it.RetryPolicy?.MaximumRetryAttempts ?? 185,
    } satisfies TargetModel,
  }));

/** @returns why nothing here can deliver to this target, or undefined. */
export function refusalOf(target: TargetModel): string | undefined {
  const service = target.arn.split(':')[2];
  return service === 'lambda' || service === 'sqs' || service === 'events'
    ? undefined
    : `events are not delivered to ${target.arn} here`;
}

function targetArn(arn: string): string {
  return arn.includes(':lambda:') ? functionArn(arn) : arn;
}

/** A constant input is JSON text in the template; EventBridge takes anything else as a string. */
function parsed(input: string | undefined): unknown {
  if (input === undefined) return undefined;
  try {
    return JSON.parse(input);
  } catch {
    return input;
  }
}
