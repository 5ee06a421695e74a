import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, expect, it } from 'vitest';
import { placeIn } from '../../../shared/runtime/source-place.ts';

const folder = mkdtempSync(join(tmpdir(), 'parley-place-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Fails by itself, and in a package that it calls. */
const program = `import { failure } from 'pkg';
const words: string = 'no';

export const fails = () =>
  new Error(words);
export const failsBelow = () => {
  return failure(words);
};
`;

const bundled = async (name: string, { sourcemap }: { sourcemap: boolean }) => {
  const [source, pkg] = [join(folder, `${name}.ts`), join(folder, 'node_modules/pkg')];
  mkdirSync(pkg, { recursive: true });
  writeFileSync(
    join(pkg, 'index.js'),
    'export function failure(words) { const error = new Error(words); return error; }',
  );
  writeFileSync(source, program);
  const outfile = join(folder, 'out', name, 'index.cjs');
  await build({ entryPoints: [source], outfile, bundle: true, minify: true, format: 'cjs', sourcemap });
  return createRequire(import.meta.url)(outfile) as Record<'fails' | 'failsBelow', () => Error>;
};

it('tells the place in the sources, by the source map beside a bundle', async () => {
  const { fails } = await bundled('mapped', { sourcemap: true });

  expect(placeIn(fails().stack)).toBe('at mapped.ts:5:3');
});

it('tells who called a package that failed', async () => {
  const { failsBelow } = await bundled('calling', { sourcemap: true });

  expect(placeIn(failsBelow().stack)).toBe('at calling.ts:7:10');
});

it('tells the place in the bundle where there is no source map', async () => {
  const { fails } = await bundled('unmapped', { sourcemap: false });

  expect(placeIn(fails().stack)).toMatch(/^at .*unmapped\/index\.cjs:1:\d+\)?$/);
});

it('tells what the stack says where that is no place', () => {
  expect(placeIn('Error: x\n    at <anonymous>')).toBe('at <anonymous>');
  expect(placeIn('Error: x')).toBeUndefined();
  expect(placeIn(undefined)).toBeUndefined();
});
