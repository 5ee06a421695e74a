/**
 * One cloud for all test files of a worker that ask for nothing of their own. Starting a cloud, and each function in it anew, takes most of
 * what a short file takes; a tenant of its own is what keeps one test from another.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Cloud, CloudOptions } from '../../infra/local/cloud.ts';
import { startCloud } from '../../infra/local/cloud.ts';

/** What the running file hears of it. */
type Watch = Required<Pick<CloudOptions, 'onLog' | 'onEvent'>>;

/** Longer than it takes a queue to give again what was not taken. */
const restMs = 45_000;

let running: Promise<Cloud> | undefined;
let watch: Watch | undefined;
/** What went wrong in it since the running file began. */
let mishaps: string[] = [];

/** @throws Error saying what went wrong in the file before, if the cloud does not come to rest */
const rest = async (cloud: Cloud): Promise<void> => {
  const rested = new AbortController();
  const tooLate = pause(restMs, undefined, { signal: rested.signal }).then(() => {
    throw new Error(['The file before left a cloud that does not come to rest.', ...mishaps].join('\n'));
  });
  await Promise.race([cloud.settled(), tooLate]).finally(() => rested.abort());
};

/**
 * Files of a worker follow one another, and modules stay: `isolate` in vitest.config.ts. It ends with the worker.
 * @returns the cloud at rest, remembering nothing of those before
 */
export const shareCloud = async (options: CloudOptions, ownWatch: Watch): Promise<Cloud> => {
  running ??= startCloud({
    ...options,
    onLog: (line) => watch?.onLog(line),
    onEvent: (event) => watch?.onEvent(event),
    report: (mishap) => mishaps.push(JSON.stringify(mishap)),
  });
  const cloud = await running;
  await rest(cloud);
  mishaps = [];
  cloud.meter.reset();
  watch = ownWatch;
  return cloud;
};

export const leaveCloud = (): void => {
  watch = undefined;
};
