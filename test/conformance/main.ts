/** `npm run test:conformance [-- --target local|endpoint|<stage>]`: the stories of test/e2e, against what is deployed somewhere. */
import { join, resolve } from 'node:path';
import { startVitest } from 'vitest/node';

const root = resolve(import.meta.dirname, '../..');
