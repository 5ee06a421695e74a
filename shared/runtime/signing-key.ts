/** A key pair of KMS that signs tokens: nobody ever has its private half. */
import { createPublicKey } from 'node:crypto';
import { GetPublicKeyCommand, KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { promptly } from '../data/aws-calls.ts';

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

export const createSigningKey = (arn: string, client = new KMSClient(promptly)) => {
  const kid = arn.split('/').at(-1) ?? arn;
  return {
    /** @returns a JWT of these claims */
    sign: async (claims: Record<string, unknown>): Promise<string> => {
      const text = `${part({ alg: 'RS256', typ: 'JWT', kid })}.${part(claims)}`;
      const { Signature } = await client.send(
        new SignCommand({
          KeyId: arn,
          Message: Buffer.from(text),
          MessageType: 'RAW',
          SigningAlgorithm: 'RSASSA_PKCS1_V1_5_SHA_256',
        }),
      );
      if (!Signature) throw new Error('KMS signed nothing.');
      return `${text}.${Buffer.from(Signature).toString('base64url')}`;
    },

    /** The public half, as a key set has it. */
    publicKey: async (): Promise<object> => {
      const { PublicKey } = await client.send(new GetPublicKeyCommand({ KeyId: arn }));
      if (!PublicKey) throw new Error('KMS has no such key.');
      const jwk = createPublicKey({ key: Buffer.from(PublicKey), format: 'der', type: 'spki' }).export({
        format: 'jwk',
      });
      return { ...jwk, kid, alg: 'RS256', use: 'sig' };
    },
  };
};
export type SigningKey = ReturnType<typeof createSigningKey>;
