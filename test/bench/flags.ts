import { parseArgs } from 'node:util';

export const usage = `Usage: npm run bench -- [part …] [flags]

Parts: bundles, posts, connections, latency, throughput, rooms, room-plan; all of them if none is named.

  --quick   fewer and shorter rounds: whether it runs, not how fast
  --write   put the results into docs/benchmarks.md
  --json    print the raw results as JSON
  --help    print this`;

export interface Flags {
  parts: string[];
  quick: boolean;
  write: boolean;
  json: boolean;
  help: boolean;
}

/** @throws an error of one line for what it does not know */
export const readFlags = (args: string[], known: readonly string[]): Flags => {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const unknown = positionals.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new Error(`There is no part ${unknown}: there are ${known.join(', ')}.`);
  if (values.quick && values.write) throw new Error('--quick measures too little to be written.');
  return { ...values, parts: positionals.length > 0 ? positionals : [...known] };
};
