/**
 * Source maps for Parley's own files alone: a stack trace in the logs names our lines, and a bundle's map stays small instead of
 * growing by half a megabyte for the AWS SDK.
 */
import { readFile } from 'node:fs/promises';
import type { OnLoadResult, Plugin } from 'esbuild';

/** Says that a whole file comes from one place. esbuild passes over a map that is emptier than this. */
const blankMap = Buffer.from('{"version":3,"sources":["minified"],"names":[],"mappings":"AAAA"}').toString('base64');

/** What an `onLoad` answers with code that is not ours. */
export const withoutMap = (code: string): OnLoadResult => ({
  contents: `${code}\n//# sourceMappingURL=data:application/json;base64,${blankMap}`,
  loader: 'default',
});

export const ownMapsOnly: Plugin = {
  name: 'own-maps-only',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]node_modules[\\/].*\.[cm]?js$/ }, async ({ path }) =>
      withoutMap(await readFile(path, 'utf8')),
    );
  },
};
