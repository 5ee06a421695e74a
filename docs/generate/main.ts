/**
 * `npm run docs` writes the generated pages; with `--check` it names those that are stale and fails. Where an event would break what was
 * published of it, it names the field, fails, and writes nothing.
 * `--root` is the folder that holds `docs/`, unless it is this project's.
 */
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { refresh, stalePages } from './freshness.ts';
import { pages } from './pages.ts';
import { brokenPromises } from './published-events.ts';

const { values } = parseArgs({
  options: {
    check: { type: 'boolean', default: false },
    root: { type: 'string', default: fileURLToPath(new URL('../../', import.meta.url)) },
  },
});
const root = pathToFileURL(`${values.root}/`);

const broken = await brokenPromises(root);
for (const line of broken) console.error(line);

if (broken.length > 0) {
  console.error('Published events may gain fields, and nothing else: docs/events.md says how to change one.');
  process.exitCode = 1;
} else if (values.check) {
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
