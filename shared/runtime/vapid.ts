/** The key pair with which this deployment signs web pushes: docs/decisions/0019-the-vapid-key-is-derived.md */
import { createECDH, createHash } from 'node:crypto';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { promptly } from '../data/aws-calls.ts';

export interface VapidKeys {
  /** An uncompressed point of P-256, and its scalar, both as base64url. */
  publicKey: string;
  privateKey: string;
}

/** The same for the same secret. Of 2^32 digests about one is no scalar of the curve: then the next. */
export const vapidKeysFrom = (secret: string): VapidKeys => {
  const ecdh = createECDH('prime256v1');
  for (let attempt = 0; ; attempt += 1) {
    const scalar = createHash('sha256').update(`vapid ${attempt} ${secret}`).digest();
    try {
      ecdh.setPrivateKey(scalar);
      return { publicKey: ecdh.getPublicKey('base64url'), privateKey: scalar.toString('base64url') };
    } catch (error) {
      if (attempt > 8) throw error;
    }
  }
};

/** Read when it is first needed, and once per instance. */
export const createVapid = (secretArn: string, client = new SecretsManagerClient(promptly)) => {
  let keys: Promise<VapidKeys> | undefined;
  const read = async (): Promise<VapidKeys> => {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: secretArn }));
    if (!SecretString) throw new Error('The secret of the VAPID key is empty.');
    return vapidKeysFrom(SecretString);
  };
  return {
    keys: (): Promise<VapidKeys> => {
      keys ??= read().catch((error: unknown) => {
        keys = undefined;
        throw error;
      });
      return keys;
    },
  };
};
export type Vapid = ReturnType<typeof createVapid>;
