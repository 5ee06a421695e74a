import { availableParallelism, cpus, totalmem } from 'node:os';

/** What the numbers depend on, and nothing that names whose machine it is. */
export interface Machine {
  date: string;
  cpu: string;
  cores: number;
  memoryGb: number;
  platform: string;
  node: string;
}

export const thisMachine = (now = new Date()): Machine => ({
  date: now.toISOString().slice(0, 10),
  cpu: cpus()[0]?.model.trim() ?? 'unknown',
  cores: availableParallelism(),
  memoryGb: Math.round(totalmem() / 2 ** 30),
  platform: `${process.platform} ${process.arch}`,
  node: process.version,
});
