import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { anchorOf } from '../../support/markdown.ts';
import { type Resource, templatesOf } from './templates.ts';

const topic = 'arn:aws:sns:eu-west-1:123456789012:ops';
const settingsOf = (stage: string) => {
  const text = readFileSync(new URL(`../../../infra/settings/${stage}.json`, import.meta.url), 'utf8');
  const { tokenIssuers: _, ...settings } = JSON.parse(text) as Record<string, unknown>;
  return settings;
};
const prod = templatesOf('prod', settingsOf('prod'));
const stages = {
  local: templatesOf('local', settingsOf('local')),
  dev: templatesOf('dev', { ...settingsOf('dev'), alarmTopicArn: topic }),
  prod,
};
const alarmsOf = ({ all }: typeof prod): Resource[] => [
  ...all('AWS::CloudWatch::Alarm'),
  ...all('AWS::CloudWatch::CompositeAlarm'),
];
const alarms = alarmsOf(prod);
const runbook = readFileSync(new URL('../../../docs/runbook.md', import.meta.url), 'utf8');

/** Each article by the address that a link gives it. */
const articles = new Map(
  runbook
    .split(/^## /m)
    .slice(1)
    .map((article) => [anchorOf(article.split('\n', 1)[0] ?? ''), article]),
);
const articleOf = ({ Properties }: Resource): string =>
  /docs\/runbook\.md#(\S+)$/.exec(Properties.AlarmDescription)?.[1] ?? '';

/** What an alarm looks at, whether alone or in an expression. */
const metricsOf = ({ Properties }: Resource): string[] => [
  ...(Properties.MetricName ? [Properties.MetricName] : []),
  ...(Properties.Metrics ?? []).flatMap((one: { MetricStat?: { Metric: { MetricName: string } } }) =>
    one.MetricStat ? [one.MetricStat.Metric.MetricName] : [],
  ),
];
const by = (article: string): Resource[] => alarms.filter((one) => articleOf(one) === article);

describe('alarms', () => {
  it('watch over the dead letters of every queue and of both readers of the stream', () => {
    const seen = alarms.map(({ Properties }) => JSON.stringify(Properties.Dimensions) ?? '');
    const visible = seen.filter((_, i) => alarms[i]?.Properties.MetricName === 'ApproximateNumberOfMessagesVisible');
    const deadLetters = prod.all('AWS::SQS::Queue').filter(({ id }) => /dead-?letters/i.test(id));
    expect(deadLetters).toHaveLength(15);
    for (const { id } of deadLetters)
      expect(visible.filter((dimensions) => dimensions.includes(`"${id}"`))).toHaveLength(1);
  });

  it('watch how far both readers are behind the stream', () => {
    const lags = alarms.filter(({ Properties }) => Properties.MetricName === 'IteratorAge');
    const readers = lags.map(({ Properties }) => prod.functionIn(Properties.Dimensions));
    const named = [...prod.functions()].filter(([, { id }]) => readers.includes(id)).map(([name]) => name);
    expect(named.sort()).toEqual(['Stream/fanout', 'Stream/publisher']);
  });

  it('watch how long work waits that somebody waits for', () => {
    expect(by('a-worker-falls-behind').map(({ Properties }) => Properties.Threshold)).toEqual([300, 300, 60]);
  });

  it('go off where a month’s errors would be used up in two days, and only while that lasts', () => {
    for (const [article, below] of [
      ['sends-fail', 98.56],
      ['messages-arrive-late', 85.6],
    ] as const) {
      const [parts, [whole]] = [
        by(article).filter(({ Properties }) => !('AlarmRule' in Properties)),
        by(article).filter(({ Properties }) => 'AlarmRule' in Properties),
      ];
      const periods = parts.map(
        ({ Properties }) =>
          Properties.Period ??
          Properties.Metrics.find((one: { MetricStat?: unknown }) => one.MetricStat)?.MetricStat.Period,
      );
      expect(periods.sort()).toEqual([300, 3_600]);
      for (const { id, Properties } of parts) {
        expect(Properties).toMatchObject({ ComparisonOperator: 'LessThanThreshold' });
        expect(Properties.Threshold).toBeCloseTo(below);
        expect(JSON.stringify(whole?.Properties.AlarmRule)).toContain(id);
      }
    }
    expect(by('messages-arrive-late')[0]?.Properties.ExtendedStatistic).toBe('PR(:1000)');
  });

  it('watch errors of both doors, throttles of functions and of the table, and the canary', () => {
    expect(by('requests-fail').flatMap(metricsOf)).toEqual(
      expect.arrayContaining(['5xx', 'IntegrationError', 'ExecutionError']),
    );
    expect(by('functions-are-throttled').flatMap(metricsOf)).toEqual(['Throttles']);
    expect(by('the-table-is-throttled').flatMap(metricsOf)).toEqual(['ReadThrottleEvents', 'WriteThrottleEvents']);
    expect(by('the-canary-fails').map(({ Properties }) => Properties)).toMatchObject([
      { MetricName: 'CanarySuccess', DatapointsToAlarm: 3, EvaluationPeriods: 5, TreatMissingData: 'breaching' },
    ]);
  });

  it('look at sixty metrics at the most, for each of which AWS bills', () => {
    expect(alarms.flatMap(metricsOf).length).toBeLessThanOrEqual(60);
  });

  it.each(Object.entries(stages))('of the stage %s each say what to do, in an article with three parts', (_, stage) => {
    expect(alarmsOf(stage).length).toBeGreaterThan(0);
    for (const alarm of alarmsOf(stage)) {
      const article = articles.get(articleOf(alarm)) ?? '';
      for (const part of ['Description', 'Investigation', 'Resolution'])
        expect(article, alarm.id).toContain(`**${part}.**`);
    }
  });

  it('lead to every article but those that are procedures', () => {
    const led = new Set(Object.values(stages).flatMap(alarmsOf).map(articleOf));
    const unled = [...articles].filter(([anchor]) => !led.has(anchor));
    expect(unled.filter(([, article]) => !article.includes('*A procedure: no alarm leads here.*'))).toEqual([]);
  });

  it('go to the topic that the stage names, and to nobody without one; parts tell nobody', () => {
    const toldBy = ({ Properties: { AlarmActions, OKActions } }: Resource) => [AlarmActions, OKActions];
    expect(alarms.map(toldBy)).toEqual(alarms.map(() => [undefined, undefined]));
    const inDev = alarmsOf(stages.dev);
    const silent = inDev.filter((one) => toldBy(one)[0] === undefined);
    expect(silent.map(articleOf).sort()).toEqual([
      'messages-arrive-late',
      'messages-arrive-late',
      'sends-fail',
      'sends-fail',
    ]);
    const told = inDev.filter((one) => !silent.includes(one));
    expect(told.map(toldBy)).toEqual(told.map(() => [[topic], [topic]]));
  });
});
