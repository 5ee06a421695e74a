import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  admitted,
  afterCall,
  type Circuit,
  circuitRules,
  closedCircuit,
} from '../../../shared/domain/circuit-breaker.ts';

const { failures, withinMs, restMs } = circuitRules;

const failing = (times: readonly number[], circuit = closedCircuit): Circuit =>
  times.reduce((one, at) => afterCall(one, false, at), circuit);
const evenly = (count: number, stepMs: number) => Array.from({ length: count }, (_, i) => i * stepMs);

describe('a circuit', () => {
  it('lets calls through until as many have failed in a row as open it', () => {
    expect(admitted(failing(evenly(failures - 1, 1)), failures)).toBeDefined();
    expect(admitted(failing(evenly(failures, 1)), failures)).toBeUndefined();
  });

  it('stays closed where failures are further apart than it remembers', () => {
    const stepMs = withinMs / (failures - 1);
    expect(failing(evenly(failures, stepMs)).openUntil).toBeDefined();
    expect(failing(evenly(failures * 3, stepMs + 1)).openUntil).toBeUndefined();
  });

  it('after its rest lets one call through, which closes it or opens it again', () => {
    const open = failing(evenly(failures, 0));
    expect(admitted(open, restMs - 1)).toBeUndefined();

    const probing = admitted(open, restMs) as Circuit;
    expect(admitted(probing, restMs + 1)).toBeUndefined();
    expect(afterCall(probing, true, restMs + 5)).toEqual(closedCircuit);
    expect(admitted(afterCall(probing, false, restMs + 5), 2 * restMs + 4)).toBeUndefined();
  });

  it('lets another probe through where one never came back', () => {
    const probing = admitted(failing(evenly(failures, 0)), restMs) as Circuit;
    expect(admitted(probing, 2 * restMs)).toBeDefined();
  });
});

const steps = fc.array(fc.record({ waitMs: fc.integer({ min: 0, max: 20_000 }), succeeds: fc.boolean() }), {
  maxLength: 200,
});

/** Calls one after the other, as an instance makes them. @returns when each was made, and whether it succeeded */
const played = (script: readonly { waitMs: number; succeeds: boolean }[]) => {
  const calls: { at: number; succeeds: boolean }[] = [];
  let [circuit, now] = [closedCircuit, 0];
  for (const { waitMs, succeeds } of script) {
    now += waitMs;
    const next = admitted(circuit, now);
    if (!next) continue;
    calls.push({ at: now, succeeds });
    circuit = afterCall(next, succeeds, now);
  }
  return calls;
};

describe('whatever happens', () => {
  it('what fails all the time is called no more often than it takes to open, and once a rest', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 2_000 })), (waits) => {
        const calls = played(waits.map((waitMs) => ({ waitMs, succeeds: false })));
        const last = waits.reduce((sum, one) => sum + one, 0);
        expect(calls.length).toBeLessThanOrEqual(failures + Math.ceil(last / restMs));
      }),
    );
  });

  it('no call is kept back unless five failed before it, the last of them within a rest', () => {
    fc.assert(
      fc.property(steps, (script) => {
        const calls = played(script);
        let now = 0;
        for (const { waitMs } of script) {
          now += waitMs;
          if (calls.some(({ at }) => at === now)) continue;
          const lately = calls.filter(({ at }) => at <= now).slice(-failures);
          expect(lately.map(({ succeeds }) => succeeds)).toEqual(Array(failures).fill(false));
          expect(now - (lately.at(-1)?.at ?? 0)).toBeLessThan(restMs);
        }
      }),
    );
  });
});
