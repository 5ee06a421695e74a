import fc from 'fast-check';
import { afterAll, beforeAll, it } from 'vitest';
import { aWorld } from '../support/world.ts';
import { slowTenantOf } from './cast.ts';
import { play } from './play.ts';
import { script } from './script.ts';
import { openStage, quickClock, type Stage } from './stage.ts';

/**
 * `PROPERTY_RUNS=200 vitest run test/property` for a long one, `PROPERTY_SEED` (and `PROPERTY_PATH`) of a failure's report to see it
 * again, `PROPERTY_SHRINK=1` to have it made smaller. A seed draws the same scripts and the same faults; what happens at once may
 * still happen in another order.
 */
const { PROPERTY_RUNS, PROPERTY_SEED, PROPERTY_PATH, PROPERTY_SHRINK, PROPERTY_STEPS } = process.env;
const numRuns = Number(PROPERTY_RUNS ?? 12);
const steps = Number(PROPERTY_STEPS ?? 30);

const world = aWorld({ streamPollMs: 10, clock: quickClock });
let stage: Stage;
beforeAll(async () => {
  stage = await openStage(world.cloud, runNames.map(slowTenantOf));
});
afterAll(() => stage?.close());

/** Shrinking takes many more runs than were asked for. */
const runNames = Array.from({ length: 2_000 }, (_, i) => String(i + 1));
let runs = 0;

it(
  'keeps what it promises, whatever four people in two tenants do at once and whatever fails meanwhile',
  async () => {
    const property = fc.asyncProperty(script(Math.ceil(steps * 0.7), steps), async (one) => {
      runs += 1;
      await play(world, stage, one, runNames[runs % runNames.length] ?? '');
    });
    const {
      failed,
      seed,
      counterexamplePath,
      numRuns: played,
      numShrinks,
      errorInstance,
    } = await fc.check(property, {
      numRuns,
      endOnFailure: PROPERTY_SHRINK === undefined,
      ...(PROPERTY_SEED === undefined ? {} : { seed: Number(PROPERTY_SEED) }),
      ...(PROPERTY_PATH === undefined ? {} : { path: PROPERTY_PATH }),
    });
    if (!failed) return;
    const found = `Run ${played}, made smaller ${numShrinks} times: PROPERTY_SEED=${seed} PROPERTY_PATH=${counterexamplePath}`;
    throw new Error(`${found}\n${(errorInstance as Error).message}`);
  },
  60_000 + numRuns * 30_000,
);
