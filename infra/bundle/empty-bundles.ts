import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { entries } from './entries.ts';

/**
 * A folder for each function with next to nothing in it: what a template says does not depend on what a bundle does.
 * @returns the folder itself
 */
export const emptyBundles = (folder: string): string => {
  for (const { name } of entries) {
    mkdirSync(join(folder, name), { recursive: true });
    writeFileSync(join(folder, name, 'index.js'), `exports.handler = '${name}';\n`);
  }
  return folder;
};
