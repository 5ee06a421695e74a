import { describe, expect, it } from 'vitest';
import { scheduleExpression } from '../../../../infra/local/events/schedule-expression.ts';
import type { CloudModel } from '../../../../infra/local/model.ts';
import { withEngines } from './engines.ts';
import { aCloud, aFunction, aTarget, functionArn } from './given.ts';
import { manualClock } from './manual-clock.ts';

const engines = withEngines();

/** The first times after noon of a Friday, the first of January 2027. */
function timesOf(expression: string, timeZone = 'UTC', count = 3): string[] {
  const start = Date.parse('2027-01-01T12:00:00Z');
  const next = scheduleExpression(expression, timeZone, start);
  const times: string[] = [];
  for (let at = next(start); at !== undefined && times.length < count; at = next(at)) {
    times.push(new Date(at).toISOString().slice(0, 16));
  }
  return times;
}

describe('a schedule expression', () => {
  it.each([
    ['rate(1 minute)', ['2027-01-01T12:01', '2027-01-01T12:02', '2027-01-01T12:03']],
    ['rate(2 days)', ['2027-01-03T12:00', '2027-01-05T12:00', '2027-01-07T12:00']],
    ['cron(0/15 * * * ? *)', ['2027-01-01T12:15', '2027-01-01T12:30', '2027-01-01T12:45']],
    ['cron(5/20 * * * ? *)', ['2027-01-01T12:05', '2027-01-01T12:25', '2027-01-01T12:45']],
    ['cron(30 8 ? * MON-FRI *)', ['2027-01-04T08:30', '2027-01-05T08:30', '2027-01-06T08:30']],
    ['cron(30 8 ? * 2 *)', ['2027-01-04T08:30', '2027-01-11T08:30', '2027-01-18T08:30']],
    ['cron(0 0 1 * ? *)', ['2027-02-01T00:00', '2027-03-01T00:00', '2027-04-01T00:00']],
    ['cron(0 9 L * ? *)', ['2027-01-31T09:00', '2027-02-28T09:00', '2027-03-31T09:00']],
    ['cron(0 9 ? * 6L *)', ['2027-01-29T09:00', '2027-02-26T09:00', '2027-03-26T09:00']],
    ['cron(0 9 ? * 3#2 *)', ['2027-01-12T09:00', '2027-02-09T09:00', '2027-03-09T09:00']],
    ['cron(0 9 31W * ? *)', ['2027-01-29T09:00', '2027-03-31T09:00', '2027-05-31T09:00']],
    ['cron(0 0 1 1 ? 2028-2029)', ['2028-01-01T00:00', '2029-01-01T00:00']],
    ['at(2027-03-04T05:06:07)', ['2027-03-04T05:06']],
    ['at(2020-03-04T05:06:07)', []],
  ])('%s fires at %j', (expression, times) => {
    expect(timesOf(expression)).toEqual(times);
  });

  it('keeps to its time zone through the change of the clocks', () => {
    expect(timesOf('cron(0 9 27-28 3 ? *)', 'Europe/Berlin', 2)).toEqual(['2027-03-27T08:00', '2027-03-28T07:00']);
  });

  it.each([
    'rate(0 minutes)',
    'rate(1 minutes)',
    'rate(5 minute)',
    'rate(5 seconds)',
    'cron(* * * * *)',
    'cron(0 0 * * * *)',
    'cron(61 0 * * ? *)',
    'at(tomorrow)',
    'every minute',
  ])('%s is refused', (expression) => {
    expect(() => scheduleExpression(expression, 'UTC', 0)).toThrow(`Schedule "${expression}"`);
  });
});

describe('schedules', () => {
  it('call the targets of a rule with the event that EventBridge sends', async () => {
    const arn = 'arn:aws:events:us-east-1:000000000000:rule/tick';
    const clock = manualClock('2027-01-01T12:00:00Z');
    const invokers = [{ principal: 'events.amazonaws.com', sourceArn: arn }];
    const target = aTarget(functionArn('reader'));
    const model: Partial<CloudModel> = {
      functions: [aFunction('reader', { invokers })],
      rules: [
        { name: 'tick', arn, busName: 'default', pattern: undefined, schedule: 'rate(5 minutes)', targets: [target] },
      ],
    };
    const cloud = await aCloud<Record<string, unknown>>(engines, model, undefined, { clock });

    await clock.moveTo('2027-01-01T12:04:59Z');
    expect(cloud.invocations).toHaveLength(0);
    await clock.moveTo('2027-01-01T12:10:00Z');
    await cloud.settled();

    expect(cloud.invocations.map(({ event }) => event.time)).toEqual(['2027-01-01T12:05:00Z', '2027-01-01T12:10:00Z']);
    expect(cloud.invocations[0]?.event).toEqual({
      version: '0',
      id: expect.any(String),
      'detail-type': 'Scheduled Event',
      source: 'aws.events',
      account: '000000000000',
      time: '2027-01-01T12:05:00Z',
      region: 'us-east-1',
      resources: [arn],
      detail: {},
    });
  });

  it("fill a schedule's own input", async () => {
    const arn = 'arn:aws:scheduler:us-east-1:000000000000:schedule/default/nightly';
    const clock = manualClock('2027-01-01T12:00:00Z');
    const target = aTarget(functionArn('reader'), { input: { at: '<aws.scheduler.scheduled-time>' } });
    const schedules = [{ name: 'nightly', arn, expression: 'cron(0 2 * * ? *)', timeZone: 'Europe/Berlin', target }];
    const cloud = await aCloud<unknown>(engines, { schedules }, undefined, { clock });

    await clock.moveTo('2027-01-03T00:00:00Z');
    await cloud.settled();

    expect(cloud.invocations.map(({ event }) => event)).toEqual([{ at: '2027-01-02T01:00:00Z' }]);
  });
});
