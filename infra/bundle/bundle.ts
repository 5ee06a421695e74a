/** Makes each function one small file that has all it needs. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { Mistake } from '../mistake.ts';
import { checkEntries, entries } from './entries.ts';
import { neverRun } from './never-run.ts';
import { noJsonSchemas } from './no-json-schemas.ts';
import { ownMapsOnly } from './own-maps-only.ts';

/**
 * Writes `<outdir>/<entry>/index.js` for every entry, in one pass that reads each source once.
 *
 * @param root the folder that holds `functions/`
 * @param outdir emptied first
 * @returns bytes of each bundle by the name of its entry
 */
export const bundle = async (root: string, outdir: string): Promise<Map<string, number>> => {
  checkEntries(root);
  await rm(outdir, { recursive: true, force: true });
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: entries.map(({ name }) => ({ in: `functions/${name}.ts`, out: `${name}/index` })),
    outdir,
    bundle: true,
    // An ES module that imports node:http looks at all that it exports, and so loads Node's fetch and WebSocket at each start.
    format: 'cjs',
    // Nor by an import at run time, which the SDK's way to node:http is: it becomes a require.
    supported: { 'dynamic-import': false },
    platform: 'node',
    target: 'node24',
    // Named first: the ES modules of the SDK and zod lose what a function does not use, their CommonJS twins keep all.
    mainFields: ['module', 'main'],
    minify: true,
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'none',
    metafile: true,
    logLevel: 'silent',
    // Imported only at the moment that an operation streams events, which none of ours does.
    external: ['@smithy/core/event-streams'],
    alias: {
      '@aws-sdk/credential-provider-node': join(import.meta.dirname, 'lambda-credentials.ts'),
      'mnemonist/lru-cache': join(import.meta.dirname, 'endpoint-cache.ts'),
    },
    plugins: [noJsonSchemas, neverRun, ownMapsOnly],
  }).catch((error: unknown) => {
    throw new Mistake(`The functions cannot be bundled: ${error instanceof Error ? error.message : String(error)}`);
  });
  await Promise.all(entries.map(({ name }) => writeFile(join(outdir, name, 'package.json'), asCommonJs)));
  return sizesIn(metafile);
};

/** Whatever folder they are run from: the project's own package.json says otherwise. */
const asCommonJs = '{ "type": "commonjs" }\n';

const sizesIn = ({ outputs }: Metafile): Map<string, number> =>
  new Map(
    Object.values(outputs).flatMap(({ entryPoint, bytes }) =>
      entryPoint === undefined ? [] : [[entryPoint.replace(/^functions\/|\.ts$/g, ''), bytes] as const],
    ),
  );
