/** KMS: key pairs that sign, made when they are first asked for and gone with the cloud. */
import { generateKeyPairSync, type KeyPairKeyObjectResult, sign } from 'node:crypto';
import type { CloudModel } from '../model.ts';
import type { Answer, Service } from './service.ts';
import { AwsError, jsonAnswer, jsonError, jsonRefusals, operationOf, parseJson } from './service.ts';

const algorithm = 'RSASSA_PKCS1_V1_5_SHA_256';

export const createKms = (model: () => CloudModel): Service => {
  const pairs = new Map<string, KeyPairKeyObjectResult>();
  const pairOf = (arn: string): KeyPairKeyObjectResult => {
    const pair = pairs.get(arn) ?? generateKeyPairSync('rsa', { modulusLength: 2_048 });
    pairs.set(arn, pair);
    return pair;
  };

  const run: Record<string, (arn: string, input: Record<string, unknown>) => Record<string, unknown>> = {
    Sign: (arn, { Message, SigningAlgorithm, MessageType = 'RAW' }) => {
      if (SigningAlgorithm !== algorithm || MessageType !== 'RAW') {
        throw new AwsError('ValidationException', `The local cloud signs messages by ${algorithm} alone.`);
      }
      const signature = sign('sha256', Buffer.from(String(Message), 'base64'), pairOf(arn).privateKey);
      return { Signature: signature.toString('base64'), SigningAlgorithm };
    },
    GetPublicKey: (arn) => ({
      PublicKey: pairOf(arn).publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
      KeySpec: 'RSA_2048',
      KeyUsage: 'SIGN_VERIFY',
      SigningAlgorithms: [algorithm],
    }),
  };

  return {
    ...jsonRefusals,
    prepare(request) {
      const operation = operationOf(request);
      const work = run[operation];
      if (!work) throw new AwsError('UnknownOperationException', `The local cloud does not run kms:${operation}.`);
      const input = parseJson(request.body);
      const named = String(input.KeyId ?? '');
      const key = model().keys.find(({ id, arn }) => [id, arn].includes(named));
      const action = `kms:${operation}`;
      return {
        action,
        needs: [{ action, resource: key?.arn ?? named }],
        async run(): Promise<Answer> {
          if (!key) throw new AwsError('NotFoundException', `Key '${named}' does not exist`);
          return jsonAnswer('1.1', 200, { KeyId: key.arn, ...work(key.arn, input) });
        },
      };
    },
    spell: (error) => jsonError('1.1', error),
    throttled: () => new AwsError('ThrottlingException', 'Rate exceeded'),
    denied: (_need, message) => new AwsError('AccessDeniedException', message),
  };
};
