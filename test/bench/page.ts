/** docs/benchmarks.md: people write what is around the results, `npm run bench -- --write` what is between its markers. */
import { readFile, writeFile } from 'node:fs/promises';

const path = new URL('../../docs/benchmarks.md', import.meta.url);

/** @param texts what is to stand between `<!-- <name> -->` and `<!-- /<name> -->`, by name; the rest stays */
export const writeResults = async (texts: Readonly<Record<string, string>>): Promise<void> => {
  const page = await readFile(path, 'utf8');
  await writeFile(
    path,
    Object.entries(texts).reduce((text, [name, inner]) => withBetween(text, name, inner), page),
  );
};

/** @throws if the page has no such markers */
export const withBetween = (page: string, name: string, inner: string): string => {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/benchmarks.md needs a line ${begin} and, below it, a line ${end}.`);
  return `${page.slice(0, from + begin.length)}\n\n${inner}\n\n${page.slice(to)}`;
};
