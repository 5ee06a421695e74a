import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    // Files keep their state to themselves, but for the cloud that those in test/e2e share.
    isolate: false,
    // Two cores, and every file may run a cloud of its own.
    maxWorkers: 2,
    // Megabytes, for the gateways and tests as for the functions' instances: infra/local/lambda/instance.ts.
    execArgv: ['--min-semi-space-size=16'],
  },
});
