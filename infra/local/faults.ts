/**
 * Rules for what goes wrong. The same seed and the same order of questions give the same faults, whatever else happens.
 * The AWS SDK repeats throttled and failed calls by itself; a rule's `times` counts each attempt.
 */
import type { Fault, FaultPort } from './ports.ts';

interface CallRule {
  /** As `FunctionModel.name`; every function when absent. */
  function?: string | RegExp;
  /** e.g. `dynamodb:PutItem`; every call when absent. */
  action?: string | RegExp;
  fault: Fault;
  /** Default 1: always. */
  probability?: number;
  /** Matching calls that are let through first. Default 0. */
  after?: number;
  /** At most so often. Default without end. */
  times?: number;
}

interface BatchRule {
  function?: string | RegExp;
  batch: { /** Probability. */ duplicate?: number; delay?: { probability: number; ms: number } };
}

interface SocketRule {
  /** Probability that a socket is cut at a frame. */
  sockets: number;
}

type FaultRule = CallRule | BatchRule | SocketRule;

/** What a fault can be, for the count of those that happened. */
export type Strike = Fault['kind'] | 'duplicated-batch' | 'delayed-batch' | 'cut-socket';

export interface Faults extends FaultPort {
  /** The first rule that strikes decides. @returns what takes the rule back */
  add(rule: FaultRule): () => void;
  clear(): void;
  reseed(seed: number): void;
  /** How often each struck since the beginning, `clear` and `reseed` notwithstanding. */
  struck(): Partial<Record<Strike, number>>;
}

/** mulberry32: numbers in [0, 1). */
const randomOf = (seed: number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

const fits = (pattern: string | RegExp | undefined, text: string): boolean =>
  pattern === undefined || (typeof pattern === 'string' ? pattern === text : text.search(pattern) >= 0);

export const createFaults = (seed = 1): Faults => {
  let random = randomOf(seed);
  const rules = new Set<{ rule: FaultRule; matched: number; struck: number }>();
  const strikes: Partial<Record<Strike, number>> = {};
  const count = (strike: Strike) => {
    strikes[strike] = (strikes[strike] ?? 0) + 1;
  };

  /** Asks for no number where nothing is left to chance, so that certain rules don't shift the others. */
  const chance = (probability: number) => probability >= 1 || (probability > 0 && random() < probability);

  return {
    add(rule) {
      const entry = { rule, matched: 0, struck: 0 };
      rules.add(entry);
      return () => void rules.delete(entry);
    },
    clear: () => rules.clear(),
    reseed(next) {
      random = randomOf(next);
    },
    struck: () => ({ ...strikes }),
    forCall(functionName, action) {
      for (const entry of rules) {
        const { rule } = entry;
        if (!('fault' in rule) || !fits(rule.function, functionName) || !fits(rule.action, action)) continue;
        entry.matched++;
        if (entry.matched <= (rule.after ?? 0) || entry.struck >= (rule.times ?? Number.POSITIVE_INFINITY)) continue;
        if (!chance(rule.probability ?? 1)) continue;
        entry.struck++;
        count(rule.fault.kind);
        return rule.fault;
      }
      return undefined;
    },
    forBatch(functionName) {
      let duplicate = false;
      let delayMs = 0;
      for (const { rule } of rules) {
        if (!('batch' in rule) || !fits(rule.function, functionName)) continue;
        if (chance(rule.batch.duplicate ?? 0)) duplicate = true;
        if (rule.batch.delay && chance(rule.batch.delay.probability)) delayMs = Math.max(delayMs, rule.batch.delay.ms);
      }
      if (duplicate) count('duplicated-batch');
      if (delayMs > 0) count('delayed-batch');
      return { duplicate, delayMs };
    },
    dropsSocket() {
      for (const { rule } of rules) {
        if (!('sockets' in rule) || !chance(rule.sockets)) continue;
        count('cut-socket');
        return true;
      }
      return false;
    },
  };
};
