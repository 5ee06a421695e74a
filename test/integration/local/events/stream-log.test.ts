import { expect, it } from 'vitest';
import { openStreamLog } from '../../../../infra/local/events/stream-log.ts';
import { countWrites } from '../../../../infra/local/writes.ts';
import { manualClock } from './manual-clock.ts';

/** A reader that polls for ever, and how often it asked the engine. */
const given = (knowsWrites: boolean) => {
  const clock = manualClock('2026-01-01T00:00:00Z');
  const writes = countWrites();
  const { signal } = new AbortController();
  let asked = 0;
  const log = openStreamLog({
    tableName: 'Table',
    streamArn: 'stream',
    api: {
      streamOf: async () => ({ arn: 'engine', shards: [] }),
      iterator: async () => 'here',
      records: async () => {
        asked += 1;
        return { records: [], next: 'here' };
      },
    },
    pollMs: 250,
    writes: knowsWrites ? writes : undefined,
    clock,
    signal,
    expired: () => false,
    onRecords: () => undefined,
  });
  const reads = async () => {
    for (;;) await log.nextPoll((await log.read('here')).asOf, signal);
  };
  void reads();
  let before = 0;
  return {
    writes,
    /** How often it asked in so many seconds more. */
    asksIn: async (seconds: number) => {
      await clock.moveTo(clock.now() + seconds * 1_000);
      const since = asked - before;
      before = asked;
      return since;
    },
  };
};

it('asks the engine at every poll, where anybody may write', async () => {
  const { asksIn } = given(false);
  expect(await asksIn(10)).toBe(1 + 4 * 10);
});

it('asks once after a write, where all of them are known, and otherwise once a minute', async () => {
  const { asksIn, writes } = given(true);
  expect(await asksIn(10)).toBe(1);
  writes.add();
  writes.add();
  expect(await asksIn(10)).toBe(1);
  expect(await asksIn(10)).toBe(0);
  expect(await asksIn(600)).toBe(10);
});
