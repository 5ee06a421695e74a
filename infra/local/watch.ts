import { join, sep } from 'node:path';
import { watch } from 'chokidar';

/** Long enough for an editor that writes a file in several steps, or a checkout of many. */
const quietMs = 100;

/**
 * A new folder is read before it is watched, which takes its time on a busy machine: what came in between is looked for so long
 * after the last one came.
 */
const secondLooksMs = [1_000, 4_000];

export interface Watcher {
  stop(): Promise<void>;
}

export interface WatchOptions {
  root: string;
  /** Relative to the root; one that is not there yet is noticed when it comes. */
  folders: string[];
  work(): Promise<void>;
  onError(error: Error): void;
}

/**
 * Calls `work` once the folders have been quiet for a moment after a change. While the work of one call goes on, changes wait for
 * the next, so there is one at a time.
 * @returns when every change from now on is noticed
 */
export async function onChange({ root, folders, work, onError }: WatchOptions): Promise<Watcher> {
  let timer: NodeJS.Timeout | undefined;
  let working = false;
  let again = false;
  const newFolders = new Set<string>();
  let secondLooks: NodeJS.Timeout[] = [];

  const run = async () => {
    if (working) {
      again = true;
      return;
    }
    working = true;
    watcher.add([...newFolders]);
    try {
      await work();
    } finally {
      working = false;
      if (again) {
        again = false;
        void run();
      }
    }
  };

  const lookAgain = () => {
    for (const look of secondLooks) clearTimeout(look);
    secondLooks = secondLooksMs.map((ms) => setTimeout(run, ms));
    secondLooks.push(setTimeout(() => newFolders.clear(), Math.max(...secondLooksMs) + quietMs));
  };

  const ready = Promise.withResolvers<void>();
  // Not Node's own recursive watch: on Linux that loses a file which another was renamed to, as git and many editors write.
  const watched = folders.map((folder) => join(root, folder));
  const watcher = watch(root, { ignoreInitial: true, ignored: (path) => !leadsTo(watched, path) })
    .on('addDir', (path) => {
      newFolders.add(path);
      lookAgain();
    })
    .on('all', () => {
      clearTimeout(timer);
      timer = setTimeout(run, quietMs);
    })
    .on('ready', ready.resolve)
    .on('error', (error) => {
      onError(error as Error);
      ready.resolve();
    });
  await ready.promise;

  return {
    stop: async () => {
      for (const one of [timer, ...secondLooks]) clearTimeout(one);
      await watcher.close();
    },
  };
}

const leadsTo = (folders: string[], path: string) =>
  folders.some((folder) => (path + sep).startsWith(folder + sep) || (folder + sep).startsWith(path + sep));
