/** How many messages a second go through without one being lost. */
import { seconds, spread, whole } from '../format.ts';
import type { Part, Target } from '../part.ts';
import { type Spread, spreadOf } from '../statistics.ts';
import { inATown, type Town } from '../town.ts';

interface Step {
  groupSize: number;
  connections: number;
  rate: number;
  seconds: number;
  sent: number;
  acked: number;
  expected: number;
  received: number;
  duplicates: number;
  /** What this step put into the histories, and how much of it repeats a message that is there already. */
  stored: number;
  storedTwice: number;
  groupsWithGaps: number;
  ackMs: Spread;
  receiveMs: Spread;
  settledMs: number;
}

interface Goal {
  rate: number;
  connections: number;
  /** A third of it at other rates. */
  seconds: number;
}

interface Result {
  goal: Goal;
  steps: Step[];
}

/** Half a dozen instances of each function have to be compiled first; who sustains a pace has done that long ago. */
const warmUpSeconds = 15;

/** What waits when the sending ends says whether the pace could have gone on: a backlog of more than this is growing. */
const backlogMs = 2_000;

const isComplete = (step: Step): boolean =>
  step.acked === step.sent &&
  step.received === step.expected &&
  step.stored === step.sent &&
  step.storedTwice === 0 &&
  step.groupsWithGaps === 0;

const isSustained = (step: Step): boolean => isComplete(step) && step.settledMs <= backlogMs;

export const throughput: Part<Result> = {
  name: 'throughput',

  measure: async ({ quick }) => {
    const goal = quick ? { rate: 25, connections: 100, seconds: 3 } : { rate: 100, connections: 1_000, seconds: 30 };
    const small = await ladder(10, quick ? [goal.rate] : [50, 100, 150, 200, 250, 300, 400], goal);
    const large = await ladder(50, quick ? [goal.rate] : [25, 50, 75, 100, 150], goal);
    return { goal, steps: [...small, ...large] };
  },

  section: ({ goal, steps }) => ({
    title: 'Messages a second',
    method:
      `After ${warmUpSeconds} s of warming up, each step sends at its pace whether or not answers have come. It is sustained if every message was acknowledged, heard by every ` +
      `member and found in the history without a gap, and nothing was missing any more ${seconds(backlogMs)} after the last one was ` +
      'sent. A step that is not sustained is tried once more; if it still is not, the rise ends.',
    head: [
      'groups of',
      'messages/s',
      'for',
      'acked',
      'receipts',
      'heard twice',
      'in histories',
      'ack',
      'receive',
      'settled after',
      'sustained',
    ],
    rows: steps.map((step) => [
      whole(step.groupSize),
      whole(step.rate),
      `${step.seconds} s`,
      `${whole(step.acked)} of ${whole(step.sent)}`,
      `${whole(step.received)} of ${whole(step.expected)}`,
      whole(step.duplicates),
      whole(step.stored),
      spread(step.ackMs),
      spread(step.receiveMs),
      seconds(step.settledMs),
      isSustained(step) ? 'yes' : isComplete(step) ? 'no, but nothing lost' : 'no',
    ]),
    targets: [verdict(goal, steps)],
  }),
};

const verdict = (goal: Goal, steps: readonly Step[]): Target => {
  const best = steps.filter(isSustained).toSorted((a, b) => b.rate - a.rate)[0];
  return {
    wanted: `${whole(goal.rate)} messages/s over ${whole(goal.connections)} connections without loss`,
    got: best ? `${whole(best.rate)} messages/s over ${whole(best.connections)} connections` : 'none',
    met: best !== undefined && best.rate >= goal.rate && best.connections >= goal.connections,
  };
};

/** Rises until a pace is too much, twice. */
const ladder = (groupSize: number, rates: readonly number[], goal: Goal): Promise<Step[]> =>
  inATown(async (town) => {
    await town.fill(goal.connections);
    await town.crowd.gather(town.doors, groupSize);
    await town.cloud.settled();
    await town.crowd.chat({ rate: goal.rate / 4, seconds: warmUpSeconds });
    const steps: Step[] = [];
    const climbs = async (rate: number): Promise<boolean> => {
      const step = await climb(town, {
        groupSize,
        rate,
        seconds: rate === goal.rate ? goal.seconds : goal.seconds / 3,
      });
      steps.push(step);
      return isSustained(step);
    };
    for (const rate of rates) if (!(await climbs(rate)) && !(await climbs(rate))) break;
    return steps;
  });

const climb = async (
  { cloud, crowd, doors }: Town,
  step: Pick<Step, 'groupSize' | 'rate' | 'seconds'>,
): Promise<Step> => {
  await cloud.settled();
  const before = await crowd.histories(doors);
  const { ackMs, receiveMs, refused: _, ...counts } = await crowd.chat(step);
  await cloud.settled();
  const after = await crowd.histories(doors);
  return {
    ...step,
    ...counts,
    connections: await crowd.openNow(),
    stored: after.messages - before.messages,
    storedTwice: after.messages - after.distinct,
    groupsWithGaps: after.withGaps,
    ackMs: spreadOf(ackMs),
    receiveMs: spreadOf(receiveMs),
  };
};
