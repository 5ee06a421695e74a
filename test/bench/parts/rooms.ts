/** A large room with many watchers: whether each hears everything, how soon, and what it takes. */
import { seconds, spread, whole } from '../format.ts';
import type { Part } from '../part.ts';
import { type Spread, spreadOf } from '../statistics.ts';
import { inATown } from '../town.ts';

interface Result {
  members: number;
  watchers: number;
  shards: number;
  subscribed: number;
  subscribeMs: number;
  sent: number;
  acked: number;
  expected: number;
  received: number;
  duplicates: number;
  receiveMs: Spread;
  settledMs: number;
  /** Of fan-out and of the shards' workers, for each message. */
  queueBatches: number;
  workerRuns: number;
  readUnits: number;
  memberQueries: number;
}

const subscribedAtOnce = 32;

export const rooms: Part<Result> = {
  name: 'rooms',

  measure: ({ quick }) =>
    inATown(async ({ cloud, crowd, doors, fill }) => {
      const [members, watchers] = quick ? [1_000, 50] : [20_000, 5_000];
      await fill(watchers);
      const room = await crowd.gatherRoom(doors);
      const shards = await cloud.enlarge(room, members);
      const begun = performance.now();
      const subscribed = await crowd.subscribe(room, subscribedAtOnce);
      const subscribeMs = performance.now() - begun;
      await cloud.settled();
      // The first one shows the room to fan-out, and starts the workers.
      await crowd.chat({ rate: 1, seconds: 1 });
      await cloud.settled();
      await cloud.countAnew();
      const { ackMs: _, receiveMs, refused: __, ...counts } = await crowd.chat({ rate: 0.5, seconds: quick ? 6 : 20 });
      await cloud.settled();
      const costs = await cloud.roomCosts();
      const each = (value: number) => value / counts.sent;
      return {
        members,
        watchers,
        shards,
        subscribed,
        subscribeMs,
        ...counts,
        receiveMs: spreadOf(receiveMs),
        queueBatches: each(costs.queueBatches),
        workerRuns: each(costs.workerRuns),
        readUnits: each(costs.readUnits),
        memberQueries: costs.memberQueries,
      };
    }),

  section: (result) => ({
    title: 'Large rooms',
    method:
      'Every watcher has a socket of its own and has subscribed; the other members are written into the table. A message every two ' +
      'seconds, each by another watcher. Receive is from the sending of the frame to a watcher’s socket, in milliseconds. Queue batches, ' +
      'worker runs and read units are those of fan-out and of the shards’ workers, for one message.',
    head: [
      'members',
      'watchers',
      'shards',
      'time to subscribe all',
      'messages',
      'receipts',
      'heard twice',
      'receive p50 / p95 / p99',
      'settled after',
      'queue batches',
      'worker runs',
      'read units',
    ],
    rows: [
      [
        ...[result.members, result.watchers, result.shards].map(whole),
        seconds(result.subscribeMs),
        `${whole(result.acked)} of ${whole(result.sent)}`,
        `${whole(result.received)} of ${whole(result.expected)}`,
        whole(result.duplicates),
        spread(result.receiveMs),
        seconds(result.settledMs),
        ...[result.queueBatches, result.workerRuns, result.readUnits].map((one) => one.toFixed(1)),
      ],
    ],
    targets: [
      {
        wanted: `every message at each of ${whole(result.watchers)} watchers`,
        got: `${whole(result.expected - result.received)} receipts missing`,
        met: result.subscribed === result.watchers && result.received === result.expected && result.expected > 0,
      },
      {
        wanted: 'no query of members by fan-out',
        got: whole(result.memberQueries),
        met: result.memberQueries === 0,
      },
    ],
  }),
};
