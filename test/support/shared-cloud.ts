/**
 * One cloud for all test files of a worker that ask for nothing of their own. Starting a cloud, and each function in it anew, takes most of
 * what a short file takes; a tenant of its own is what keeps one test from another.
 */
import type { Cloud, CloudOptions } from '../../infra/local/cloud.ts';
import { startCloud } from '../../infra/local/cloud.ts';

/** What the running file hears of it. */
type Watch = Required<Pick<CloudOptions, 'onLog' | 'onEvent'>>;

let running: Promise<Cloud> | undefined;
let watch: Watch | undefined;

/**
 * Files of a worker follow one another, and modules stay: `isolate` in vitest.config.ts. It ends with the worker.
 * @returns the cloud at rest, remembering nothing of those before
 */
export const shareCloud = async (options: CloudOptions, ownWatch: Watch): Promise<Cloud> => {
  running ??= startCloud({
    ...options,
    onLog: (line) => watch?.onLog(line),
    onEvent: (event) => watch?.onEvent(event),
  });
  const cloud = await running;
  await cloud.settled();
  cloud.meter.reset();
  watch = ownWatch;
  return cloud;
};

export const leaveCloud = (): void => {
  watch = undefined;
};
