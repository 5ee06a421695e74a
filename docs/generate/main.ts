/**
 * `npm run docs` writes the generated pages; with `--check` it names those that are stale and fails.
 * `--root` is the folder that holds `docs/`, unless it is this project's.
 */
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { refresh, stalePages } from './freshness.ts';
import { pages } from './pages.ts';

const { values } = parseArgs({
  options: {
    check: { type: 'boolean', default: false },
    root: { type: 'string', default: fileURLToPath(new URL('../../', import.meta.url)) },
  },
});
const root = pathToFileURL(`${values.root}/`);

if (values.check) {
  const stale = await stalePages(pages, root);
  for (const { path } of stale) console.error(`${path} is stale.`);
  if (stale.length > 0) {
    console.error('Run `npm run docs` and commit what it writes.');
    process.exitCode = 1;
  }
} else {
  const written = await refresh(pages, root);
  for (const { path } of written) console.log(`Wrote ${path}`);
  if (written.length === 0) console.log('Everything is up to date.');
}
