import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { onTestFinished } from 'vitest';

const root = resolve(import.meta.dirname, '../../../..');

/** A project folder of its own, whose infrastructure is the fixture app. */
export async function aProject(): Promise<{ folder: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-project-'));
  await cp(join(root, 'test/fixtures/cdk'), join(folder, 'infra'), { recursive: true });
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** `npm start` in that folder. */
export interface Started {
  process: ChildProcess;
  /** All that it printed so far. */
  output(): string;
  /** Resolves when it has printed this, with the first group of the pattern. */
  prints(pattern: RegExp): Promise<string>;
  /** Exit code, once it has ended. */
  ended: Promise<number>;
}

export function npmStart(folder: string, ...flags: string[]): Started {
  const child = spawn(process.execPath, [join(root, 'infra/local/launch.mjs'), 'main.ts', ...flags], {
    cwd: folder,
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
      child.emit('printed');
    });
  }
  const ended = once(child, 'close').then(([code]) => Number(code));
  return {
    process: child,
    output: () => output,
    prints: async (pattern) => {
      for (;;) {
        const match = pattern.exec(output);
        if (match !== null) return match[1] ?? '';
        const over = await Promise.race([once(child, 'printed').then(() => false), ended.then(() => true)]);
        if (over && !pattern.test(output)) throw new Error(`It ended without printing ${pattern}:\n${output}`);
      }
    },
    ended,
  };
}
