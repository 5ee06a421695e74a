import { describe, expect, it } from 'vitest';
import { commands, commonCommandErrors } from '../../../shared/protocol/commands.ts';
import { errorCatalogue, errorCodes, Problem } from '../../../shared/protocol/errors.ts';
import { commonErrorsOf } from '../../../shared/protocol/route.ts';
import { routes } from '../../../shared/protocol/routes.ts';

describe('the catalogue', () => {
  it.each(errorCodes)('%s has a status of an error, a title and advice', (code) => {
    const { status, title, advice } = errorCatalogue[code];
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(600);
    expect(title).not.toBe('');
    expect(advice).toMatch(/\.$/);
  });

  it('promises that a repetition may help only where time heals', () => {
    const repeatable = errorCodes.filter((code) => errorCatalogue[code].retry);
    expect(repeatable).toEqual(['rate_limited', 'internal', 'hook_unavailable', 'unavailable']);
  });

  it('has no code that nothing is answered with', () => {
    const used = new Set<string>([
      ...commonCommandErrors,
      ...commands.flatMap((command) => command.errors),
      ...routes.flatMap((route) => [...route.errors, ...commonErrorsOf(route)]),
    ]);
    expect(errorCodes.filter((code) => !used.has(code))).toEqual([]);
  });
});

describe('a problem', () => {
  it('speaks of its detail, or else of its title', () => {
    expect(new Problem('not_found').message).toBe('Not found');
    expect(new Problem('not_found', { detail: 'No such room.' }).message).toBe('No such room.');
    expect(new Problem('rate_limited').status).toBe(429);
  });
});
