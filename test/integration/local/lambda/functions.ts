/** Functions for the pool to run: each a source text in a directory of its own. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FunctionModel } from '../../../../infra/local/model.ts';
import { account, region } from '../../../../infra/local/model.ts';

export const codeOf = (source: string): string => {
  const directory = mkdtempSync(join(tmpdir(), 'function-'));
  writeFileSync(join(directory, 'index.mjs'), source);
  return directory;
};

export const aFunction = (name: string, source: string, settings: Partial<FunctionModel> = {}): FunctionModel => ({
  logicalId: name,
  name: `Test/${name}`,
  arn: `arn:aws:lambda:${region}:${account}:function:${name}`,
  codeDirectory: codeOf(source),
  handler: 'index.handler',
  environment: {},
  timeoutSeconds: 5,
  memoryMb: 128,
  reservedConcurrency: undefined,
  statements: [],
  invokers: [],
  ...settings,
});
