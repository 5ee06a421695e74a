import type { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { ChatFunction } from './chat-function.ts';
import type { Deployment } from './deployment.ts';
import { generatedSecret } from './generated-secret.ts';

/** What the key is derived from that signs web pushes: docs/decisions/0019-the-vapid-key-is-derived.md */
export class VapidKey extends Construct {
  readonly #secret: Secret;

  constructor(scope: Construct, id: string, { deployment }: { deployment: Deployment }) {
    super(scope, id);
    this.#secret = generatedSecret(this, {
      deployment,
      description:
        'Web pushes are signed with a key that follows from it. Browsers that subscribed know that key: it must not change.',
      notRotated: 'With another one, every browser would have to subscribe anew.',
    });
  }

  /** Permission to read it, and `VAPID_SECRET_ARN`. */
  grantRead(fn: ChatFunction): void {
    fn.allow(['secretsmanager:GetSecretValue'], [this.#secret.secretArn]);
    fn.addEnvironment('VAPID_SECRET_ARN', this.#secret.secretArn);
  }
}
