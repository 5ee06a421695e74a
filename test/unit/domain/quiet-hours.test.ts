import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isQuiet } from '../../../shared/domain/quiet-hours.ts';

const quiet = (from: string, to: string, timeZone: string, at: string) => isQuiet({ from, to, timeZone }, new Date(at));

describe('quiet hours', () => {
  it('are none where nobody set any', () => {
    expect(isQuiet(null, new Date())).toBe(false);
  });

  it.each([
    ['13:00', '14:30', '2026-11-21T12:59:59Z', false],
    ['13:00', '14:30', '2026-11-21T13:00:00Z', true],
    ['13:00', '14:30', '2026-11-21T14:29:59Z', true],
    ['13:00', '14:30', '2026-11-21T14:30:00Z', false],
    ['22:00', '07:00', '2026-11-21T21:59:59Z', false],
    ['22:00', '07:00', '2026-11-21T22:00:00Z', true],
    ['22:00', '07:00', '2026-11-22T00:00:00Z', true],
    ['22:00', '07:00', '2026-11-22T06:59:59Z', true],
    ['22:00', '07:00', '2026-11-22T07:00:00Z', false],
  ])('from %s to %s are at %s: %s', (from, to, at, expected) => {
    expect(quiet(from, to, 'UTC', at)).toBe(expected);
  });

  it.each([
    ['Europe/Berlin', '2026-01-15T21:30:00Z', true],
    ['Europe/Berlin', '2026-01-15T20:30:00Z', false],
    // In summer an hour earlier.
    ['Europe/Berlin', '2026-07-15T20:30:00Z', true],
    ['America/New_York', '2026-01-15T03:30:00Z', true],
    ['America/New_York', '2026-01-15T21:30:00Z', false],
    ['Asia/Kolkata', '2026-01-15T16:45:00Z', true],
    ['Asia/Kolkata', '2026-01-15T16:25:00Z', false],
    ['Pacific/Kiritimati', '2026-01-15T09:00:00Z', true],
  ])('go by the clocks of %s: at %s %s', (timeZone, at, expected) => {
    expect(quiet('22:00', '07:00', timeZone, at)).toBe(expected);
  });

  it('go by the clocks in the night in which they are changed', () => {
    const berlin = (at: string) => quiet('02:00', '03:00', 'Europe/Berlin', at);
    // Forward: there is no time from two to three.
    expect([berlin('2026-03-29T00:59:00Z'), berlin('2026-03-29T01:00:00Z')]).toEqual([false, false]);
    // Back: there is twice.
    expect([berlin('2026-10-25T00:30:00Z'), berlin('2026-10-25T01:30:00Z'), berlin('2026-10-25T02:00:00Z')]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('and those from their end to their beginning are never at once, and always one of them is', () => {
    const time = fc
      .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
      .map(([hours, minutes]) => `${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`);
    const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'America/St_Johns', 'Australia/Lord_Howe');
    fc.assert(
      fc.property(
        time,
        time,
        zone,
        fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }),
        (from, to, timeZone, at) => {
          fc.pre(from !== to);
          expect(isQuiet({ from, to, timeZone }, at)).toBe(!isQuiet({ from: to, to: from, timeZone }, at));
        },
      ),
    );
  });
});
