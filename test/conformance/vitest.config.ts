import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';

/** The stories of test/e2e, one suite for every target: main.ts says which, and hands over where it is. */
export default defineConfig({
  test: {
    root: resolve(import.meta.dirname, '../..'),
    include: ['test/e2e/**/*.test.ts'],
    setupFiles: ['test/conformance/each-story.ts'],
    // Functions have to start there, and who waits for silence waits for seconds.
    testTimeout: 90_000,
    hookTimeout: 60_000,
  },
});
