/**
 * Leaves out what makes JSON schemas of zod's: the documents are generated from the protocol beforehand, and no function describes its
 * schemas. That is 16 KB of every bundle.
 */
import type { Plugin } from 'esbuild';

export const noJsonSchema: Plugin = {
  name: 'no-json-schema',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]zod[\\/]v4[\\/]core[\\/](to-json-schema|json-schema-processors)\.js$/ }, () => ({
      // CommonJS may lack what is asked of it until somebody calls that.
      contents: 'module.exports = {};',
      loader: 'js',
    }));
  },
};
