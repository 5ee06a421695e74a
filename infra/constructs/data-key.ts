import { AnyPrincipal, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import { RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';

const uses = [
  'Encrypt',
  'Decrypt',
  'ReEncryptFrom',
  'ReEncryptTo',
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
  'DescribeKey',
].map((action) => `kms:${action}`);

/**
 * The key of `encryption: customer-managed`: $1 a month, and $0.03 for each 10,000 uses. Its policy lets whoever may use the table, a
 * queue or a secret do so, as the keys of AWS do: no function has rights to the key itself, so that nothing is decrypted but through
 * the service that holds it. It is never to be scheduled for deletion while a backup is wanted.
 */
export const dataKey = (scope: Construct, id: string, { retainData }: { retainData: boolean }): IKey => {
  const stack = Stack.of(scope);
  const key = new Key(scope, id, {
    description: 'Encrypts what Parley stores.',
    enableKeyRotation: true,
    removalPolicy: retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
  });
  key.addToResourcePolicy(
    new PolicyStatement({
      sid: 'WhoeverMayUseWhatItEncrypts',
      principals: [new AnyPrincipal()],
      actions: [...uses, 'kms:CreateGrant'],
      resources: ['*'],
      conditions: {
        StringEquals: {
          'kms:CallerAccount': stack.account,
          'kms:ViaService': ['dynamodb', 'sqs', 'secretsmanager'].map(
            (service) => `${service}.${stack.region}.amazonaws.com`,
          ),
        },
      },
    }),
  );
  key.addToResourcePolicy(
    new PolicyStatement({
      sid: 'Logs',
      principals: [new ServicePrincipal(`logs.${stack.region}.amazonaws.com`)],
      actions: uses,
      resources: ['*'],
      conditions: {
        ArnLike: {
          'kms:EncryptionContext:aws:logs:arn': stack.formatArn({
            service: 'logs',
            resource: 'log-group:*',
          }),
        },
      },
    }),
  );
  key.addToResourcePolicy(
    new PolicyStatement({
      sid: 'Events',
      principals: [new ServicePrincipal('events.amazonaws.com')],
      actions: ['kms:Decrypt', 'kms:GenerateDataKey', 'kms:DescribeKey'],
      resources: ['*'],
      conditions: { StringEquals: { 'aws:SourceAccount': stack.account } },
    }),
  );
  // Whoever takes it finds its policy as it is here: no construct adds a line for itself.
  return Key.fromKeyArn(scope, `${id}-arn`, key.keyArn);
};
