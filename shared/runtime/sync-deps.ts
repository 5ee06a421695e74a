/** What a sync needs, and no other handler of sockets, nor it of what they need: see socket-deps.ts. */
import { createSync, type Sync } from '../data/sync.ts';
import { createThreads, type Threads } from '../data/threads.ts';
import { lazily, type Makers } from './lazily.ts';
import { type TableDeps, tableMakers } from './table-deps.ts';

export interface SyncDeps extends TableDeps {
  threads: Threads;
  sync: Sync;
}

export const syncMakers = (environment: NodeJS.ProcessEnv): Makers<SyncDeps> => ({
  ...tableMakers(environment),
  threads: (deps) => createThreads(deps),
  sync: (deps) => createSync(deps),
});

/** The handler that Lambda calls: made once per instance, of the real dependencies. */
export const live = <Handler>(make: (deps: SyncDeps) => Handler): Handler => make(lazily(syncMakers(process.env)));
