import { createPublicKey, verify } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { allow, type Command, key, type Stack, startStack } from './stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.stop());

const SigningAlgorithm = 'RSASSA_PKCS1_V1_5_SHA_256';
const sign = (more: object = {}): Command => [
  'kms',
  'Sign',
  { KeyId: key.arn, Message: 'hello', SigningAlgorithm, ...more },
];
const publicKey: Command = ['kms', 'GetPublicKey', { KeyId: key.arn }];

it('signs with a key whose public half it tells', async () => {
  await stack.grant([allow('kms:Sign', key.arn), allow('kms:GetPublicKey', key.arn)]);
  const [signed, told] = (await stack.run(sign(), publicKey)) as [{ Signature: object }, { PublicKey: object }];
  const bytes = (value: object) => Buffer.from(Object.values(value) as number[]);
  const half = createPublicKey({ key: bytes(told.PublicKey), format: 'der', type: 'spki' });
  expect(verify('sha256', Buffer.from('hello'), half, bytes(signed.Signature))).toBe(true);
});

it('does either for those alone who may', async () => {
  await stack.grant([allow('kms:GetPublicKey', key.arn)]);
  expect(await stack.run(sign())).toMatchObject([{ error: 'AccessDeniedException' }]);
  await stack.grant([allow('kms:Sign', key.arn)]);
  expect(await stack.run(publicKey)).toMatchObject([{ error: 'AccessDeniedException' }]);
});

it('has no other keys, and signs in no other way', async () => {
  await stack.grant([allow('kms:Sign')]);
  expect(await stack.run(sign({ KeyId: 'other' }))).toMatchObject([{ error: 'NotFoundException' }]);
  expect(await stack.run(sign({ SigningAlgorithm: 'RSASSA_PSS_SHA_256' }))).toMatchObject([
    { error: 'ValidationException' },
  ]);
});
