/**
 * Random lives: four people in two tenants do random things at once, over HTTP and several devices, while calls fail, functions die,
 * batches come twice and sockets are cut. What they are answered, what their devices hear and what they fetch is compared with a model.
 *
 * - `script.ts` draws what happens, `resolve.ts` and `perform.ts` do it, `weather.ts` makes things go wrong, `play.ts` is one run.
 * - `model.ts` says what there is, `verdicts.ts` what becomes of one action in one conversation; `orders.ts` looks for an order of
 *   simultaneous actions that explains how they were answered; `ledger.ts` holds what was said and what its sender was told, `marks.ts`
 *   what people said they had read and received, `beside.ts` what stands beside messages; `finale.ts` is what must hold at the end,
 *   along with `test/support/follower.ts` (state plus events equals a fresh fetch) and `aftermath.ts` (no failure without a reason).
 *
 * Each run of the suite draws anew. A failure tells what happened and the command that plays it again: the same scripts and the same
 * faults; what happens at once may still happen in another order. `PROPERTY_RUNS=200 npx vitest run test/property` is a long one,
 * `PROPERTY_SEED` chooses the scripts, `PROPERTY_PATH` the one among them, `PROPERTY_STEPS` how long they are (30), and
 * `PROPERTY_SHRINK=1` has a failure made smaller, which takes its time.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { aWorld } from '../support/world.ts';
import { slowTenantOf } from './cast.ts';
import { play } from './play.ts';
import { type Script, script } from './script.ts';
import { openStage, quickClock, type Stage } from './stage.ts';
import { storm } from './storm.ts';

const { PROPERTY_RUNS, PROPERTY_SEED, PROPERTY_PATH, PROPERTY_SHRINK, PROPERTY_STEPS } = process.env;
const numRuns = PROPERTY_PATH === undefined ? Number(PROPERTY_RUNS ?? 3) : 1;
const steps = Number(PROPERTY_STEPS ?? 30);

const world = aWorld({ fed: ['presence'], streamPollMs: 10, clock: quickClock });
let stage: Stage;
beforeAll(async () => {
  stage = await openStage(world.cloud, runNames.map(slowTenantOf));
});
afterAll(() => stage?.close());

/** Shrinking takes many more runs than were asked for. */
const runNames = Array.from({ length: 2_000 }, (_, i) => String(i + 1));
let runs = 0;
const playNext = (one: Script) => {
  runs += 1;
  return play(world, stage, one, runNames[runs % runNames.length] ?? '');
};

it('keeps what it promises in a storm, in which everything goes wrong that can', async () => {
  await playNext(storm);
  expect(Object.keys(world.cloud.faults.struck()).sort()).toEqual([
    'crash-after',
    'crash-before',
    'cut-socket',
    'delay',
    'delayed-batch',
    'duplicated-batch',
    'error',
    'throttle',
  ]);
}, 120_000);

it(
  'keeps what it promises, whatever four people in two tenants do at once and whatever fails meanwhile',
  async () => {
    const property = fc.asyncProperty(script(Math.ceil(steps * 0.7), steps), playNext);
    const outcome = await fc.check(property, {
      numRuns,
      endOnFailure: PROPERTY_SHRINK === undefined,
      ...(PROPERTY_SEED === undefined ? {} : { seed: Number(PROPERTY_SEED) }),
      ...(PROPERTY_PATH === undefined ? {} : { path: PROPERTY_PATH }),
    });
    if (!outcome.failed) return;
    const { seed, counterexamplePath, numShrinks, errorInstance } = outcome;
    const length = PROPERTY_STEPS === undefined ? '' : `PROPERTY_STEPS=${steps} `;
    throw new Error(
      `${(errorInstance as Error).message}\n\nMade smaller ${numShrinks} times. Again: ${length}PROPERTY_SEED=${seed} PROPERTY_PATH=${counterexamplePath} npx vitest run test/property`,
    );
  },
  60_000 + numRuns * steps * 1_000,
);
