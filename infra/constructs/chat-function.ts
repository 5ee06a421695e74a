import { join } from 'node:path';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  Code,
  type IFunction,
  Function as LambdaFunction,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Duration, RemovalPolicy } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { Mistake } from '../mistake.ts';
import { accept, wildcardFinding } from './accepted.ts';
import type { Deployment } from './deployment.ts';
import { releasedAlias, takesSteps } from './release.ts';

interface ChatFunctionProps {
  deployment: Deployment;
  /** Its file below `functions/`, without `.ts`. */
  entry: string;
  description?: string;
  /** Where somebody has to spell it. CloudFormation makes one up otherwise. */
  functionName?: string;
  timeout?: Duration;
  /** Megabytes; the share of a processor goes with them. */
  memory?: number;
}

/**
 * One Lambda of Parley: its bundle, its log group, and a role that may write to that log group and nothing else. Whatever it
 * touches is granted by the construct that owns it (`table.grantSend(fn)`), together with the variable that names it.
 */
export class ChatFunction extends LambdaFunction {
  /** What API Gateway and event sources call: the alias that releases move step by step, where they do, or the function itself. */
  readonly live: IFunction;
  readonly #deployment: Deployment;
  readonly #role: Role;

  constructor(scope: Construct, id: string, props: ChatFunctionProps) {
    const { deployment, entry, functionName, description, timeout = Duration.seconds(10), memory = 512 } = props;
    const { settings, bundles, dataKey } = deployment;
    const reserved = settings.reservedConcurrency[entry];
    const logGroup = new LogGroup(scope, `${id}-logs`, {
      retention: settings.logRetentionDays,
      ...(dataKey && { encryptionKey: dataKey }),
      removalPolicy: settings.retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    const role = new Role(scope, `${id}-role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    if (settings.observability.tracing)
      accept(role, 'IAM5[Resource::*]', 'Lambda sends its traces to X-Ray, which knows no resources for that.');

    super(scope, id, {
      ...(functionName === undefined ? {} : { functionName }),
      ...(description === undefined ? {} : { description: description.slice(0, 256) }),
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: Code.fromAsset(join(bundles, entry)),
      handler: 'index.handler',
      role,
      logGroup,
      timeout,
      memorySize: memory,
      tracing: settings.observability.tracing ? Tracing.ACTIVE : Tracing.DISABLED,
      ...(reserved === undefined ? {} : { reservedConcurrentExecutions: reserved }),
      environment: {
        LOG_LEVEL: settings.logLevel,
        POWERTOOLS_SERVICE_NAME: 'parley',
        STAGE: settings.stage,
      },
    });
    this.#deployment = deployment;
    this.#role = role;
    this.live = (takesSteps(deployment, entry) ? releasedAlias(this, deployment) : this) as IFunction;
  }

  /**
   * Gives exactly these actions on exactly these resources.
   * @param because why a resource has a wildcard in it, in a sentence; none has one without a reason
   */
  allow(actions: string[], resources: string[], because?: string): void {
    for (const resource of resources.filter((one) => one.includes('*'))) {
      if (because === undefined) throw new Mistake(`${this.node.path} may do something to ${resource}: say why.`);
      accept(this.#role, wildcardFinding(this, resource), because);
    }
    this.addToRolePolicy(new PolicyStatement({ actions, resources }));
  }

  /** Tells it for how long a sign of life counts: `PRESENCE_SETTINGS`. */
  grantPresenceSettings(): void {
    this.addEnvironment('PRESENCE_SETTINGS', JSON.stringify(this.#deployment.settings.presence));
  }

  /** Tells it whether, whence and how users are notified: `NOTIFICATION_SETTINGS`. */
  grantNotificationSettings(): void {
    this.addEnvironment('NOTIFICATION_SETTINGS', JSON.stringify(this.#deployment.settings.notifications));
  }

  /** Tells it where webhooks may lead, and how patient to be with them: `WEBHOOK_SETTINGS`. */
  grantWebhookSettings(): void {
    const { allowLocal, timeoutSeconds, firstRetrySeconds } = this.#deployment.settings.webhooks;
    this.addEnvironment('WEBHOOK_SETTINGS', JSON.stringify({ allowLocal, timeoutSeconds, firstRetrySeconds }));
  }

  /** Tells it what its tenants may do: `TENANT_SETTINGS`, where a tenant has only what differs from the default. */
  grantLimits(): void {
    this.addEnvironment('TENANT_SETTINGS', JSON.stringify(this.#deployment.settings.limits));
  }
}
