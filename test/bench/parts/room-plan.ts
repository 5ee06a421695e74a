/** How a message reaches a very large room, and what that costs on AWS: counted, not measured. */
import { milliseconds, whole } from '../format.ts';
import type { Part } from '../part.ts';
import { assumptions, type Plan, planFor } from '../rooms/plan.ts';

/** Members, and how many of them watch on a connection each. */
const rooms = [
  [1_000, 250],
  [20_000, 5_000],
  [20_000, 20_000],
  [100_000, 10_000],
  [100_000, 100_000],
] as const;

/** A hundred thousand watchers in shards of a thousand. */
const target = { watchers: 100_000, shard: 1_000 };

export const roomPlan: Part<Plan[]> = {
  name: 'room-plan',

  measure: async () => rooms.map(([members, watchers]) => planFor(members, watchers)),

  section: (plans) => {
    const largest = plans.find(({ watchers }) => watchers === target.watchers);
    return {
      title: 'Large rooms, counted',
      method:
        'One message of 134 characters, with the code that spreads subscriptions, packs frames and fills the queue; nothing is sent. ' +
        'Dollars are those of `test/bench/rooms/prices.ts`, for all that the message causes, the send included and connection minutes ' +
        `apart. Assumed: a post is answered in ${assumptions.postMs} ms, ${assumptions.postsAtOnce} at once, and takes ` +
        `${assumptions.cpuMsOfPost} ms of a worker’s processor.`,
      head: [
        'members',
        'watchers',
        'shards',
        'largest',
        'queue messages (batches)',
        'invocations',
        'posts',
        'read units',
        'write units',
        'largest shard takes',
        'posts $',
        'functions $',
        'queue $',
        'table $',
        'all $',
      ],
      rows: plans.map((plan) => [
        ...[plan.members, plan.watchers, plan.shards, plan.largestShard].map(whole),
        `${whole(plan.queueMessages)} (${whole(plan.queueBatches)})`,
        ...[plan.invocations, plan.posts, plan.readUnits, plan.writeUnits].map(whole),
        milliseconds(plan.largestShardMs),
        ...Object.values(plan.dollars).map(dollars),
        dollars(Object.values(plan.dollars).reduce((sum, one) => sum + one, 0)),
      ]),
      targets: [
        {
          wanted: `${whole(target.watchers)} watchers in shards of at most ${whole(target.shard)}`,
          got: `the largest has ${whole(largest?.largestShard ?? 0)}`,
          met: largest !== undefined && largest.largestShard <= target.shard,
        },
      ],
    };
  },
};

const dollars = (value: number): string => value.toFixed(6);
