import { expect } from 'vitest';
import type { Person } from './person.ts';

export interface ListPage<Item> {
  items: Item[];
  nextCursor: string | null;
  hasMore: boolean;
}

/** One page of any list. */
export const pageOf = async <Item>(person: Person, path: string, query: Record<string, string | number> = {}) => {
  const text = new URLSearchParams(
    Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]),
  ).toString();
  const body = await person.does<Record<string, unknown>>(
    'GET',
    text ? `${path}${path.includes('?') ? '&' : '?'}${text}` : path,
  );
  const { nextCursor, hasMore, ...rest } = body as { nextCursor: string | null; hasMore: boolean };
  expect(hasMore).toBe(nextCursor !== null);
  const [items] = Object.values(rest) as Item[][];
  return { items: items ?? [], nextCursor, hasMore } satisfies ListPage<Item>;
};

/** All pages of a list, in the order in which they came. What is said to have more has more. */
export const walkOf = async <Item>(
  person: Person,
  path: string,
  limit: number,
  start: Record<string, string | number> = {},
): Promise<Item[][]> => {
  const pages: Item[][] = [];
  let next: Record<string, string | number> | undefined = start;
  while (next) {
    const page: ListPage<Item> = await pageOf<Item>(person, path, { ...next, limit });
    pages.push(page.items);
    next = page.nextCursor === null ? undefined : { cursor: page.nextCursor };
  }
  if (pages.length > 1) expect(pages.at(-1)?.length, 'it was said that there is more').toBeGreaterThan(0);
  return pages;
};
