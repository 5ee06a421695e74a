import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, expect, it } from 'vitest';
import { placeIn } from '../../../shared/runtime/source-place.ts';

const folder = mkdtempSync(join(tmpdir(), 'parley-place-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const bundled = async (name: string, { sourcemap }: { sourcemap: boolean }) => {
  const source = join(folder, `${name}.ts`);
  writeFileSync(source, 'const words: string = "no";\n\nexport const fails = () =>\n  new Error(words);\n');
  const outfile = join(folder, 'out', name, 'index.cjs');
  await build({ entryPoints: [source], outfile, bundle: true, minify: true, format: 'cjs', sourcemap });
  return createRequire(import.meta.url)(outfile) as { fails(): Error };
};

it('tells the place in the sources, by the source map beside a bundle', async () => {
  const { fails } = await bundled('mapped', { sourcemap: true });

  expect(placeIn(fails().stack)).toBe('at mapped.ts:4:3');
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
