import { Cron } from 'croner';

/** @returns the first time after `after` at which it fires, undefined when it never will again; milliseconds since the epoch */
export type NextTime = (after: number) => number | undefined;

const unitMs = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/**
 * `rate(5 minutes)`, `cron(0 18 ? * MON-FRI *)` with AWS' six fields, or `at(2027-01-31T09:00:00)`.
 * @param start a rate counts from here, as AWS counts from the creation of the schedule
 * @param timeZone IANA name; rates ignore it
 * @throws for what AWS would refuse
 */
export function scheduleExpression(expression: string, timeZone: string, start: number): NextTime {
  const [, kind, body = ''] = /^(rate|cron|at)\(([^()]*)\)$/.exec(expression.trim()) ?? [];
  switch (kind) {
    case 'rate':
      return rate(body, expression, start);
    case 'cron':
      return cron(body, expression, timeZone);
    case 'at':
      return at(body, expression, timeZone);
  }
  throw new Error(`Schedule "${expression}" is neither rate(), cron() nor at()`);
}

function rate(body: string, expression: string, start: number): NextTime {
  const [, digits = '', unit = '', plural] = /^(\d+) (minute|hour|day)(s?)$/.exec(body) ?? [];
  const count = Number(digits);
  if (count < 1 || (count === 1) !== (plural === '')) {
    throw new Error(`Schedule "${expression}": a rate is like "1 minute" or "5 minutes"`);
  }
  const period = count * unitMs[unit as keyof typeof unitMs];
  return (after) => start + Math.max(1, Math.floor((after - start) / period) + 1) * period;
}

function cron(body: string, expression: string, timeZone: string): NextTime {
  const fields = body.trim().split(/\s+/);
  const [minute, hour, day = '', month, weekday = '', year] = fields;
  if (fields.length !== 6) throw new Error(`Schedule "${expression}": cron() has six fields, the last is the year`);
  if ([day, weekday].filter((field) => field === '?').length !== 1) {
    throw new Error(`Schedule "${expression}": one of day-of-month and day-of-week must be ?`);
  }
  // AWS counts weekdays as Quartz does, from 1 for Sunday, and writes the last Friday of a month 6L or FRIL.
  const lastWeekday = weekday.replace(/^L$/, 'SAT').replace(/^([A-Z]{3}|[1-7])L$/i, '$1#L');
  const pattern = ['0', minute, hour, day === '?' ? '*' : day, month, lastWeekday === '?' ? '*' : lastWeekday, year];
  const job = compile(pattern.join(' '), expression, timeZone);
  return (after) => job.nextRun(new Date(after))?.getTime();
}

function compile(pattern: string, expression: string, timezone: string): Cron {
  try {
    return new Cron(pattern, { timezone, alternativeWeekdays: true, sloppyRanges: true, mode: '7-part', paused: true });
  } catch (error) {
    throw new Error(`Schedule "${expression}": ${(error as Error).message}`);
  }
}

function at(body: string, expression: string, timezone: string): NextTime {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(body))
    throw new Error(`Schedule "${expression}": at() takes yyyy-mm-ddThh:mm:ss`);
  const once = new Cron(body, { timezone, paused: true });
  return (after) => once.nextRun(new Date(after))?.getTime();
}
