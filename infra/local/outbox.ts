/** What would have left for phones and mailboxes: nothing does, from this machine. */
import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

export interface OutboxEntry {
  id: string;
  /** ISO 8601. */
  at: string;
  kind: 'e-mail' | 'push';
  /** An address, or the platform and the endpoint. */
  to: string;
  title: string;
  /** As a person reads it. */
  text: string;
  /** Whatever else was sent, by name. */
  details: Record<string, string>;
}

export interface Outbox {
  add(entry: Omit<OutboxEntry, 'id' | 'at'>): OutboxEntry;
  /** The newest first. */
  entries(): OutboxEntry[];
}

/** The oldest make room. */
const mostEntries = 200;

/**
 * @param file keeps them between runs; one that is damaged counts as empty, since nobody misses what is in it
 * @param now milliseconds since the epoch
 */
export function openOutbox(file: string | undefined, now: () => number): Outbox {
  let entries = file === undefined ? [] : load(file);
  return {
    add: (said) => {
      const entry = { id: randomUUID(), at: new Date(now()).toISOString(), ...said };
      entries = [entry, ...entries].slice(0, mostEntries);
      if (file !== undefined) save(file, entries);
      return entry;
    },
    entries: () => entries,
  };
}

function load(file: string): OutboxEntry[] {
  try {
    const kept: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return Array.isArray(kept) ? (kept as OutboxEntry[]) : [];
  } catch {
    return [];
  }
}

function save(file: string, entries: readonly OutboxEntry[]): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, JSON.stringify(entries));
  renameSync(`${file}.new`, file);
}
