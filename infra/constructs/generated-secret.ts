import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { RemovalPolicy } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { accept } from './accepted.ts';
import type { Deployment } from './deployment.ts';

interface GeneratedSecretProps {
  deployment: Deployment;
  description: string;
  /** Why nothing replaces it by itself, in a sentence. */
  notRotated: string;
}

/**
 * 64 random letters and digits that the stack makes up. They must be made as they are: CloudFormation would generate others for a
 * change of how they are generated.
 */
export const generatedSecret = (
  scope: Construct,
  { deployment: { settings, dataKey }, description, notRotated }: GeneratedSecretProps,
): Secret => {
  const secret = new Secret(scope, 'Secret', {
    description,
    generateSecretString: { passwordLength: 64, excludePunctuation: true },
    removalPolicy: settings.retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    ...(dataKey && { encryptionKey: dataKey }),
  });
  accept(secret, 'SMG4', notRotated);
  return secret;
};
