/** What goes wrong in a run. */
import type { Faults } from '../../infra/local/faults.ts';
import type { Trouble, Weather } from './script.ts';
import { haste } from './stage.ts';

export const startWeather = (faults: Faults, { seed, duplicates, delays, errors }: Weather): void => {
  faults.clear();
  faults.reseed(seed);
  const stream = /^Stream\//;
  if (duplicates > 0) faults.add({ function: stream, batch: { duplicate: duplicates } });
  if (delays > 0) faults.add({ function: stream, batch: { delay: { probability: delays, ms: 60 * haste } } });
  if (errors > 0) faults.add({ action: /^(dynamodb|execute-api):/, fault: { kind: 'error' }, probability: errors });
};

/**
 * Troubles come one at a time for each kind of function: a new one takes the place of what is left of the last, so that what is
 * retried a few times is not given up because troubles have added up.
 */
export const troublesOf = (faults: Faults) => {
  const last = new Map<string, () => void>();
  return ({ function: name, action, ...rest }: Trouble): void => {
    last.get(name)?.();
    last.set(name, faults.add({ function: new RegExp(name), action: new RegExp(action), ...rest }));
  };
};
