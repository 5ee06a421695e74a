/** `npm run bench`: measures Parley on this machine and prints Markdown; fails where a target is missed. See docs/benchmarks.md. */
import { type Flags, readFlags, usage } from './flags.ts';
import { interruption } from './interruption.ts';
import { thisMachine } from './machine.ts';
import { writeResults } from './page.ts';
import type { Part, Target } from './part.ts';
import { bundles } from './parts/bundles.ts';
import { connections } from './parts/connections.ts';
import { latency } from './parts/latency.ts';
import { posts } from './parts/posts.ts';
import { roomPlan } from './parts/room-plan.ts';
import { rooms } from './parts/rooms.ts';
import { throughput } from './parts/throughput.ts';
import { sectionText } from './report.ts';

const parts = [bundles, posts, connections, latency, throughput, rooms, roomPlan] as Part[];

try {
  const flags = readFlags(
    process.argv.slice(2),
    parts.map(({ name }) => name),
  );
  if (flags.help) console.log(usage);
  else await run(flags);
} catch (error) {
  console.error(interruption.aborted ? 'Interrupted.' : error instanceof Error ? error.message : error);
  process.exitCode = interruption.aborted ? 130 : 1;
}

async function run(flags: Flags): Promise<void> {
  const machine = thisMachine();
  const results: Record<string, unknown> = {};
  const missed: Target[] = [];
  for (const part of parts.filter(({ name }) => flags.parts.includes(name))) {
    console.error(`Measuring ${part.name} …`);
    const result = await part.measure(flags);
    const section = part.section(result);
    const text = sectionText(section, machine);
    results[part.name] = result;
    missed.push(...section.targets.filter(({ met }) => !met));
    if (!flags.json) console.log(`## ${section.title}\n\n${text}\n`);
    if (flags.write) await writeResults(part.name, text);
  }
  if (flags.json) console.log(JSON.stringify({ machine, results, missed }, null, 2));
  for (const { wanted, got } of missed) console.error(`Target missed: ${wanted}. Measured: ${got}.`);
  if (missed.length > 0) process.exitCode = 1;
}
