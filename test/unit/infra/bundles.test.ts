import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundle } from '../../../infra/bundle/bundle.ts';
import { entries } from '../../../infra/bundle/entries.ts';

const root = resolve(import.meta.dirname, '../../..');
const folder = mkdtempSync(join(tmpdir(), 'parley-bundles-'));
let sizes: Map<string, number>;

beforeAll(async () => {
  sizes = await bundle(root, folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('bundles', () => {
  it('hold every function', () => {
    expect([...sizes.keys()].sort()).toEqual(entries.map(({ name }) => name).sort());
  });

  it.each(entries.filter(({ name }) => name.startsWith('websocket/')))('$name is 400 KB at most', ({ name }) => {
    expect(sizes.get(name)).toBeLessThanOrEqual(400_000);
  });

  it('load Node’s modules without what hangs on them: http without fetch', () => {
    const file = JSON.stringify(join(folder, 'websocket/message-send/index.js'));
    // Loaded to where it asks for its settings.
    const script = `try { require(${file}) } catch {} console.log(JSON.stringify(process.moduleLoadList))`;
    const loaded = JSON.parse(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' })) as string[];

    expect(loaded).toContain('NativeModule http');
    expect(loaded.filter((one) => one.includes('undici'))).toEqual([]);
    // Nor later on: what is imported while it runs is looked at as a whole, too.
    expect(readFileSync(join(folder, 'websocket/message-send/index.js'), 'utf8')).not.toMatch(/\bimport\(/);
  });

  it('make at their start nothing that takes long and that most events do not need: no segmenter, no list of all emoji', () => {
    const file = join(folder, 'websocket/message-send/index.js');
    const script = `
      let made = 0;
      Intl.Segmenter = class { constructor() { made += 1; } };
      try { require(${JSON.stringify(file)}) } catch {}
      console.log(made)`;

    expect(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' })).toBe('0\n');
    // A literal is read when the function that holds it is, and its sequences with it.
    expect(readFileSync(file, 'utf8')).not.toMatch(/\/\^?\\p\{RGI_Emoji\}/);
  });

  it('are made of every file that exports a handler: none is written and forgotten', () => {
    const handlers = readdirSync(join(root, 'functions'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .filter((file) => /^export const handler\b/m.test(readFileSync(join(root, 'functions', file), 'utf8')))
      .map((file) => file.replace(/\.ts$/, ''));

    expect(handlers.sort()).toEqual(entries.map(({ name }) => name).sort());
  });
});
