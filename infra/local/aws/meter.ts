/** The record of every AWS call of every function, newest last; the oldest invocations are forgotten first. */
import type { MeteredCall } from '../ports.ts';

export interface Meter {
  /** A call begins: its number within the invocation, and its depth where its caller did not say. */
  begin(functionName: string, invocation: string | undefined): { sequence: number; depth: number };
  record(call: MeteredCall): void;
  /** In the order in which they began. */
  calls(filter?: CallFilter): MeteredCall[];
  invocation(requestId: string): CallSummary;
  /** The latest invocation of the function that made a call at all. */
  lastOf(functionName: string): CallSummary | undefined;
  reset(): void;
}

interface CallFilter {
  function?: string | RegExp;
  action?: string | RegExp;
  invocation?: string;
}

export interface CallSummary {
  calls: MeteredCall[];
  /** The longest chain of calls each of which waited for the answer of the one before. */
  roundTrips: number;
  readUnits: number;
  writeUnits: number;
  /** How often each action was called, failures and repetitions included. */
  actions: Record<string, number>;
}

/** What the calls cost together; for a part of an invocation, filter them before. */
export const summarise = (calls: MeteredCall[]): CallSummary => {
  const actions: Record<string, number> = {};
  for (const { action } of calls) actions[action] = (actions[action] ?? 0) + 1;
  return {
    calls,
    roundTrips: calls.reduce((deepest, { depth }) => Math.max(deepest, depth), 0),
    readUnits: calls.reduce((sum, { readUnits }) => sum + readUnits, 0),
    writeUnits: calls.reduce((sum, { writeUnits }) => sum + writeUnits, 0),
    actions,
  };
};

interface Group {
  begun: number;
  /** Of the calls that were answered. */
  deepest: number;
  calls: MeteredCall[];
}

const fits = (pattern: string | RegExp | undefined, text: string | undefined): boolean =>
  pattern === undefined || (typeof pattern === 'string' ? pattern === text : (text ?? '').search(pattern) >= 0);

/** @param limit of calls kept */
export const createMeter = (limit = 200_000): Meter => {
  /** By invocation, oldest first; calls of module loading by function. */
  const groups = new Map<string, Group>();
  const latest = new Map<string, string>();
  let kept = 0;

  const keyOf = (functionName: string, invocation: string | undefined) => invocation ?? `init ${functionName}`;
  const groupOf = (key: string): Group => {
    const group = groups.get(key) ?? { begun: 0, deepest: 0, calls: [] };
    groups.set(key, group);
    return group;
  };
  const forgetOldest = () => {
    for (const [key, group] of groups) {
      if (kept <= limit) return;
      kept -= group.calls.length;
      groups.delete(key);
    }
  };
  const inOrder = (calls: MeteredCall[]) => calls.sort((a, b) => a.startedAt - b.startedAt || a.sequence - b.sequence);
  const summaryOf = (key: string) => summarise(inOrder([...(groups.get(key)?.calls ?? [])]));

  return {
    begin(functionName, invocation) {
      const group = groupOf(keyOf(functionName, invocation));
      return { sequence: ++group.begun, depth: group.deepest + 1 };
    },
    record(call) {
      const key = keyOf(call.function, call.invocation);
      const group = groupOf(key);
      group.calls.push(call);
      group.deepest = Math.max(group.deepest, call.depth);
      if (call.invocation) latest.set(call.function, call.invocation);
      if (++kept > limit) forgetOldest();
    },
    calls: (filter = {}) =>
      inOrder(
        [...groups.values()]
          .flatMap(({ calls }) => calls)
          .filter(
            (call) =>
              fits(filter.function, call.function) &&
              fits(filter.action, call.action) &&
              fits(filter.invocation, call.invocation),
          ),
      ),
    invocation: summaryOf,
    lastOf(functionName) {
      const key = latest.get(functionName);
      return key === undefined ? undefined : summaryOf(key);
    },
    reset() {
      groups.clear();
      latest.clear();
      kept = 0;
    },
  };
};
