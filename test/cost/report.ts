/** Results as Markdown. */
import { table } from '../../docs/generate/markdown/markup.ts';
import { billOf, logService, sumOf, times, type Usage, usdOf, withoutLogs } from './bill.ts';
import { assumptions } from './duration.ts';
import type { Goal } from './goals.ts';
import { goalOf } from './goals.ts';
import { days, idleMonth, monthOfThousand } from './month.ts';
import { naiveMessage, naiveReceipts } from './naive.ts';
import { asOf, type Priced, prices, region } from './prices.ts';
import type { Result } from './result.ts';
import type { stageCounts } from './stage-counts.ts';
import { stepsOfMessage } from './steps.ts';

const million = 1_000_000;

const usd = (amount: number): string => `$${amount.toFixed(2)}`;

const services = ['API Gateway', 'DynamoDB', 'Lambda', 'EventBridge', 'SQS'];

const perMillion = ({ one }: Result): Usage => times(one, million);

const amountOf = (usage: Usage, service: string): number =>
  billOf(usage).services.find((one) => one.service === service)?.usd ?? 0;

export const goalsOf = (results: readonly Result[]): Goal[] =>
  results.flatMap((result) => (result.goal === undefined ? [] : [goalOf(result.of, result.goal, perMillion(result))]));

export const millionTable = (results: readonly Result[]): string =>
  table(
    ['a million of', ...services, 'together', logService, 'goal'],
    results.map((result) => {
      const usage = perMillion(result);
      const { goal } = result;
      const together = usdOf(withoutLogs(usage));
      return [
        result.of,
        ...services.map((service) => usd(amountOf(usage, service))),
        `**${usd(together)}**`,
        usd(amountOf(usage, logService)),
        goal === undefined ? '' : `${usd(goal)}, ${together <= goal ? 'met' : '**not met**'}`,
      ];
    }),
  );

const counted: [string, Priced, number][] = [
  ['WebSocket messages', 'webSocketMessage', 1],
  ['HTTP requests', 'httpRequest', 1],
  ['invocations', 'lambdaRequest', 1],
  ['ms × GB', 'lambdaGbSecond', 1_000],
  ['write units', 'writeUnit', 1],
  ['read units', 'readUnit', 1],
  ['events', 'busEvent', 1],
  ['queue requests', 'queueRequest', 1],
];

export const countTable = (results: readonly Result[]): string =>
  table(
    ['one of', ...counted.map(([name]) => name)],
    results.map(({ of, one }) => [
      of,
      ...counted.map(([, priced, factor]) => String(Number(((one[priced] ?? 0) * factor).toFixed(2)))),
    ]),
  );

/** Beside what is done first: docs/cost.md says how that is reckoned. */
export const naiveTable = (results: readonly Result[]): string => {
  const measured = (name: string): Usage | undefined => results.find((one) => one.name === name)?.one;
  const row = (what: string, ours: readonly (Usage | undefined)[], naive: Usage): string[][] =>
    ours.includes(undefined)
      ? []
      : [[what, usd(usdOf(withoutLogs(times(sumOf(ours as Usage[]), million)))), usd(usdOf(times(naive, million)))]];
  return table(
    ['a million messages', 'Parley', 'one by one'],
    [
      ...row('to 1 recipient', [measured('direct')], naiveMessage(1)),
      ...row('to 10 recipients', [measured('ten')], naiveMessage(10)),
      ...row(
        'to 10 recipients, each of whom reads it',
        [measured('ten'), measured('ten-read')],
        sumOf([naiveMessage(10), naiveReceipts(10)]),
      ),
      ...row('to 100 recipients, sparse', [measured('hundred')], naiveMessage(100)),
      ...row('to 100 recipients, 20 a second', [measured('hundred-busy')], naiveMessage(100)),
    ],
  );
};

/** Beside what its steps cost if functions took no time: docs/decisions/0029-what-the-cost-goals-take.md. */
export const stepsTable = (results: readonly Result[]): string =>
  table(
    ['a million of', ...services.slice(0, 3), 'its steps', 'goal', 'reckoned'],
    (
      [
        ['direct', 1],
        ['ten', 10],
        ['hundred', 100],
      ] as const
    ).flatMap(([name, recipients]) => {
      const result = results.find((one) => one.name === name);
      if (result?.goal === undefined) return [];
      const steps = times(stepsOfMessage(recipients), million);
      return [
        [
          result.of,
          ...services.slice(0, 3).map((service) => usd(amountOf(steps, service))),
          usd(usdOf(steps)),
          usd(result.goal),
          usd(usdOf(withoutLogs(perMillion(result)))),
        ],
      ];
    }),
  );

const usageIn =
  (results: readonly Result[]) =>
  (name: string): Usage => {
    const result = results.find((one) => one.name === name);
    if (!result) throw new Error(`The month takes the workload ${name}.`);
    return result.one;
  };

export const monthTable = (results: readonly Result[]): string => {
  const usage = monthOfThousand(usageIn(results));
  return table(
    ['service', `a thousand users, ${days} days`],
    [
      ...billOf(usage).services.map(({ service, usd: amount }) => [service, usd(amount)]),
      ['together', `**${usd(usdOf(usage))}**`],
    ],
  );
};

export const idleTable = (stage: ReturnType<typeof stageCounts>, results: readonly Result[]): string => {
  const rows = idleMonth(stage, usageIn(results));
  return table(
    ['what', 'a month'],
    [
      ...rows.map(({ what, usage }) => [what, usd(usdOf(usage))]),
      ['together', `**${usd(usdOf(sumOf(rows.map(({ usage }) => usage))))}**`],
    ],
  );
};

/** How far the goals depend on what is assumed. */
export const sensitivityTable = (results: readonly Result[]): string => {
  const cost = (usage: Usage) => usd(usdOf(withoutLogs(times(usage, million))));
  return table(
    ['a million of', 'AWS twice as fast', 'as assumed', 'half as fast'],
    results
      .filter(({ goal }) => goal !== undefined)
      .map(({ of, one, oneIfFast, oneIfSlow }) => [of, cost(oneIfFast), cost(one), cost(oneIfSlow)]),
  );
};

export const assumptionsText = (): string => {
  const { calls, overheadMs, coldStarts } = assumptions;
  return [
    table(
      ['call', 'milliseconds'],
      calls.map(([call, ms]) => [`\`${call}\``, String(ms)]),
    ),
    `An invocation takes ${overheadMs} ms more; one in ${Math.round(1 / coldStarts.share)} starts an instance, for ${coldStarts.ms} ms.`,
  ].join('\n\n');
};

export const pricesTable = (): string =>
  [
    `${region}, on demand, the first tier, without free tiers, as of ${asOf}.`,
    table(
      ['service', 'what', 'dollars'],
      Object.values(prices).map(({ service, of, usd: amount, per, page }) => [
        `[${service}](${page})`,
        of,
        `${amount}${per === 1 ? '' : ` for ${per.toLocaleString('en-US')}`}`,
      ]),
    ),
  ].join('\n\n');
