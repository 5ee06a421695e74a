import { z } from 'zod';
import type { KeyModel } from '../model.ts';
import type { Resources } from './resources.ts';
import { ignoring, text } from './scalars.ts';
import type { Unsupported } from './unsupported.ts';

const properties = z.strictObject({
  KeySpec: text.default('SYMMETRIC_DEFAULT'),
  KeyUsage: text.default('ENCRYPT_DECRYPT'),
  ...ignoring('Description', 'KeyPolicy', 'PendingWindowInDays', 'Enabled', 'MultiRegion', 'Tags', 'EnableKeyRotation'),
});

/** Those that sign: nothing here encrypts with keys of its own. */
export function readKeys(resources: Resources, unsupported: Unsupported): KeyModel[] {
  return resources.ofType('AWS::KMS::Key').flatMap((resource) => {
    const { KeySpec, KeyUsage } = resource.read(properties);
    if (KeySpec !== 'RSA_2048' || KeyUsage !== 'SIGN_VERIFY') {
      unsupported.add(resource, 'keys are run here only if they are of RSA_2048 and sign');
      return [];
    }
    return [{ id: resource.ref, arn: resource.attribute('Arn') }];
  });
}
