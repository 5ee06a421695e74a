/** Leaves out of every bundle what the SDK brings and no function runs: some 11 KB of each. */
import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';
import { withoutMap } from './own-maps-only.ts';

export const neverRun: Plugin = {
  name: 'never-run',
  setup({ onLoad }) {
    // Clients tell their version, for which they bring the whole file.
    onLoad({ filter: /[\\/]node_modules[\\/]@aws-sdk[\\/]client-[^\\/]+[\\/]package\.json$/ }, async ({ path }) => {
      const { version } = JSON.parse(await readFile(path, 'utf8')) as { version: string };
      return { contents: JSON.stringify({ version }), loader: 'json' };
    });
    // SHA-256 for a Node that was built without crypto, which Lambda's is not.
    onLoad({ filter: /[\\/]@smithy[\\/]core[\\/].*[\\/]Sha256Js\.js$/ }, () =>
      withoutMap("export class Sha256Js{constructor(){throw new Error('A bundle has no SHA-256 but that of Node.')}}"),
    );
    // Signs messages of an event stream, which no operation of ours has.
    onLoad({ filter: /[\\/]@smithy[\\/]signature-v4[\\/].*[\\/]HeaderFormatter\.js$/ }, () =>
      withoutMap("export class HeaderFormatter{format(){throw new Error('A bundle signs no event streams.')}}"),
    );
    // For the retry mode `adaptive`; ours is the standard one.
    onLoad({ filter: /[\\/]@smithy[\\/]core[\\/].*[\\/]DefaultRateLimiter\.js$/ }, () =>
      withoutMap(
        "export class DefaultRateLimiter{constructor(){throw new Error('A bundle has the standard retry mode alone.')}}",
      ),
    );
    // Asks a virtual machine for its region. Lambda names it in the environment.
    onLoad({ filter: /[\\/]@smithy[\\/]core[\\/].*[\\/]getInstanceMetadataRegion\.js$/ }, () =>
      withoutMap('export const getInstanceMetadataRegion=async()=>undefined;'),
    );
  },
};
