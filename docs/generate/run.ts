import { refresh, stalePages } from './freshness.ts';
import { pages } from './pages.ts';
import { brokenPromises } from './published-events.ts';

/** What the command says. It fails if it complains. */
interface Outcome {
  said: string[];
  complaints: string[];
}

/**
 * Writes the generated pages or, with `check`, names those that are stale. Where an event would break what was published of it, it names
 * the field and writes nothing.
 * @param root the folder that holds `docs/`, with a slash at its end
 */
export const runDocs = async ({ root, check }: { root: URL; check: boolean }): Promise<Outcome> => {
  const broken = await brokenPromises(root);
  if (broken.length > 0) {
    const cure = 'Published events may gain fields, and nothing else: docs/events.md says how to change one.';
    return { said: [], complaints: [...broken, cure] };
  }
  if (check) {
    const stale = await stalePages(pages, root);
    const cure = stale.length > 0 ? ['Run `npm run docs` and commit what it writes.'] : [];
    return { said: [], complaints: [...stale.map(({ path }) => `${path} is stale.`), ...cure] };
  }
  const written = await refresh(pages, root);
  const said = written.map(({ path }) => `Wrote ${path}`);
  return { said: said.length > 0 ? said : ['Everything is up to date.'], complaints: [] };
};
