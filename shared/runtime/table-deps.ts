/** What handlers of sockets have in common that look at the table. As deps.ts has it, which adds the rest. */
import { createLimits, type Limits } from '../data/limits.ts';
import { createMembers, type Members } from '../data/members.ts';
import { createPlaces, type Places } from '../data/places.ts';
import { createQuotes, type Quotes } from '../data/quotes.ts';
import { createReplies, type Replies } from '../data/replies.ts';
import { openTable, type Table } from '../data/table.ts';
import { type Clock, systemClock } from '../domain/clock.ts';
import type { Makers } from './lazily.ts';
import { type Settings, settingsFrom } from './settings.ts';

export interface TableDeps {
  clock: Clock;
  settings: Settings;
  table: Table;
  limits: Limits;
  places: Places;
  members: Members;
  replies: Replies;
  quotes: Quotes;
}

export const tableMakers = (environment: NodeJS.ProcessEnv): Makers<TableDeps> => ({
  clock: () => systemClock,
  settings: () => settingsFrom(environment),
  table: ({ settings }) => openTable(settings.TABLE_NAME),
  limits: ({ settings }) => createLimits(settings.TENANT_SETTINGS),
  places: ({ table }) => createPlaces(table),
  members: (deps) => createMembers(deps),
  replies: (deps) => createReplies(deps),
  quotes: (deps) => createQuotes(deps),
});
