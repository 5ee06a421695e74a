/**
 * Leaves out of every bundle what zod writes JSON schemas with: 17 KB that hang on each schema and that no function calls, since the
 * documents are generated before they are deployed.
 */
import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';
import { withoutMap } from './own-maps-only.ts';

const exported = /^export (?:const|function) (\w+)|^export \{ \w+ as (\w+) \};/gm;

export const noJsonSchemas: Plugin = {
  name: 'no-json-schemas',
  setup({ onLoad }) {
    onLoad(
      { filter: /[\\/]node_modules[\\/]zod[\\/]v4[\\/]core[\\/](?:to-json-schema|json-schema-processors)\.js$/ },
      async ({ path }) => {
        const names = [...(await readFile(path, 'utf8')).matchAll(exported)].map(([, name, alias]) => name ?? alias);
        const left = "const leftOut=()=>{throw new Error('A bundle has no JSON schemas.')};";
        return withoutMap(`${left}export{${names.map((name) => `leftOut as ${name}`).join(',')}};`);
      },
    );
  },
};
