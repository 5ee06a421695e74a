/** How many messages a second go through without one being lost. */
import { seconds, spread, whole } from '../format.ts';
import type { Part, Scale } from '../part.ts';
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
  /** Messages in the histories that this step put there. */
  stored: number;
  groupsWithGaps: number;
  ackMs: Spread;
  receiveMs: Spread;
  settledMs: number;
}

const target = { rate: 100, connections: 1_000 };

/** What waits when the sending ends says whether the pace could have gone on: a backlog of more than this is growing. */
const backlogMs = 2_000;

const isComplete = (step: Step): boolean =>
  step.acked === step.sent && step.received === step.expected && step.stored === step.sent && step.groupsWithGaps === 0;

const isSustained = (step: Step): boolean => isComplete(step) && step.settledMs <= backlogMs;

export const throughput: Part<Step[]> = {
  name: 'throughput',

  measure: async (scale) => [...(await ladder(10, scale)), ...(await ladder(50, scale))],

  section: (steps) => ({
    title: 'Messages a second',
    method:
      `Each step sends at its pace whether or not answers have come. It is sustained if every message was acknowledged, heard by every ` +
      `member and found in the history without a gap, and nothing was missing any more ${seconds(backlogMs)} after the last one was ` +
      'sent. Steps rise until one is not.',
    head: [
      'groups of',
      'messages/s',
      'for',
      'acked',
      'receipts',
      'twice',
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
    targets: [verdict(steps)],
  }),
};

const verdict = (steps: readonly Step[]) => {
  const best = steps.filter(isSustained).toSorted((a, b) => b.rate - a.rate)[0];
  return {
    wanted: `${target.rate} messages/s over ${whole(target.connections)} connections without loss`,
    got: best ? `${whole(best.rate)} messages/s over ${whole(best.connections)} connections` : 'none',
    met: best !== undefined && best.rate >= target.rate && best.connections >= target.connections,
  };
};

const ladder = (groupSize: number, { quick }: Scale): Promise<Step[]> =>
  inATown(async (town) => {
    const connections = quick ? 100 : target.connections;
    await town.fill(connections);
    await town.crowd.gather(town.doors, groupSize);
    await town.cloud.settled();
    await town.crowd.chat({ rate: 20, seconds: 2 });
    const steps: Step[] = [];
    for (const rate of quick ? [25] : pacesFor(groupSize)) {
      const step = await climb(town, { groupSize, connections, rate, seconds: quick ? 2 : 10 });
      steps.push(step);
      if (!isSustained(step)) break;
    }
    return steps;
  });

const pacesFor = (groupSize: number): number[] =>
  groupSize <= 10 ? [50, 100, 150, 200, 250, 300, 400] : [25, 50, 75, 100, 150];

const climb = async (
  { cloud, crowd, doors }: Town,
  step: Pick<Step, 'groupSize' | 'connections' | 'rate' | 'seconds'>,
): Promise<Step> => {
  await cloud.settled();
  const before = await crowd.histories(doors);
  const { ackMs, receiveMs, refused: _, ...counts } = await crowd.chat(step);
  await cloud.settled();
  const after = await crowd.histories(doors);
  return {
    ...step,
    ...counts,
    stored: after.distinct - before.distinct,
    groupsWithGaps: after.withGaps,
    ackMs: spreadOf(ackMs),
    receiveMs: spreadOf(receiveMs),
  };
};
