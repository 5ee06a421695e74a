/** docs/benchmarks.md: people write what is around the results, `npm run bench -- --write` what is between its markers. */
import { readFile, writeFile } from 'node:fs/promises';

const path = new URL('../../docs/benchmarks.md', import.meta.url);

/** Puts a text between `<!-- <name> -->` and `<!-- /<name> -->`; the rest stays. @throws if the page has no such markers */
export const writeResults = async (name: string, text: string): Promise<void> => {
  const page = await readFile(path, 'utf8');
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/benchmarks.md needs a line ${begin} and, below it, a line ${end}.`);
  await writeFile(path, `${page.slice(0, from + begin.length)}\n\n${text}\n\n${page.slice(to)}`);
};
