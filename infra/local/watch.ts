import { type FSWatcher, watch } from 'node:fs';

/** Long enough for an editor that writes a file in several steps, or a checkout of many. */
const quietMs = 100;

/**
 * Calls back once the folders have been quiet for a moment after a change. While the work of one call goes on, changes wait for
 * the next, so there is one at a time.
 */
export function onChange(folders: string[], work: () => Promise<void>): { stop(): void } {
  let timer: NodeJS.Timeout | undefined;
  let working = false;
  let again = false;

  const run = async () => {
    if (working) {
      again = true;
      return;
    }
    working = true;
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

  const watchers: FSWatcher[] = folders.map((folder) =>
    watch(folder, { recursive: true }, () => {
      clearTimeout(timer);
      timer = setTimeout(run, quietMs);
    }),
  );

  return {
    stop: () => {
      clearTimeout(timer);
      for (const watcher of watchers) watcher.close();
    },
  };
}
