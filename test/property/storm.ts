import fc from 'fast-check';
import type { Fault } from '../../infra/local/ports.ts';
import { posters, type Script, type Step, script, type Trouble } from './script.ts';

const kinds: Fault['kind'][] = ['crash-before', 'crash-after', 'error', 'throttle', 'delay'];

/** Each step has trouble with whatever comes to the door first, posts fail in some, and sockets are cut in others. */
const stormy = (step: Step, index: number): Step => {
  const kind = kinds[index % kinds.length] ?? 'delay';
  const fault: Fault = kind === 'delay' ? { kind, ms: 100 } : ({ kind } as Fault);
  const trouble = { function: '^(Http|WebSocket)/', action: 'dynamodb:', fault, after: index % 3, times: 1 };
  const posts = index % 5 === 1 ? [failedPosts] : [];
  return { ...step, troubles: [...step.troubles, trouble, ...posts], cuts: index % 3 === 2 ? 0.6 : 0 };
};

/** So many in a row that one of them fails again when it is tried again. */
const failedPosts: Trouble = {
  function: posters,
  action: 'execute-api:ManageConnections',
  fault: { kind: 'error' },
  after: 0,
  times: 12,
};

/** The same in each run: one script, with all the bad weather that there is. */
const [{ steps }] = fc.sample(script(14, 14), { seed: 2, numRuns: 1 }) as [Script];
export const storm: Script = {
  weather: { seed: 1, duplicates: 0.3, delays: 0.5, errors: 0.02, fastLaneOpen: true, young: false },
  steps: steps.map(stormy),
};
