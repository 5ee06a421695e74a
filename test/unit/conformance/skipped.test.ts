import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { reasons, skipped } from '../../conformance/skipped.ts';
import { filesSkippedOn, skippedOn, titled } from '../../conformance/skipping.ts';

const pathOf = (file: string) => join(import.meta.dirname, '../../e2e', `${file}.test.ts`);

const titlesIn = (source: string): string[] => [...source.matchAll(/(['`])(.+?)\1/g)].map(([, , title = '']) => title);

/** A title that says more than its values alone. */
const isOneOf = (title: string, story: string): boolean => / \w+ /.test(title) && titled(title).test(story);

describe('the list of skipped stories', () => {
  it.each(skipped.map(({ file }) => file))('names stories that exist in %s', (file) => {
    expect(existsSync(pathOf(file))).toBe(true);
    const source = readFileSync(pathOf(file), 'utf8');
    const lost = skipped
      .filter((one) => one.file === file)
      .flatMap(({ stories = [] }) => stories)
      .filter((story) => !titlesIn(source).some((title) => title === story || isOneOf(title, story)));
    expect(lost).toEqual([]);
  });

  it('names no story twice, and gives no reason that nobody has', () => {
    const named = skipped.flatMap(({ file, stories = ['all of it'] }) => stories.map((story) => `${file}: ${story}`));
    expect(named).toEqual([...new Set(named)]);
    expect(new Set(skipped.map(({ why }) => why))).toEqual(new Set(Object.keys(reasons)));
  });
});

describe('skipping', () => {
  it('lets the local cloud run everything', () => {
    expect(filesSkippedOn('local')).toEqual([]);
    for (const { file, stories = [] } of skipped) expect(skippedOn('local', file, stories)).toBeUndefined();
  });

  it('lets a stage on AWS run what only an emulator gets wrong', () => {
    const emulators = skipped.filter(({ on }) => on === 'endpoint');
    expect(emulators).not.toEqual([]);
    for (const { file, stories = [] } of emulators) {
      expect(skippedOn('stage', file, stories.slice(0, 1))).toBeUndefined();
      expect(skippedOn('endpoint', file, stories.slice(0, 1))).toBeDefined();
    }
  });

  it('knows a story whose title holds the values that it is run with', () => {
    const several = skipped.find(({ stories = [] }) => stories.some((story) => story.includes('%s')));
    const [story = ''] = several?.stories?.filter((one) => one.includes('%s')) ?? [];
    expect(skippedOn('endpoint', several?.file ?? '', [story.replaceAll('%s', 'any value')])).toBe(several);
    expect(skippedOn('endpoint', several?.file ?? '', [`${story}, not`])).toBeUndefined();
  });
});
