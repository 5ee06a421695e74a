/**
 * Leaves alone what keeps failing: five failures in a row within 30 seconds open the circuit, and nothing is called for ten seconds.
 * Then one call may probe; it closes the circuit, or opens it for as long again.
 */

/** How calls are doing, as plain data: each call makes it anew. Times in milliseconds. */
export interface Circuit {
  /** When those calls failed that nothing but failures came after; no more of them than open it. */
  failedAt: readonly number[];
  /** Until when nothing is called; undefined while it is closed. */
  openUntil: number | undefined;
}

export const closedCircuit: Circuit = { failedAt: [], openUntil: undefined };

export const circuitRules = { failures: 5, withinMs: 30_000, restMs: 10_000 };
const { failures, withinMs, restMs } = circuitRules;

/** @returns the circuit with a call under way; undefined where none may be made. A probe that never ends holds others back for one rest. */
export const admitted = (circuit: Circuit, now: number): Circuit | undefined => {
  if (circuit.openUntil === undefined) return circuit;
  return now < circuit.openUntil ? undefined : { ...circuit, openUntil: now + restMs };
};

export const afterCall = (circuit: Circuit, succeeded: boolean, now: number): Circuit => {
  if (succeeded) return closedCircuit;
  const failedAt = [...circuit.failedAt, now].slice(-failures);
  const [first = now] = failedAt;
  const keepsFailing = failedAt.length === failures && now - first <= withinMs;
  return { failedAt, openUntil: circuit.openUntil !== undefined || keepsFailing ? now + restMs : undefined };
};
