/** A Python of MiniStack's own: a virtual environment below `.parley/`, with exactly what requirements.txt names. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { Mistake } from '../mistake.ts';

const run = promisify(execFile);

const requirements = join(import.meta.dirname, 'requirements.txt');
const oldest = [3, 10] as const;
const candidates = ['python3', 'python3.14', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python'];
/** Installing takes ten seconds over a good network. */
const installMs = 5 * 60_000;

/** There is no Python that will do, or PyPI is out of reach: nothing is wrong with the stacks. */
export class NotToBeHad extends Mistake {}

/**
 * Installs what is not installed yet.
 * @param directory gets one folder per state of requirements.txt; others are removed
 * @returns the interpreter's path
 * @throws NotToBeHad
 */
export const pythonWithMiniStack = async (directory: string, say: (line: string) => void): Promise<string> => {
  const hash = createHash('sha256')
    .update(await readFile(requirements))
    .digest('hex')
    .slice(0, 16);
  const home = join(directory, hash);
  const interpreter = join(home, 'bin', 'python');
  const complete = join(home, 'complete');
  if (existsSync(complete)) return interpreter;
  const base = await findPython();
  say(`Installing MiniStack into ${relative('', home)} …`);
  await mkdir(directory, { recursive: true });
  for (const old of await readdir(directory)) await rm(join(directory, old), { recursive: true, force: true });
  await run(base, ['-m', 'venv', home]).catch((error: unknown) => {
    throw new NotToBeHad(
      `${base} cannot make a virtual environment (on Debian, install python3-venv): ${lastLineOf(error)}`,
    );
  });
  const pip = ['-m', 'pip', 'install', '--disable-pip-version-check', '--no-input', '--quiet'];
  const patience = ['--retries', '1', '--timeout', '10'];
  await run(interpreter, [...pip, ...patience, '--no-deps', '--only-binary', ':all:', '-r', requirements], {
    timeout: installMs,
  }).catch((error: unknown) => {
    throw new NotToBeHad(
      `MiniStack cannot be installed; can PyPI be reached from here? pip says: ${lastLineOf(error)}`,
    );
  });
  // Made last, and by another name at first: an installation that was cut short is begun anew.
  await mkdir(`${complete}.draft`);
  await rename(`${complete}.draft`, complete);
  return interpreter;
};

/** @throws NotToBeHad that names what was found instead */
const findPython = async (): Promise<string> => {
  const found: string[] = [];
  for (const name of candidates) {
    const version = await run(name, ['-c', 'import sys; print(*sys.version_info[:2])']).catch(() => undefined);
    if (version === undefined) continue;
    const [major = 0, minor = 0] = version.stdout.trim().split(' ').map(Number);
    if (major === oldest[0] && minor >= oldest[1]) return name;
    found.push(`${name} is ${major}.${minor}`);
  }
  throw new NotToBeHad(
    `MiniStack runs on Python ${oldest.join('.')} or newer, and ${found.length === 0 ? 'there is none on the path' : found.join(', ')}.`,
  );
};

const lastLineOf = (error: unknown): string => {
  const { stderr = '', message } = error as Error & { stderr?: string };
  return (stderr.trim().split('\n').at(-1) || message).trim();
};
