import { MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import {
  type ILambdaDeploymentConfig,
  LambdaApplication,
  LambdaDeploymentConfig,
  LambdaDeploymentGroup,
} from 'aws-cdk-lib/aws-codedeploy';
import { ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Alias, type IVersion, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Duration, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { Settings } from '../settings.ts';
import { accept } from './accepted.ts';
import { articledAlarm } from './alarm.ts';
import type { Deployment } from './deployment.ts';

type Steps = Settings['releases']['steps'];

const configOf: Record<Exclude<Steps, 'at-once'>, ILambdaDeploymentConfig> = {
  'canary-5-minutes': LambdaDeploymentConfig.CANARY_10PERCENT_5MINUTES,
  'canary-15-minutes': LambdaDeploymentConfig.CANARY_10PERCENT_15MINUTES,
  'linear-10-minutes': LambdaDeploymentConfig.LINEAR_10PERCENT_EVERY_1MINUTE,
};

/** Whether releases reach the function of this entry step by step. */
export const takesSteps = ({ settings: { releases } }: Deployment, entry: string): boolean =>
  releases.steps !== 'at-once' && releases.functions.includes(entry);

/**
 * An alias of the function that each deployment moves to its new version: a tenth of what comes in first, then the rest. If more than
 * one in a hundred runs of the new version fails, CodeDeploy moves the alias back, and CloudFormation the stack with it.
 */
export const releasedAlias = (fn: LambdaFunction, deployment: Deployment): Alias => {
  const { steps } = deployment.settings.releases;
  if (steps === 'at-once') throw new Error('Functions have aliases where releases take steps.');
  const aliasName = 'live';
  const version = fn.currentVersion;
  const alias = new Alias(fn, 'Live', { aliasName, version: version as IVersion });
  const ofVersion = (metricName: string) =>
    new Metric({
      namespace: 'AWS/Lambda',
      metricName,
      dimensionsMap: {
        FunctionName: fn.functionName,
        Resource: `${fn.functionName}:${aliasName}`,
        ExecutedVersion: version.version,
      },
      statistic: 'Sum',
      period: Duration.minutes(1),
    });
  const alarm = articledAlarm(fn, 'ReleaseAlarm', {
    deployment,
    says: `The new version of ${fn.node.id} fails.`,
    article: 'a-release-went-back',
    metric: new MathExpression({
      expression: '100 * errors / invocations',
      usingMetrics: { errors: ofVersion('Errors'), invocations: ofVersion('Invocations') },
      period: Duration.minutes(1),
      label: 'failed runs in a hundred',
    }),
    above: 1,
  });
  const { application, role } = releasesOf(Stack.of(fn));
  new LambdaDeploymentGroup(fn, 'Release', {
    application,
    role,
    alias,
    deploymentConfig: configOf[steps],
    alarms: [alarm],
    autoRollback: { failedDeployment: true, stoppedDeployment: true, deploymentInAlarm: true },
  });
  return alias;
};

/** What all releases of a stack share. */
class Releases extends Construct {
  readonly application: LambdaApplication;
  readonly role: Role;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.application = new LambdaApplication(this, 'Application');
    this.role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('codedeploy.amazonaws.com'),
      managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName('service-role/AWSCodeDeployRoleForLambdaLimited')],
    });
    accept(
      this.role,
      'IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSCodeDeployRoleForLambdaLimited]',
      'What CodeDeploy does during a release is for CodeDeploy to say: a policy of our own that lacks an action would stop a release half-way.',
    );
  }
}

const releasesOf = (stack: Stack): Releases =>
  (stack.node.tryFindChild('Releases') as Releases | undefined) ?? new Releases(stack, 'Releases');
