/** `npm run cost`: what Parley costs, from what the local cloud meters; fails where a goal is missed. See docs/cost.md. */
import { parseArgs } from 'node:util';
import { synthesize } from '../../infra/local/synth.ts';
import { thisMachine } from '../bench/machine.ts';
import { writeResults } from '../bench/page.ts';
import { machineLine } from '../bench/report.ts';
import {
  assumptionsText,
  countTable,
  goalsOf,
  idleTable,
  millionTable,
  monthTable,
  naiveTable,
  pricesTable,
  sensitivityTable,
  stepsTable,
} from './report.ts';
import { type Result, resultOf } from './result.ts';
import { stageCounts } from './stage-counts.ts';
import { costAssembly, openTown } from './town.ts';
import { messages } from './workloads/messages.ts';
import { presence } from './workloads/presence.ts';
import { reading } from './workloads/reading.ts';
import { receipts } from './workloads/receipts.ts';

const workloads = [...messages, ...receipts, ...presence, ...reading];

const usage = `Usage: npm run cost -- [workload …] [flags]

Workloads: ${workloads.map(({ name }) => name).join(', ')}; all of them if none is named.

  --write   put the results into docs/cost.md; takes all workloads
  --json    print what one of each used, as JSON
  --help    print this`;

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    write: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const unknown = positionals.find((name) => !workloads.some((one) => one.name === name));
if (flags.help) console.log(usage);
else if (unknown !== undefined || (flags.write && positionals.length > 0)) {
  console.error(unknown === undefined ? '--write takes all workloads.' : `There is no workload ${unknown}.`);
  process.exitCode = 1;
} else await run(workloads.filter(({ name }) => positionals.length === 0 || positionals.includes(name)));

async function run(chosen: typeof workloads): Promise<void> {
  const results: Result[] = [];
  const town = await openTown(await costAssembly());
  try {
    for (const workload of chosen) {
      console.error(`Metering ${workload.name} …`);
      results.push(resultOf(workload, await workload.run(town)));
    }
  } finally {
    await town.leaves();
  }
  const goals = goalsOf(results);
  if (flags.json) console.log(JSON.stringify({ results, goals }, null, 2));
  else await print(results, chosen.length === workloads.length);
  for (const { of, wanted, got, met } of goals) {
    if (!met) console.error(`Goal missed: a million ${of} for $${wanted}. Reckoned: $${got.toFixed(2)}.`);
  }
  if (goals.some(({ met }) => !met)) process.exitCode = 1;
}

async function print(results: readonly Result[], isAll: boolean): Promise<void> {
  const prod = isAll ? await synthesize({ context: { stage: 'prod' } }) : undefined;
  const sections: [string, string][] = [
    ['million', `${machineLine(thisMachine())}\n\n${millionTable(results)}`],
    ['counts', countTable(results)],
    ...(prod === undefined
      ? []
      : ([
          ['steps', stepsTable(results)],
          ['naive', naiveTable(results)],
          ['month', monthTable(results)],
          ['idle', idleTable(stageCounts(prod), results)],
          ['sensitivity', sensitivityTable(results)],
          ['assumptions', assumptionsText()],
          ['prices', pricesTable()],
        ] as [string, string][])),
  ];
  for (const [name, text] of sections) {
    console.log(`## ${name}\n\n${text}\n`);
    if (flags.write) await writeResults(name, text, 'cost.md');
  }
}
