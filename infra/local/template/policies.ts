import { z } from 'zod';
import type { PolicyStatement } from '../model.ts';
import { ignored, ignoring, oneOrMany, text } from './scalars.ts';

const conditionValue = z.union([text, z.array(text)]);

/** A statement of an identity policy. `NotAction` and `NotResource` are refused by name: no grant of the CDK writes them. */
const statement = z
  .strictObject({
    Sid: ignored,
    Effect: z.enum(['Allow', 'Deny']),
    Action: oneOrMany(text),
    Resource: oneOrMany(text),
    Condition: z.record(z.string(), z.record(z.string(), conditionValue)).optional(),
  })
  .transform(
    (it): PolicyStatement => ({
      effect: it.Effect,
      actions: it.Action,
      resources: it.Resource,
      conditions: it.Condition ?? {},
    }),
  );

export const policyDocument = z
  .strictObject({ Version: ignored, Id: ignored, Statement: oneOrMany(statement) })
  .transform((it) => it.Statement);

const named = z.strictObject({ PolicyName: text, PolicyDocument: policyDocument });

export const inlinePolicy = z.strictObject({
  PolicyName: text,
  PolicyDocument: policyDocument,
  Roles: z.array(text).optional(),
  ...ignoring('Users', 'Groups'),
});

export const managedPolicy = z.strictObject({
  PolicyDocument: policyDocument,
  Roles: z.array(text).optional(),
  ...ignoring('ManagedPolicyName', 'Description', 'Path', 'Users', 'Groups'),
});

export const role = z.strictObject({
  ManagedPolicyArns: z.array(text).optional(),
  Policies: z.array(named).optional(),
  ...ignoring(
    'AssumeRolePolicyDocument',
    'RoleName',
    'Path',
    'Description',
    'MaxSessionDuration',
    'Tags',
    'PermissionsBoundary',
  ),
});

/** Grants of principals on a resource itself, as far as the local cloud asks for them: who may send to a queue. */
export const resourcePolicyDocument = z.looseObject({
  Statement: oneOrMany(
    z.looseObject({
      Effect: z.enum(['Allow', 'Deny']),
      Action: oneOrMany(text),
      Principal: z.union([text, z.record(z.string(), oneOrMany(text))]),
      Condition: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
    }),
  ),
});
