/** Secrets Manager: GetSecretValue alone. Secrets are made with their stack. */
import type { CloudModel } from '../model.ts';
import { account, region } from '../model.ts';
import type { SecretValues } from '../secrets.ts';
import type { Service } from './service.ts';
import { AwsError, jsonAnswer, jsonError, jsonRefusals, operationOf, parseJson } from './service.ts';

export const createSecretsManager = (values: () => SecretValues, model: () => CloudModel): Service => ({
  ...jsonRefusals,
  prepare(request) {
    const operation = operationOf(request);
    if (operation !== 'GetSecretValue') {
      throw new AwsError('UnknownOperationException', `The local cloud does not run secretsmanager:${operation}.`);
    }
    const named = String(parseJson(request.body).SecretId ?? '');
    // A secret is known by its name, its ARN, and its ARN without the random characters at the end.
    const secret = model().secrets.find(
      ({ name, arn }) => named !== '' && [name, arn, arn.slice(0, -7)].includes(named),
    );
    return {
      action: 'secretsmanager:GetSecretValue',
      needs: [
        {
          action: 'secretsmanager:GetSecretValue',
          resource: secret?.arn ?? `arn:aws:secretsmanager:${region}:${account}:secret:${named}`,
        },
      ],
      async run() {
        const found = secret && values().get(secret.arn);
        if (!secret || !found) {
          throw new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
        }
        return jsonAnswer('1.1', 200, {
          ARN: secret.arn,
          Name: secret.name,
          VersionId: found.versionId,
          VersionStages: ['AWSCURRENT'],
          SecretString: found.value,
          CreatedDate: found.createdAt / 1000,
        });
      },
    };
  },
  spell: (error) => jsonError('1.1', error),
  throttled: () => new AwsError('ThrottlingException', 'Rate exceeded'),
  denied: (_need, message) => new AwsError('AccessDeniedException', message),
});
