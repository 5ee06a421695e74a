import { billOf, times } from './bill.ts';
import { usageOf } from './ledger.ts';
import { openTown } from './town.ts';
import { messages } from './workloads/messages.ts';

const town = await openTown();
for (const w of messages.filter((x) => process.argv.slice(2).includes(x.name))) {
  const { count, seen } = await w.run(town);
  const per = times(usageOf(seen), 1e6 / count);
  console.log(
    w.of,
    Object.fromEntries(Object.entries(times(usageOf(seen), 1 / count)).map(([k, v]) => [k, Number(v.toFixed(7))])),
  );
  console.log(billOf(per));
  const g = Map.groupBy(
    seen.uses.filter((u) => u.kind === 'invocation'),
    (u) => u.function,
  );
  for (const [f, us] of g)
    console.log(f, us.length / count, 'cpu', us.map((u) => u.cpuMs).sort((a, b) => a - b)[Math.floor(us.length / 2)]?.toFixed(1));
  const c = Map.groupBy(seen.calls, (u) => `${u.function} ${u.action}`);
  for (const [f, us] of c)
    console.log(
      f,
      us.length / count,
      'R',
      us.reduce((s, u) => s + u.readUnits, 0) / count,
      'W',
      us.reduce((s, u) => s + u.writeUnits, 0) / count,
    );
  console.log(seen.lines.length / count, 'lines', seen.events.length / count, 'events');
}
await town.leaves();
