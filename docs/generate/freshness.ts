/** Whether the pages on disk are what the code would print. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import type { Page } from './pages.ts';

const isMissing = (error: unknown) => error instanceof Error && 'code' in error && error.code === 'ENOENT';

const textAt = async (place: URL): Promise<string | undefined> => {
  try {
    return await readFile(place, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
};

/** @param root the project's folder, with a slash at its end */
export const stalePages = async (pages: readonly Page[], root: URL): Promise<Page[]> => {
  const stale: Page[] = [];
  for (const page of pages) {
    if ((await textAt(new URL(page.path, root))) !== page.render()) stale.push(page);
  }
  return stale;
};

/** Writes what is stale. @returns the pages that it wrote */
export const refresh = async (pages: readonly Page[], root: URL): Promise<Page[]> => {
  const stale = await stalePages(pages, root);
  for (const page of stale) {
    const place = new URL(page.path, root);
    await mkdir(new URL('.', place), { recursive: true });
    await writeFile(place, page.render());
  }
  return stale;
};
