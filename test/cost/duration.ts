/**
 * How long an invocation is billed for. A clock would tell how fast this machine and its database are, so it is reckoned: what AWS usually
 * takes for each call that waited for the one before, and the processor's time that was measured here, on the share of a processor that
 * the function's memory buys.
 */
import type { MeteredCall } from '../../infra/local/ports.ts';

/** Median milliseconds of a call from a function in the same region, over a connection that is open. Assumed, on 2026-11-21. */
const usualMs: readonly [RegExp, number][] = [
  [/^dynamodb:(Transact|Batch)/, 7],
  [/^dynamodb:/, 5],
  [/^execute-api:/, 15],
  [/^events:/, 20],
  [/^sqs:/, 10],
  [/^lambda:/, 40],
  [/^secretsmanager:/, 30],
  [/^(sns|ses):/, 50],
];

/** Megabytes that buy a whole processor: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
const wholeProcessorMb = 1_769;

/** What the platform itself adds to every invocation. */
const overheadMs = 1;

/** Of so many invocations one has to start an instance, and its start is billed as well. */
const coldStarts = { share: 1 / 200, ms: 350 };

/** How the answer changes where AWS is faster or slower than assumed. */
export interface Latency {
  /** 1 as assumed, 2 for twice as slow. */
  factor: number;
}

const usualMsOf = (action: string): number => usualMs.find(([pattern]) => pattern.test(action))?.[1] ?? 20;

/** Milliseconds of the calls of one invocation: those side by side count once, as the slowest of them. */
const waitedMs = (calls: readonly MeteredCall[]): number => {
  const slowest = new Map<number, number>();
  for (const { depth, action } of calls) {
    slowest.set(depth, Math.max(slowest.get(depth) ?? 0, usualMsOf(action)));
  }
  return [...slowest.values()].reduce((sum, ms) => sum + ms, 0);
};

interface Invocation {
  memoryMb: number;
  cpuMs: number;
  calls: readonly MeteredCall[];
}

export const gbSecondsOf = ({ memoryMb, cpuMs, calls }: Invocation, { factor }: Latency = { factor: 1 }): number => {
  const share = Math.min(1, memoryMb / wholeProcessorMb);
  const ms = Math.ceil(overheadMs + waitedMs(calls) * factor + cpuMs / share);
  return ((ms + coldStarts.share * coldStarts.ms) / 1_000) * (memoryMb / 1_024);
};

/** As a page shows it. */
export const assumptions = {
  calls: usualMs.map(([pattern, ms]) => [pattern.source.replaceAll(/[\\^]/g, ''), ms] as const),
  overheadMs,
  coldStarts,
};
