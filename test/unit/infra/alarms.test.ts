import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { anchorOf } from '../../support/markdown.ts';
import { templatesOf } from './templates.ts';

const topic = 'arn:aws:sns:eu-west-1:123456789012:ops';
const dev = templatesOf('dev');
const watched = templatesOf('dev', { alarmTopicArn: topic });
const alarms = dev.all('AWS::CloudWatch::Alarm');
const runbook = readFileSync(new URL('../../../docs/runbook.md', import.meta.url), 'utf8');

/** Each article by the address that a link gives it. */
const articles = new Map(
  runbook
    .split(/^## /m)
    .slice(1)
    .map((article) => [anchorOf(article.split('\n', 1)[0] ?? ''), article]),
);

describe('alarms', () => {
  it('watch over the dead letters of every queue and of both readers of the stream', () => {
    const seen = alarms.map(({ Properties }) => JSON.stringify(Properties.Dimensions));
    const deadLetters = dev.all('AWS::SQS::Queue').filter(({ id }) => /dead-?letters/i.test(id));
    expect(deadLetters).toHaveLength(15);
    for (const { id } of deadLetters)
      expect(seen.filter((dimensions) => dimensions.includes(`"${id}"`))).toHaveLength(1);
  });

  it('watch how far both readers are behind the stream', () => {
    const lags = alarms.filter(({ Properties }) => Properties.MetricName === 'IteratorAge');
    const readers = lags.map(({ Properties }) => dev.functionIn(Properties.Dimensions));
    const named = [...dev.functions()].filter(([, { id }]) => readers.includes(id)).map(([name]) => name);
    expect(named.sort()).toEqual(['Stream/fanout', 'Stream/publisher']);
  });

  it('each say what to do, in an article that is there and has its three parts', () => {
    for (const { id, Properties } of alarms) {
      const article = articles.get(/docs\/runbook\.md#(\S+)$/.exec(Properties.AlarmDescription)?.[1] ?? '');
      for (const part of ['Description', 'Investigation', 'Resolution']) expect(article, id).toContain(`**${part}.**`);
    }
  });

  it('go to the topic that the stage names, and to nobody without one', () => {
    const toldBy = ({ Properties: { AlarmActions, OKActions } }: (typeof alarms)[number]) => [AlarmActions, OKActions];
    expect(alarms.map(toldBy)).toEqual(alarms.map(() => [undefined, undefined]));
    expect(watched.all('AWS::CloudWatch::Alarm').map(toldBy)).toEqual(alarms.map(() => [[topic], [topic]]));
  });
});
