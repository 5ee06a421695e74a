import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { glob, mkdir, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { StartError } from './start-error.ts';

/** The app could not be synthesised: a setting is wrong, or code does not compile. The message is what the app itself said. */
export class SynthError extends StartError {}

export interface SynthOptions {
  /** The project's folder. */
  root?: string;
  /** Gets one folder per state of the inputs. */
  directory?: string;
  /** Relative to the root. */
  app?: string;
  /** What decides the outcome: globs relative to the root. */
  inputs?: string[];
  /** Inputs that don't, after all. */
  excluded?: string[];
  /** The CDK's context values. */
  context?: Record<string, unknown>;
}

const projectRoot = resolve(import.meta.dirname, '../..');

export const projectInputs = [
  'infra/**/*',
  'functions/**/*',
  'shared/**/*',
  'docs/reference/**/*',
  'cdk.json',
  'package-lock.json',
];

/** An assembly that nobody asked for in this long is removed. */
const keptMs = 7 * 24 * 60 * 60 * 1000;

/**
 * Synthesises the app, unless that was done before with the same inputs. Safe to call from several processes at once.
 * @returns the folder of the cloud assembly, which stays as it is
 * @throws {SynthError} with the app's own words
 */
export async function synthesize({
  root = projectRoot,
  directory = join(root, '.parley/cloud-assembly'),
  app = 'infra/app.ts',
  inputs = projectInputs,
  excluded = ['infra/local/**'],
  context = { stage: 'local' },
}: SynthOptions = {}): Promise<string> {
  const hash = await hashOf(root, { inputs, excluded, also: JSON.stringify([app, context]) });
  const assembly = join(directory, hash);
  if (!existsSync(join(assembly, 'manifest.json'))) await synthesizeInto(assembly, { root, directory, app, context });
  const now = new Date();
  await utimes(assembly, now, now);
  await removeOld(directory, hash, now.getTime());
  return assembly;
}

async function synthesizeInto(
  assembly: string,
  { root, directory, app, context }: Required<Pick<SynthOptions, 'root' | 'directory' | 'app' | 'context'>>,
): Promise<void> {
  const draft = join(directory, `draft-${randomUUID()}`);
  await mkdir(draft, { recursive: true }).catch((error: Error) => {
    throw new StartError(`${relative('', directory)} cannot be written: ${error.message}.`);
  });
  try {
    await run(join(root, app), root, { CDK_OUTDIR: draft, CDK_CONTEXT_JSON: JSON.stringify(context) });
    await rename(draft, assembly).catch((error: NodeJS.ErrnoException) => {
      // Somebody else was faster: theirs is the same.
      if (!existsSync(join(assembly, 'manifest.json'))) throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function run(script: string, root: string, environment: Record<string, string>): Promise<void> {
  const child = spawn(process.execPath, [script], {
    cwd: root,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      said += chunk;
    });
  }
  const [code] = (await once(child, 'close')) as [number | null];
  if (code === 0) return;
  const missing = /Cannot find (?:package|module) '([^'./][^']*)'/.exec(said)?.[1];
  if (missing !== undefined) throw new StartError(`The package ${missing} is not installed: run \`npm ci\`.`);
  throw new SynthError(said.trim() || `The app ended with exit code ${code}.`);
}

async function hashOf(
  root: string,
  { inputs, excluded, also }: { inputs: string[]; excluded: string[]; also: string },
): Promise<string> {
  const files: string[] = [];
  for await (const entry of glob(inputs, { cwd: root, exclude: excluded, withFileTypes: true })) {
    if (entry.isFile()) files.push(join(entry.parentPath, entry.name));
  }
  const contents = await Promise.all(files.sort().map((file) => readFile(file)));
  const hash = createHash('sha256').update(also).update(process.version);
  for (const [index, content] of contents.entries()) {
    hash.update(`\n${files[index]?.slice(root.length)} ${content.length}\n`).update(content);
  }
  return hash.digest('hex').slice(0, 32);
}

async function removeOld(directory: string, current: string, now: number): Promise<void> {
  for (const name of await readdir(directory)) {
    if (name === current) continue;
    const folder = join(directory, name);
    const modified = await stat(folder).catch(() => undefined);
    if (modified !== undefined && now - modified.mtimeMs > keptMs) await rm(folder, { recursive: true, force: true });
  }
}
