import { z } from 'zod';
import type { SecretModel } from '../model.ts';
import type { Resources } from './resources.ts';
import { flag, ignoring, number, text } from './scalars.ts';

const generation = z.strictObject({
  PasswordLength: number.default(32),
  ExcludeCharacters: text.default(''),
  ExcludeLowercase: flag.default(false),
  ExcludeUppercase: flag.default(false),
  ExcludeNumbers: flag.default(false),
  ExcludePunctuation: flag.default(false),
  IncludeSpace: flag.default(false),
  RequireEachIncludedType: flag.default(true),
  SecretStringTemplate: text.optional(),
  GenerateStringKey: text.optional(),
});

const properties = z.strictObject({
  GenerateSecretString: generation.optional(),
  SecretString: text.optional(),
  ...ignoring('Name', 'Description', 'KmsKeyId', 'ReplicaRegions', 'Tags', 'Type'),
});

export function readSecrets(resources: Resources): SecretModel[] {
  return resources.ofType('AWS::SecretsManager::Secret').map((resource) => {
    const { GenerateSecretString: it, SecretString } = resource.read(properties);
    if (it !== undefined && (it.SecretStringTemplate === undefined) !== (it.GenerateStringKey === undefined)) {
      resource.refuse('GenerateSecretString', 'SecretStringTemplate and GenerateStringKey go together');
    }
    const kinds = it && [
      it.ExcludeLowercase ? '' : 'abcdefghijklmnopqrstuvwxyz',
      it.ExcludeUppercase ? '' : 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
      it.ExcludeNumbers ? '' : '0123456789',
      it.ExcludePunctuation ? '' : '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~',
      it.IncludeSpace ? ' ' : '',
    ];
    const without = (kind: string) => [...kind].filter((one) => !it?.ExcludeCharacters.includes(one)).join('');
    return {
      name: resource.attribute('Name'),
      arn: resource.ref,
      value: SecretString,
      generate: it &&
        kinds && {
          length: it.PasswordLength,
          kinds: kinds.map(without).filter((kind) => kind !== ''),
          eachKind: it.RequireEachIncludedType,
          within:
            it.SecretStringTemplate === undefined
              ? undefined
              : { template: it.SecretStringTemplate, key: it.GenerateStringKey ?? '' },
        },
    };
  });
}
