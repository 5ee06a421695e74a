import { type PolicyStatement, region } from '../model.ts';
import { inlinePolicy, managedPolicy, policyDocument, role } from './policies.ts';
import type { Resource, Resources } from './resources.ts';
import type { Unsupported } from './unsupported.ts';

/** AWS's own policies that are known here, by the end of their ARN. */
const awsManaged: Record<string, unknown> = {
  'service-role/AWSLambdaBasicExecutionRole': {
    Statement: {
      Effect: 'Allow',
      Action: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
      Resource: `arn:aws:logs:${region}:*:*`,
    },
  },
  AWSXRayDaemonWriteAccess: {
    Statement: { Effect: 'Allow', Action: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], Resource: '*' },
  },
};

/** @returns every statement of each role by the role's ARN, wherever the template attaches it from. */
export function readRoles(resources: Resources, unsupported: Unsupported): Map<string, PolicyStatement[]> {
  const inline = resources.ofType('AWS::IAM::Policy').map((resource) => resource.read(inlinePolicy));
  const managed = resources
    .ofType('AWS::IAM::ManagedPolicy')
    .map((resource) => ({ arn: resource.ref, ...resource.read(managedPolicy) }));

  function attached(resource: Resource, arn: string): PolicyStatement[] {
    const own = managed.find((policy) => policy.arn === arn);
    if (own !== undefined) return own.PolicyDocument;
    const known = awsManaged[arn.split(':policy/')[1] ?? ''];
    if (known !== undefined) return policyDocument.parse(known);
    unsupported.add(resource, `the managed policy ${arn} is not known here, so it grants nothing`);
    return [];
  }

  return new Map(
    resources.ofType('AWS::IAM::Role').map((resource) => {
      const properties = resource.read(role);
      const statements = [
        ...(properties.Policies ?? []).flatMap((policy) => policy.PolicyDocument),
        ...(properties.ManagedPolicyArns ?? []).flatMap((arn) => attached(resource, arn)),
        ...[...inline, ...managed]
          .filter((policy) => policy.Roles?.includes(resource.ref))
          .flatMap((policy) => policy.PolicyDocument),
      ];
      return [resource.attribute('Arn'), statements];
    }),
  );
}
