import type { Seen } from './ledger.ts';
import type { Town } from './town.ts';

/** Something that people do, over and over. */
export interface Workload {
  name: string;
  /** What a million of them are. */
  of: string;
  /** Dollars for a million of them at most, logs apart. */
  goal?: number;
  run(town: Town): Promise<{ count: number; seen: Seen }>;
}
