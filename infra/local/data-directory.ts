import { mkdirSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StartError } from './start-error.ts';

/** Where a cloud keeps what outlives it. One process at a time has it. */
export interface DataDirectory {
  /** For people: relative to where they are. */
  path: string;
  databaseFile: string;
  checkpointsFile: string;
  keyFile: string;
  secretsFile: string;
  queueDirectory: string;
  /** Gives it to the next process. */
  release(): void;
}

/**
 * Takes the directory for this process.
 * @param fresh removes what an earlier cloud left there
 * @throws {StartError} if another process has it, or it cannot be written
 */
export function openDataDirectory(directory: string, fresh = false): DataDirectory {
  const data = join(directory, 'data');
  const path = relative('', data) || data;
  let lock: DatabaseSync;
  try {
    mkdirSync(directory, { recursive: true });
    lock = new DatabaseSync(join(directory, 'lock.db'));
  } catch (error) {
    throw new StartError(`${relative('', directory)} cannot be written: ${(error as Error).message}.`);
  }
  try {
    // The database is empty. Its lock is the operating system's, which lets go however a process ends.
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch {
    lock.close();
    throw new StartError(`Another Parley is running on the data in ${path}; stop it first.`);
  }
  if (fresh) rmSync(data, { recursive: true, force: true });
  mkdirSync(data, { recursive: true });
  return {
    path,
    databaseFile: join(data, 'tables.db'),
    checkpointsFile: join(data, 'stream-checkpoints.json'),
    keyFile: join(data, 'identity-keys.json'),
    secretsFile: join(data, 'secrets.json'),
    queueDirectory: join(data, 'queues'),
    release: () => lock.close(),
  };
}
