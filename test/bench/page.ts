/** docs/benchmarks.md and docs/cost.md: people write what is around the results, the command with `--write` what is between its markers. */
import { readFile, writeFile } from 'node:fs/promises';

/** Puts a text between `<!-- <name> -->` and `<!-- /<name> -->`; the rest stays. @throws if the page has no such markers */
export const writeResults = async (name: string, text: string, pageName = 'benchmarks.md'): Promise<void> => {
  const path = new URL(`../../docs/${pageName}`, import.meta.url);
  const page = await readFile(path, 'utf8');
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/${pageName} needs a line ${begin} and, below it, a line ${end}.`);
  await writeFile(path, `${page.slice(0, from + begin.length)}\n\n${text}\n\n${page.slice(to)}`);
};
