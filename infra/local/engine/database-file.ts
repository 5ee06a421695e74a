import { existsSync } from 'node:fs';
import { relative } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StartError } from '../start-error.ts';

/** As long as DynamoDB keeps the records of a stream. */
const streamSeconds = 24 * 60 * 60;

export function unreadable(file: string): StartError {
  return new StartError(`The data in ${relative('', file)} cannot be read; \`npm start -- --fresh\` begins anew.`);
}

/**
 * Makes an existing file ready for the engine: intact, indexed, without the records that have left the stream. Does nothing to a
 * file that does not exist yet.
 * @throws {StartError} for a file that is damaged or no database
 */
export function prepareDatabaseFile(file: string, now = Date.now()): void {
  if (!existsSync(file)) return;
  try {
    inDatabase(file, (database) => {
      const [check] = database.prepare('PRAGMA quick_check(1)').all();
      if (check?.quick_check !== 'ok') throw unreadable(file);
      const known = database.prepare("SELECT 1 FROM sqlite_master WHERE name = '_stream_records'").get();
      if (known === undefined) return;
      index(database);
      // The engine numbers a record after the newest it finds, so that one stays.
      database
        .prepare(
          `DELETE FROM _stream_records WHERE created_at < ? AND CAST(sequence_number AS INTEGER) <
           (SELECT MAX(CAST(newer.sequence_number AS INTEGER)) FROM _stream_records newer
            WHERE newer.table_name = _stream_records.table_name)`,
        )
        .run(Math.floor(now / 1000) - streamSeconds);
    });
  } catch (error) {
    throw error instanceof StartError ? error : unreadable(file);
  }
}

/**
 * Gives the engine the index that it lacks: without it every write looks through all records of the stream. For a file that the
 * engine has just made, while it runs.
 */
export function indexStreamRecords(file: string): void {
  inDatabase(file, index);
}

function index(database: DatabaseSync): void {
  database.exec(
    `CREATE INDEX IF NOT EXISTS parley_stream_records
     ON _stream_records(table_name, CAST(sequence_number AS INTEGER))`,
  );
}

function inDatabase(file: string, work: (database: DatabaseSync) => void): void {
  const database = new DatabaseSync(file);
  try {
    database.exec('PRAGMA busy_timeout = 2000');
    work(database);
  } finally {
    database.close();
  }
}
