import { times, type Usage } from './bill.ts';
import { type Seen, usageOf } from './ledger.ts';
import type { Workload } from './workload.ts';

/** What one of what a workload counts used. */
export interface Result extends Pick<Workload, 'name' | 'of' | 'goal'> {
  one: Usage;
  /** Where AWS is twice as fast as assumed, and half as fast. */
  oneIfFast: Usage;
  oneIfSlow: Usage;
}

export const resultOf = ({ name, of, goal }: Workload, { count, seen }: { count: number; seen: Seen }): Result => {
  const one = (factor: number) => times(usageOf(seen, { factor }), 1 / count);
  return { name, of, ...(goal !== undefined && { goal }), one: one(1), oneIfFast: one(0.5), oneIfSlow: one(2) };
};
