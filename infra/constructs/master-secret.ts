import type { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { ChatFunction } from './chat-function.ts';
import type { Deployment } from './deployment.ts';
import { generatedSecret } from './generated-secret.ts';

/** A secret that nobody ever sees: keys are made of it. What is encrypted under them is lost with it, so it must stay as it is. */
export class MasterSecret extends Construct {
  readonly #secret: Secret;

  constructor(
    scope: Construct,
    id: string,
    { deployment, description }: { deployment: Deployment; description: string },
  ) {
    super(scope, id);
    this.#secret = generatedSecret(this, {
      deployment,
      description,
      notRotated: 'What is encrypted under it would be lost: docs/decisions/0021-webhook-secrets.md.',
    });
  }

  /** Permission to read it, and its ARN under this name. */
  grantRead(fn: ChatFunction, variable: `${string}_KEY_ARN`): void {
    fn.allow(['secretsmanager:GetSecretValue'], [this.#secret.secretArn]);
    fn.addEnvironment(variable, this.#secret.secretArn);
  }
}
