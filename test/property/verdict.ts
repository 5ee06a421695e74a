/** What becomes of an action: refused with one of some codes, or done, with an answer that fits. */
import type { Room } from './model.ts';

export type Verdict = { refused: readonly string[] } | { next: Room; fits: (answer: unknown) => boolean };

export const refused = (...codes: string[]): Verdict => ({ refused: codes });
export const always = () => true;
export const holds = (expected: object) => (answer: unknown) =>
  Object.entries(expected).every(([name, value]) => (answer as Record<string, unknown>)[name] === value);
