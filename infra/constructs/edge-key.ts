import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { RemovalPolicy, SecretValue } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { Mistake } from '../mistake.ts';
import type { Settings } from '../settings.ts';
import { accept } from './accepted.ts';
import type { ChatFunction } from './chat-function.ts';

/** CloudFront, its firewall and its certificates are there, wherever the rest is. */
export const edgeRegion = 'us-east-1';

/** The stack of the edge is in another region, where CloudFormation finds secrets by their names alone. */
const nameOf = (stage: string): string => `parley-${stage}-edge`;

/** What CloudFront shows to the APIs: docs/decisions/0024-one-domain-in-front.md. Whoever comes without it came past the firewall. */
export class EdgeKey extends Construct {
  readonly #secret: Secret;

  constructor(scope: Construct, id: string, { stage, region }: Settings) {
    super(scope, id);
    if (region === null) throw new Mistake('The edge has to know the region of the rest.');
    this.#secret = new Secret(this, 'Secret', {
      secretName: nameOf(stage),
      description: 'What CloudFront shows to the APIs.',
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
      // Nothing is lost with it, and a name that is kept is in the way of the next stack.
      removalPolicy: RemovalPolicy.DESTROY,
      ...(region === edgeRegion ? {} : { replicaRegions: [{ region: edgeRegion }] }),
    });
    accept(this.#secret, 'SMG4', 'CloudFront and both authorizers change it together: docs/deploy.md says how.');
  }

  /** Permission to read it, and `EDGE_KEY_ARN`. */
  grantRead(fn: ChatFunction): void {
    fn.allow(['secretsmanager:GetSecretValue'], [this.#secret.secretArn]);
    fn.addEnvironment('EDGE_KEY_ARN', this.#secret.secretArn);
  }

  /** It, for the properties of a resource in the region of the edge: CloudFormation puts it there, and no template shows it. */
  static inEdgeRegion(stage: string): string {
    return SecretValue.secretsManager(nameOf(stage)).unsafeUnwrap();
  }
}
