/** The key set of the canary's issuer, as authorizers ask for it. Asks KMS once per instance. */
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { settingsFrom } from '../../../shared/runtime/settings.ts';
import { createSigningKey, type SigningKey } from '../../../shared/runtime/signing-key.ts';

export const canaryKeys = ({ publicKey }: Pick<SigningKey, 'publicKey'>) => {
  let known: object | undefined;
  return async (): Promise<APIGatewayProxyStructuredResultV2> => {
    known ??= await publicKey();
    return {
      statusCode: 200,
      headers: { 'content-type': 'application/jwk-set+json', 'cache-control': 'public, max-age=3600' },
      body: JSON.stringify({ keys: [known] }),
    };
  };
};

export const handler = canaryKeys(createSigningKey(settingsFrom(process.env).CANARY_KEY_ARN));
