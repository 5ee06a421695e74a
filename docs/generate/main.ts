/**
 * `npm run docs` writes the generated pages; with `--check` it names those that are stale and fails.
 * `--root` is the folder that holds `docs/`, unless it is this project's.
 */
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { runDocs } from './run.ts';

const { values } = parseArgs({
  options: {
    check: { type: 'boolean', default: false },
    root: { type: 'string', default: fileURLToPath(new URL('../../', import.meta.url)) },
  },
});

const { said, complaints } = await runDocs({ root: pathToFileURL(`${values.root}/`), check: values.check });
for (const line of said) console.log(line);
for (const line of complaints) console.error(line);
if (complaints.length > 0) process.exitCode = 1;
