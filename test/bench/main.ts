/** `npm run bench`: measures Parley on this machine and prints Markdown. See docs/benchmarks.md. */
import { type Flags, readFlags, usage } from './flags.ts';
import { thisMachine } from './machine.ts';
import { writeResults } from './page.ts';
import type { Part } from './part.ts';
import { bundles } from './parts/bundles.ts';
import { connections } from './parts/connections.ts';
import { latency } from './parts/latency.ts';
import { posts } from './parts/posts.ts';
import { throughput } from './parts/throughput.ts';
import { sectionText } from './report.ts';

const parts = [bundles, posts, connections, latency, throughput] as Part[];

try {
  const flags = readFlags(
    process.argv.slice(2),
    parts.map(({ name }) => name),
  );
  if (flags.help) console.log(usage);
  else await run(flags);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function run(flags: Flags): Promise<void> {
  const machine = thisMachine();
  const results: Record<string, unknown> = {};
  const texts: Record<string, string> = {};
  for (const part of parts.filter(({ name }) => flags.parts.includes(name))) {
    const result = await part.measure(flags);
    const section = part.section(result);
    results[part.name] = result;
    texts[part.name] = sectionText(section, machine);
    if (!flags.json) console.log(`## ${section.title}\n\n${texts[part.name]}\n`);
  }
  if (flags.json) console.log(JSON.stringify({ machine, results }, null, 2));
  if (flags.write) await writeResults(texts);
}
