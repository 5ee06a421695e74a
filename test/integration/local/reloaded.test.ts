import { expect, it } from 'vitest';
import type { FunctionModel } from '../../../infra/local/model.ts';
import { reloaded } from '../../../infra/local/reloaded.ts';

const aFunction = (name: string, changes: Partial<FunctionModel> = {}): FunctionModel => ({
  logicalId: name,
  name,
  arn: `arn:aws:lambda:us-east-1:000000000000:function:${name}`,
  codeDirectory: '/asset.1',
  handler: 'index.handler',
  environment: {},
  timeoutSeconds: 10,
  memoryMb: 256,
  reservedConcurrency: undefined,
  statements: [],
  invokers: [],
  ...changes,
});
const all = (changes: Partial<FunctionModel> = {}) => ['a', 'b', 'c', 'd'].map((name) => aFunction(name, changes));

it.each([
  ['nothing, where no function changed', all(), undefined],
  ['which functions have other code', [aFunction('a'), aFunction('b', { codeDirectory: '/asset.2' })], 'Reloaded b.'],
  ['which functions have other settings', [aFunction('a', { memoryMb: 512 }), aFunction('b')], 'Reloaded a.'],
  ['which functions are new', [...all(), aFunction('e')], 'Reloaded e.'],
  ['how many, where many changed', all({ codeDirectory: '/asset.2' }), 'Reloaded 4 functions.'],
])('a reload says %s', (_, after, sentence) => {
  expect(reloaded(all(), after)).toBe(sentence);
});
