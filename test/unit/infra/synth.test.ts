import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../..');
const run = (script: string, args: string[], env: Record<string, string> = {}) =>
  spawnSync(process.execPath, [join(root, 'infra', script), ...args], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });

it.each([
  [['-c', 'stage=Prod'], 'stage is "Prod": it must be a lower-case name of up to 20 letters, digits and hyphens.\n'],
  [['-c', 'stage'], '-c stage: write -c key=value.\n'],
])('npm run synth -- %j says what is wrong in one line, and fails', (args, said) => {
  expect(run('synth.ts', args)).toMatchObject({ status: 1, stdout: '', stderr: said });
});

it('the app says what is wrong in one line, and fails', () => {
  const context = JSON.stringify({ stage: 'nowhere' });

  expect(run('app.ts', [], { CDK_CONTEXT_JSON: context })).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/^infra\/settings\/nowhere\.json is missing: .*\n$/),
  });
});
