import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { StartError } from '../start-error.ts';

const builds = ['linux-x64'];

/**
 * Path of Dynoxide's program for this machine.
 * @throws {StartError} when there is no build for it, or its package is not installed
 */
export function findBinary(
  platform: string = process.platform,
  architecture: string = process.arch,
  resolve: (module: string) => string = createRequire(import.meta.url).resolve,
): string {
  const build = `${platform}-${architecture}`;
  try {
    return join(dirname(resolve(`@dynoxide/${build}/package.json`)), 'dynoxide');
  } catch {
    throw new StartError(
      builds.includes(build)
        ? `The package @dynoxide/${build}, Parley's database engine, is not installed: run \`npm ci\`.`
        : `Parley's database engine Dynoxide has no build for ${build}; name a DynamoDB endpoint with AWS_ENDPOINT_URL_DYNAMODB instead.`,
    );
  }
}
