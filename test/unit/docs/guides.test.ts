/** What is written by hand: the README, the guides and the decision records. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { anchorsIn, linksIn } from '../../support/markdown.ts';

const project = join(import.meta.dirname, '../../..');
const guides = ['README.md', 'CHANGELOG.md', ...globSync('docs/{*,decisions/*}.md', { cwd: project })];

it.each(guides)('%s links only to what is there', (guide) => {
  const text = readFileSync(join(project, guide), 'utf8');
  const lost = linksIn(text).filter(({ path, anchor }) => {
    const target = path === '' ? join(project, guide) : join(project, dirname(guide), path);
    if (!existsSync(target)) return true;
    return anchor !== '' && target.endsWith('.md') && !anchorsIn(readFileSync(target, 'utf8')).has(anchor);
  });
  expect(lost).toEqual([]);
});

it('numbers each decision once, as its file does', () => {
  const files = globSync('docs/decisions/*.md', { cwd: project }).sort();
  const numbers = files.map((file) => Number(/\/(\d{4})-/.exec(file)?.[1]));
  expect(numbers).toEqual(files.map((_, i) => i + 1));
  const titled = files.map((file) => Number(/^# (\d+)\. /.exec(readFileSync(join(project, file), 'utf8'))?.[1]));
  expect(titled).toEqual(numbers);
});
