import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closableHoles, holeAgeMs } from '../../../shared/domain/holes.ts';

const start = Date.parse('2026-11-21T12:00:00.000Z');
const at = (ms: number) => new Date(start + ms).toISOString();
const seqs = (holes: { seq: number }[]) => holes.map((one) => one.seq);
const old = new Date(start + 60_000);

describe('holes', () => {
  it('are the numbers between others that hold nothing', () => {
    const found = [1, 2, 5, 7].map((seq) => ({ seq, createdAt: at(seq) }));
    expect(closableHoles(found, 1, 7, at(7), old)).toEqual([
      { seq: 3, takenAt: at(5) },
      { seq: 4, takenAt: at(5) },
      { seq: 6, takenAt: at(7) },
    ]);
  });

  it('are those at the end too, as old as the conversation’s last sign of life', () => {
    const found = [{ seq: 1, createdAt: at(0) }];
    expect(closableHoles(found, 1, 3, at(10_000), new Date(start + 14_999))).toEqual([]);
    expect(seqs(closableHoles(found, 1, 3, at(10_000), new Date(start + 15_000)))).toEqual([2, 3]);
  });

  it('are left alone while what came after them is young', () => {
    const found = [
      { seq: 3, createdAt: at(0) },
      { seq: 5, createdAt: at(10_000) },
    ];
    expect(seqs(closableHoles(found, 1, 5, at(10_000), new Date(start + 10_001)))).toEqual([1, 2]);
    expect(seqs(closableHoles(found, 1, 5, at(10_000), new Date(start + 15_000)))).toEqual([1, 2, 4]);
  });

  it('are none in a stretch of nothing', () => {
    expect(closableHoles([], 1, 0, at(0), old)).toEqual([]);
    expect(closableHoles([], 9, 3, at(0), old)).toEqual([]);
  });
});

it('no number is closed that was taken less than five seconds ago, and in the end all are', () => {
  const send = fc.record({ pauseMs: fc.nat({ max: 4_000 }), arrives: fc.boolean() });
  fc.assert(
    fc.property(fc.array(send, { minLength: 1, maxLength: 20 }), fc.nat({ max: 20_000 }), (sends, waitMs) => {
      let clock = start;
      const taken = sends.map(({ pauseMs, arrives }, i) => {
        clock += pauseMs;
        return { seq: i + 1, arrives, createdAt: new Date(clock).toISOString() };
      });
      const now = new Date(clock + waitMs);
      const last = taken.at(-1)?.createdAt ?? '';
      const holes = seqs(
        closableHoles(
          taken.filter((one) => one.arrives),
          1,
          taken.length,
          last,
          now,
        ),
      );

      for (const seq of holes) {
        const one = taken[seq - 1];
        expect(one?.arrives).toBe(false);
        expect(now.getTime() - Date.parse(one?.createdAt ?? '')).toBeGreaterThanOrEqual(holeAgeMs);
      }
      if (waitMs >= holeAgeMs) expect(holes).toEqual(taken.filter((one) => !one.arrives).map((one) => one.seq));
    }),
  );
});
