/** Results as Markdown. */
import { table } from '../../docs/generate/markdown/markup.ts';
import type { Machine } from './machine.ts';
import type { Section } from './part.ts';

export const machineLine = ({ date, cpu, cores, memoryGb, platform, node }: Machine): string =>
  `${date}: ${cpu}, ${cores} cores, ${memoryGb} GB, ${platform}, Node ${node.replace(/^v/, '')}.`;

/** A section without its heading. */
export const sectionText = ({ method, head, rows, targets }: Section, machine: Machine): string =>
  [
    machineLine(machine),
    method,
    table(head, rows),
    ...targets.map(({ wanted, got, met }) => `Target: ${wanted}. Measured: ${got}. **${met ? 'Met' : 'Not met'}.**`),
  ].join('\n\n');
