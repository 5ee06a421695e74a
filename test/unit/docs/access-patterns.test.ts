/** The page of access patterns against the functions that shared/data makes: one cannot be written, or go, without the other. */
import { readdir, readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';

const project = new URL('../../../', import.meta.url);
const folder = new URL('shared/data/', project);

/** They ask settings, not the table. */
const noPatterns = new Set(['limits']);

interface Noun {
  name: string;
  functions: string[];
}

const camelCase = (text: string) => text.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

const functionsOf = (some: object) =>
  Object.entries(some).flatMap(([name, value]) => (typeof value === 'function' ? [name] : []));

/** What a creator makes is the same whatever it is handed: none of it is called. */
const madeBy = (exports: Record<string, unknown>): Noun[] =>
  Object.entries(exports).flatMap(([name, create]) => {
    const [, first, rest] = /^create(\w)(\w*)$/.exec(name) ?? [];
    if (!first || typeof create !== 'function') return [];
    return [{ name: `${first.toLowerCase()}${rest}`, functions: functionsOf(create({})) }];
  });

const named = ({ name, functions }: Noun) => functions.map((one) => `${name}.${one}`);

describe('the access patterns', () => {
  const made: Noun[] = [];
  const exported: Noun[] = [];
  let onPage: string[] = [];

  beforeAll(async () => {
    for (const file of await readdir(folder)) {
      const exports = (await import(new URL(file, folder).href)) as Record<string, unknown>;
      made.push(...madeBy(exports));
      exported.push({ name: camelCase(file.replace(/\.ts$/, '')), functions: functionsOf(exports) });
    }
    const page = await readFile(new URL('docs/access-patterns.md', project), 'utf8');
    onPage = [...page.matchAll(/`([a-zA-Z]+\.[a-zA-Z]+)`/g)].map(([, name = '']) => name);
  });

  it('name every function that reads or writes the table', () => {
    const patterns = made.filter(({ name }) => !noPatterns.has(name)).flatMap(named);
    expect(patterns.length).toBeGreaterThan(40);
    expect(patterns.filter((name) => !onPage.includes(name))).toEqual([]);
  });

  it('name none that is not there', () => {
    const known = [...made, ...exported].flatMap(named);
    expect(onPage.filter((name) => !known.includes(name))).toEqual([]);
  });
});
