import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, relative } from 'node:path';
import { StartError } from '../start-error.ts';
import { isObject, parseJson } from './json.ts';

/** Shard → sequence number of the last record that is dealt with; empty for none yet, `end` for all of a closed shard. */
export type Places = Record<string, string>;

/** How far each event source mapping has come, kept between runs. */
export interface Checkpoints {
  /** @param streamArn the engine's ARN: places in another, older stream mean nothing in this one. */
  placesOf(mapping: string, streamArn: string): Places | undefined;
  set(mapping: string, streamArn: string, shardId: string, place: string): void;
  forget(mapping: string, shardId: string): void;
  /** Resolves when everything set so far is on disk. */
  flush(): Promise<void>;
}

type Stored = Record<string, { stream: string; shards: Places }>;

/**
 * @param file undefined keeps them in memory. It is replaced as a whole, so that a crash leaves the old one or the new one; what
 *   was done after the last write is done again.
 * @throws {StartError} if it is damaged
 */
export async function openCheckpoints(file: string | undefined): Promise<Checkpoints> {
  const stored: Stored = file === undefined ? {} : await load(file);
  let changed = false;
  let writing: Promise<void> | undefined;

  const write = async (path: string) => {
    await mkdir(dirname(path), { recursive: true });
    changed = false;
    await writeFile(`${path}.new`, JSON.stringify(stored));
    await rename(`${path}.new`, path);
  };
  const save = () => {
    changed = true;
    if (file === undefined) return;
    if (writing) return;
    writing = write(file).finally(() => {
      writing = undefined;
      if (changed) save();
    });
    // A failed write is found by `flush`, or by the next one that succeeds.
    writing.catch(() => undefined);
  };

  return {
    placesOf: (mapping, streamArn) => {
      const entry = stored[mapping];
      return entry?.stream === streamArn ? entry.shards : undefined;
    },
    set: (mapping, streamArn, shardId, place) => {
      const entry = stored[mapping];
      if (entry?.stream === streamArn) entry.shards[shardId] = place;
      else stored[mapping] = { stream: streamArn, shards: { [shardId]: place } };
      save();
    },
    forget: (mapping, shardId) => {
      delete stored[mapping]?.shards[shardId];
      save();
    },
    flush: async () => {
      while (writing) await writing;
    },
  };
}

async function load(file: string): Promise<Stored> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '{}';
    throw error;
  });
  const stored = parseJson(text);
  if (isObject(stored) && Object.values(stored).every(isEntry)) return stored as Stored;
  throw new StartError(
    `The stream checkpoints in ${relative('', file)} cannot be read; remove that file, or begin anew with \`npm start -- --fresh\`.`,
  );
}

const isEntry = (entry: unknown) => isObject(entry) && typeof entry.stream === 'string' && isObject(entry.shards);
