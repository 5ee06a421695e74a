import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SecretModel } from '../../../../infra/local/model.ts';
import { openSecrets } from '../../../../infra/local/secrets.ts';
import { StartError } from '../../../../infra/local/start-error.ts';
import { readModel } from '../../../../infra/local/template/read-model.ts';
import { writeAssembly } from '../template/write-assembly.ts';
import { temporaryDirectory } from '../temporary.ts';
import { allow, type Command, type Stack, secret, startStack } from './stack.ts';

describe('Secrets Manager', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack();
  });
  afterAll(() => stack.stop());

  const get = (SecretId: string): Command => ['secrets', 'GetSecretValue', { SecretId }];

  it.each([
    ['name', secret.name],
    ['ARN', secret.arn],
    ['ARN without what is random', secret.arn.slice(0, -7)],
  ])('tells a secret by its %s to who may read it', async (_, id) => {
    await stack.grant([allow('secretsmanager:GetSecretValue', secret.arn)]);
    expect(await stack.run(get(id))).toMatchObject([
      { ARN: secret.arn, Name: 'key', SecretString: 'open sesame', VersionStages: ['AWSCURRENT'] },
    ]);
  });

  it('tells nobody else', async () => {
    await stack.grant([allow('secretsmanager:GetSecretValue', `${secret.arn}x`)]);
    expect(await stack.run(get(secret.arn))).toMatchObject([{ error: 'AccessDeniedException', status: 400 }]);
  });

  it('tells the owner of the account', async () => {
    const client = new SecretsManagerClient({
      endpoint: stack.endpoint.url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'owner', secretAccessKey: 'owner' },
    });
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: secret.arn }));
    client.destroy();
    expect(SecretString).toBe('open sesame');
  });

  it('has no others', async () => {
    await stack.grant([allow('secretsmanager:GetSecretValue')]);
    expect(await stack.run(get('other'))).toMatchObject([{ error: 'ResourceNotFoundException', status: 400 }]);
  });
});

describe('a secret of a template', () => {
  const secretOf = async (GenerateSecretString: object): Promise<SecretModel> => {
    const Thing = { Type: 'AWS::SecretsManager::Secret', Properties: { GenerateSecretString } };
    const [read] = readModel(await writeAssembly({ Stack: { Resources: { Thing } } })).secrets;
    if (!read) throw new Error('The model has no secret.');
    return read;
  };
  const passwordOf = (one: SecretModel, file?: string) => openSecrets([one], file).get(one.arn)?.value ?? '';

  it('is a password of 32 characters of each kind, unless it says otherwise', async () => {
    const usual = await secretOf({});
    expect(passwordOf(usual)).toHaveLength(32);
    for (const kind of [/[a-z]/, /[A-Z]/, /[0-9]/, /[^a-zA-Z0-9]/]) expect(passwordOf(usual)).toMatch(kind);
    expect(passwordOf(usual)).not.toBe(passwordOf(usual));

    const own = await secretOf({ PasswordLength: 64, ExcludePunctuation: true, ExcludeCharacters: 'aA0' });
    expect(passwordOf(own)).toMatch(/^[b-zB-Z1-9]{64}$/);
  });

  it('may be one field of a JSON object', async () => {
    const one = await secretOf({ SecretStringTemplate: '{"user":"ada"}', GenerateStringKey: 'password' });
    expect(JSON.parse(passwordOf(one))).toEqual({ user: 'ada', password: expect.stringMatching(/^.{32}$/) });
  });

  it('stays the same between runs, in a file for its owner alone', async () => {
    const file = join(await temporaryDirectory(), 'data', 'secrets.json');
    const one = await secretOf({});
    const first = passwordOf(one, file);
    expect(passwordOf(one, file)).toBe(first);
    expect(await readFile(file, 'utf8')).toContain(one.arn);
    expect((await stat(file)).mode & 0o077).toBe(0);

    await writeFile(file, '{');
    expect(() => openSecrets([one], file)).toThrow(StartError);
  });
});
