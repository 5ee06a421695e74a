/** How long a sender waits for the answer, and a receiver for the message. */
import { spread, whole } from '../format.ts';
import type { Part, Target } from '../part.ts';
import { type Spread, spreadOf } from '../statistics.ts';
import { inATown } from '../town.ts';

interface Lane {
  connections: number;
  groupSize: number;
  sent: number;
  acked: number;
  expected: number;
  received: number;
  ackMs: Spread;
  receiveMs: Spread;
}

/** Up to ten live connections the sending function posts itself; above, the stream alone does. */
const groupSizes = { 'fast lane': 10, 'stream alone': 50 };

export const latency: Part<Lane[]> = {
  name: 'latency',

  measure: async ({ quick }) => {
    const lanes: Lane[] = [];
    await inATown(async ({ cloud, crowd, doors, fill }) => {
      let filled = 0;
      for (const connections of quick ? [50] : [100, 1_000]) {
        await fill(connections - filled);
        filled = connections;
        for (const groupSize of Object.values(groupSizes)) {
          await crowd.gather(doors, groupSize);
          await cloud.settled();
          await crowd.chat({ rate: 10, seconds: 2 });
          await cloud.settled();
          const { ackMs, receiveMs, sent, acked, expected, received } = await crowd.chat({
            rate: 10,
            seconds: quick ? 2 : 15,
          });
          const counts = { sent, acked, expected, received };
          lanes.push({ connections, groupSize, ...counts, ackMs: spreadOf(ackMs), receiveMs: spreadOf(receiveMs) });
          await cloud.settled();
        }
      }
    });
    return lanes;
  },

  section: (lanes) => ({
    title: 'Latency',
    method:
      'Ten messages a second in all, over sockets, in milliseconds as p50 / p95 / p99 from the sending of the frame. Groups of 10 have ' +
      'the fast lane; groups of 50 hear by the stream alone, which is polled four times a second as on AWS.',
    head: ['connections', 'delivery', 'send → ack', 'send → receive', 'acks', 'receipts'],
    rows: lanes.map(({ connections, groupSize, sent, acked, expected, received, ackMs, receiveMs }) => [
      whole(connections),
      `${laneOf(groupSize)}, groups of ${groupSize}`,
      spread(ackMs),
      spread(receiveMs),
      `${whole(acked)} of ${whole(sent)}`,
      `${whole(received)} of ${whole(expected)}`,
    ]),
    targets: [noLoss(lanes)],
  }),
};

const noLoss = (lanes: readonly Lane[]): Target => {
  const lost = sum(lanes.map(({ sent, acked }) => sent - acked));
  const unheard = sum(lanes.map(({ expected, received }) => expected - received));
  return {
    wanted: 'an ack for every message, and every message at every member',
    got: `${whole(lost)} acks and ${whole(unheard)} receipts missing`,
    met: lost === 0 && unheard === 0,
  };
};

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

const laneOf = (size: number): string => (size === groupSizes['fast lane'] ? 'fast lane' : 'stream alone');
