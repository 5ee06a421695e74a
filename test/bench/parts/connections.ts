/** How many connections are held, how fast they open and what memory they take. */
import { kilobytes, megabytes, milliseconds, seconds, whole } from '../format.ts';
import type { Part } from '../part.ts';
import { type Spread, spreadOf } from '../statistics.ts';
import { inATown } from '../town.ts';

interface Result {
  wanted: number;
  opened: number;
  /** Of those, the ones that heard an event afterwards and were still open. */
  heard: number;
  held: number;
  allMs: number;
  eachMs: Spread;
  emptyProcessBytes: number;
  fullProcessBytes: number;
  gatewayBytesEach: number;
}

const groupSize = 10;

export const connections: Part<Result> = {
  name: 'connections',

  measure: ({ quick }) =>
    inATown(async ({ cloud, crowd, doors, fill }) => {
      const wanted = quick ? 100 : 1_000;
      const empty = await cloud.memory();
      const { eachMs, allMs } = await fill(wanted);
      const full = await cloud.memory();
      const heard = await crowd.gather(doors, groupSize);
      await cloud.settled();
      return {
        wanted,
        opened: eachMs.length,
        heard,
        held: await crowd.openNow(),
        allMs,
        eachMs: spreadOf(eachMs),
        emptyProcessBytes: empty.processBytes,
        fullProcessBytes: full.processBytes,
        gatewayBytesEach: (full.gatewayBytes - empty.gatewayBytes) / eachMs.length,
      };
    }),

  section: (result) => ({
    title: 'Connections held',
    method:
      'Every socket is opened with a token, through the authorizer and `$connect`, 32 at a time, and afterwards has to hear of a ' +
      'conversation. Memory is that of the local cloud with all its functions; "each" is what the gateway itself holds.',
    head: ['connections', 'open and hearing', 'time to open all', 'p50 / p95 each', 'memory before', 'after', 'each'],
    rows: [
      [
        whole(result.opened),
        `${whole(result.held)} and ${whole(result.heard)}`,
        seconds(result.allMs),
        `${milliseconds(result.eachMs.p50)} / ${milliseconds(result.eachMs.p95)}`,
        megabytes(result.emptyProcessBytes),
        megabytes(result.fullProcessBytes),
        kilobytes(result.gatewayBytesEach),
      ],
    ],
    targets: [
      {
        wanted: `${whole(result.wanted)} connections`,
        got: whole(Math.min(result.held, result.heard)),
        met: Math.min(result.held, result.heard) >= result.wanted,
      },
    ],
  }),
};
