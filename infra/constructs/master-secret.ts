import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { RemovalPolicy } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { ChatFunction } from './chat-function.ts';

/**
 * A secret that the stack makes up and nobody ever sees: keys are made of it. What is encrypted under them is lost with it, so it must
 * stay as it is: CloudFormation would generate another one for a change of how it is generated.
 */
export class MasterSecret extends Construct {
  readonly #secret: Secret;

  constructor(scope: Construct, id: string, { description, retainData }: { description: string; retainData: boolean }) {
    super(scope, id);
    this.#secret = new Secret(this, 'Secret', {
      description,
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
      removalPolicy: retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
  }

  /** Permission to read it, and its ARN under this name. */
  grantRead(fn: ChatFunction, variable: `${string}_KEY_ARN`): void {
    fn.allow(['secretsmanager:GetSecretValue'], [this.#secret.secretArn]);
    fn.addEnvironment(variable, this.#secret.secretArn);
  }
}
