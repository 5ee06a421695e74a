import fc from 'fast-check';
import type { Fault } from '../../infra/local/ports.ts';
import { type Script, type Step, script } from './script.ts';

const kinds: Fault['kind'][] = ['crash-before', 'crash-after', 'error', 'throttle', 'delay'];

/** Each step has trouble with whatever comes to the door first, and sockets are cut in some. */
const stormy = (step: Step, index: number): Step => {
  const kind = kinds[index % kinds.length] ?? 'delay';
  const fault: Fault = kind === 'delay' ? { kind, ms: 100 } : ({ kind } as Fault);
  const trouble = { function: '^(Http|WebSocket)/', action: 'dynamodb:', fault, after: index % 3, times: 1 };
  return { ...step, troubles: [...step.troubles, trouble], cuts: index % 4 === 3 ? 0.3 : 0 };
};

/** The same in each run: one script, with all the bad weather that there is. */
const [{ steps }] = fc.sample(script(15, 15), { seed: 1, numRuns: 1 }) as [Script];
export const storm: Script = {
  weather: { seed: 1, duplicates: 1, delays: 0.5, errors: 0.02, fastLaneOpen: true, young: false },
  steps: steps.map(stormy),
};
