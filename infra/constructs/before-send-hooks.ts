import { createHash } from 'node:crypto';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { ArnFormat, CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { ChatFunction } from './chat-function.ts';
import type { Deployment } from './deployment.ts';

/**
 * Hooks that are asked before a message is stored. One that has an address is asked by a function of its own, which alone may read the
 * secret that signs: a hook that hangs holds up no other tenant's. Of a tenant's own function only the ARN is known.
 */
export class BeforeSendHooks extends Construct {
  /** What a sending function has to know of each hook, by tenant. */
  readonly #asked: Record<string, { functionArn: string; onFailure: 'allow' | 'refuse' }> = {};

  constructor(scope: Construct, id: string, { deployment }: { deployment: Deployment }) {
    super(scope, id);
    const { settings } = deployment;
    for (const [tenant, { url, functionArn, onFailure }] of Object.entries(settings.beforeSend.tenants)) {
      if (url !== undefined) this.#asks(tenant, url, deployment);
      this.#asked[tenant] = { functionArn: functionArn ?? this.#arnOf(settings.stage, tenant), onFailure };
    }
  }

  /** Permission to ask each of them, and `BEFORE_SEND_HOOKS`; nothing where there are none. */
  grantAsk(fn: ChatFunction): void {
    const arns = Object.values(this.#asked).map(({ functionArn }) => functionArn);
    if (arns.length === 0) return;
    fn.allow(['lambda:InvokeFunction'], [...new Set(arns)]);
    fn.addEnvironment('BEFORE_SEND_HOOKS', JSON.stringify(this.#asked));
  }

  #asks(tenant: string, url: string, deployment: Deployment): void {
    const fn = new ChatFunction(this, `before-send-${shortOf(tenant)}`, {
      deployment,
      entry: 'hook/before-send',
      functionName: nameOf(deployment.settings.stage, tenant),
      description: `Asks the hook of ${tenant} about a message before it is stored.`,
      timeout: Duration.seconds(5),
      // Somebody waits for it to start.
      memory: 1024,
    });
    const secret = new Secret(fn, 'Secret', {
      description: `What requests to the before-send hook of ${tenant} are signed with.`,
      // Reads as 48 bytes of Base64, as Standard Webhooks has secrets.
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
      removalPolicy: RemovalPolicy.DESTROY,
    });
    fn.allow(['secretsmanager:GetSecretValue'], [secret.secretArn]);
    fn.addEnvironment('BEFORE_SEND_KEY_ARN', secret.secretArn);
    fn.addEnvironment('BEFORE_SEND_URL', url);
    fn.grantWebhookSettings();
    new CfnOutput(fn, 'SecretArn', { description: `Secret of the hook of ${tenant}`, value: secret.secretArn });
  }

  /** Spelled, not imported from one stack into another: CloudFormation would keep a hook for as long as any stack names it. */
  #arnOf(stage: string, tenant: string): string {
    return Stack.of(this).formatArn({
      service: 'lambda',
      resource: 'function',
      resourceName: nameOf(stage, tenant),
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  }
}

/** A tenant may be called whatever it likes, a function may not. */
const shortOf = (tenant: string): string => createHash('sha256').update(tenant).digest('hex').slice(0, 12);

const nameOf = (stage: string, tenant: string): string => `parley-${stage}-before-send-${shortOf(tenant)}`;
