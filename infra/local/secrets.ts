/** The values of the stacks' secrets: made once, as the template asks, and kept from then on. */
import { randomInt } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import type { SecretModel } from './model.ts';
import { StartError } from './start-error.ts';

export interface SecretValue {
  value: string;
  /** Changes with the value. */
  versionId: string;
  /** Milliseconds since the epoch. */
  createdAt: number;
}

/** By the secret's ARN. */
export type SecretValues = ReadonlyMap<string, SecretValue>;

/**
 * @param file keeps the values between runs; without it, each start has new ones
 * @throws {StartError} if the file is damaged
 */
export function openSecrets(secrets: readonly SecretModel[], file: string | undefined): SecretValues {
  const values = new Map(Object.entries(file === undefined ? {} : load(file)));
  const missing = secrets.filter(({ arn }) => !values.has(arn));
  for (const secret of missing) {
    values.set(secret.arn, { value: firstValueOf(secret), versionId: crypto.randomUUID(), createdAt: Date.now() });
  }
  if (file !== undefined && missing.length > 0) save(file, Object.fromEntries(values));
  return values;
}

/** What Secrets Manager puts into a secret when its stack is created. */
function firstValueOf({ value, generate }: SecretModel): string {
  if (generate === undefined) return value ?? '';
  const password = passwordOf(generate);
  const { within } = generate;
  return within === undefined ? password : JSON.stringify({ ...JSON.parse(within.template), [within.key]: password });
}

function passwordOf({ length, kinds, eachKind }: NonNullable<SecretModel['generate']>): string {
  const anyOf = (characters: string) => characters.charAt(randomInt(characters.length));
  const password = Array.from({ length }, () => anyOf(kinds.join('')));
  const isComplete = kinds.every((kind) => password.some((one) => kind.includes(one)));
  return eachKind && !isComplete && length >= kinds.length
    ? passwordOf({ length, kinds, eachKind, within: undefined })
    : password.join('');
}

function load(file: string): Record<string, SecretValue> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, SecretValue>;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new StartError(
      `The secrets in ${relative('', file)} cannot be read; remove that file, or begin anew with \`npm start -- --fresh\`.`,
    );
  }
}

function save(file: string, values: Record<string, SecretValue>): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, JSON.stringify(values), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
