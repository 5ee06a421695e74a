import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { promptly } from '../data/aws-calls.ts';

/** @returns a function that asks Secrets Manager for the secret's value each time */
export const secretAt =
  (arn: string, client = new SecretsManagerClient(promptly)) =>
  async (): Promise<string> => {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: arn }));
    if (SecretString === undefined) throw new Error('The secret has no value.');
    return SecretString;
  };
