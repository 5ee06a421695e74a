import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { metricUnits } from '../../../shared/protocol/metrics.ts';

const guide = readFileSync(new URL('../../../docs/observability.md', import.meta.url), 'utf8');

it('says of every metric what it counts, in its unit', () => {
  const rows = [...guide.matchAll(/^\| ((?:`\w+`(?:, )?)+) \| (count|ms) \|/gm)];
  const documented = rows.flatMap(([, names = '', unit]) =>
    names.split(', ').map((name) => [name.replaceAll('`', ''), unit === 'ms' ? 'Milliseconds' : 'Count'] as const),
  );
  expect(Object.fromEntries(documented)).toEqual(metricUnits);
});
