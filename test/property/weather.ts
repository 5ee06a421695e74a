/** What goes wrong in a run, and what may be heard of it. */
import type { Faults } from '../../infra/local/faults.ts';
import type { Trouble, Weather } from './script.ts';

export const startWeather = (faults: Faults, { seed, duplicates, delays, errors }: Weather): void => {
  faults.clear();
  faults.reseed(seed);
  const stream = /^Stream\//;
  if (duplicates > 0) faults.add({ function: stream, batch: { duplicate: duplicates } });
  if (delays > 0) faults.add({ function: stream, batch: { delay: { probability: delays, ms: 60 } } });
  if (errors > 0) faults.add({ action: /^(dynamodb|execute-api):/, fault: { kind: 'error' }, probability: errors });
};

export const addTrouble = (faults: Faults, { function: name, action, ...rest }: Trouble): void => {
  faults.add({ function: new RegExp(name), action: new RegExp(action), ...rest });
};

/** What an injected fault looks like to the function that meets it. Anything else that fails is Parley's own. */
const injected = [
  'InternalServerError',
  'InternalFailure',
  'ProvisionedThroughputExceededException',
  'ThrottlingException',
  'RequestThrottled',
  'PostFailed',
];

interface LogLine {
  level: string;
  error?: { name: string };
  /** The platform's own word of an instance that died, as faults make it, or was too slow, as a busy machine makes it. */
  errorType?: string;
}

/** Failures that no injected fault explains. */
export const unexplained = (logs: readonly string[]): string[] =>
  logs.filter((text) => {
    if (!text.startsWith('{')) return true;
    const line = JSON.parse(text) as LogLine;
    const isEnded = line.errorType === 'Runtime.ExitError' || line.errorType === 'Sandbox.Timedout';
    return ['ERROR', 'CRITICAL'].includes(line.level) && !isEnded && !injected.includes(line.error?.name ?? '');
  });
