/**
 * Stories that do not run against a deployed stage, and why. The runner skips by this list, and docs/conformance.md has it as a table,
 * printed from here.
 */

export type Why = keyof typeof reasons;

export const reasons = {
  inside: 'x',
} as const;

export interface Skipped {
  /** Below test/e2e, without `.test.ts`. */
  file: string;
  /** Titles of tests or of groups of them, as the file spells them; all of the file, if left out. */
  stories?: readonly string[];
  /** `deployed`: wherever it is deployed. `endpoint`: there alone. */
  on: 'deployed' | 'endpoint';
  why: Why;
}

export const skipped: readonly Skipped[] = [];
