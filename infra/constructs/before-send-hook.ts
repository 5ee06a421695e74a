import { createHash } from 'node:crypto';
import { CfnOutput, Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { ChatFunction } from './chat-function.ts';
import type { Deployment } from './deployment.ts';
import { generatedSecret } from './generated-secret.ts';

interface BeforeSendHookProps {
  deployment: Deployment;
  tenant: string;
  url: string;
}

/** A tenant may be called whatever it likes, a function may not. */
const shortOf = (tenant: string): string => createHash('sha256').update(tenant).digest('hex').slice(0, 12);

/** Of the function that asks a tenant's hook which has an address. */
export const hookFunctionName = (stage: string, tenant: string): string =>
  `parley-${stage}-before-send-${shortOf(tenant)}`;

/**
 * The function that asks one tenant's hook at its address: one for each, so that a hook that hangs holds up no other tenant's. It alone
 * may read the secret that its requests are signed with.
 */
export class BeforeSendHook extends ChatFunction {
  constructor(scope: Construct, { deployment, tenant, url }: BeforeSendHookProps) {
    super(scope, `before-send-${shortOf(tenant)}`, {
      deployment,
      entry: 'hook/before-send',
      functionName: hookFunctionName(deployment.settings.stage, tenant),
      description: `Asks the hook of ${tenant} about a message before it is stored.`,
      timeout: Duration.seconds(5),
      // Somebody waits for it to start.
      memory: 1024,
    });
    // Its 64 characters read as 48 bytes of Base64, as Standard Webhooks has secrets.
    const secret = generatedSecret(this, {
      deployment,
      description: `What requests to the before-send hook of ${tenant} are signed with.`,
      notRotated: 'Its other end is the host’s: both change together, by hand.',
    });
    this.allow(['secretsmanager:GetSecretValue'], [secret.secretArn]);
    this.addEnvironment('BEFORE_SEND_KEY_ARN', secret.secretArn);
    this.addEnvironment('BEFORE_SEND_URL', url);
    this.grantWebhookSettings();
    new CfnOutput(this, 'SecretArn', { description: `Secret of the hook of ${tenant}`, value: secret.secretArn });
  }
}
