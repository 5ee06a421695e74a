import { randomUUID } from 'node:crypto';
import { account, type RuleModel, region, type ScheduleModel } from '../model.ts';
import type { Report } from '../ports.ts';
import { wholeSeconds } from './bus-entry.ts';
import type { Clock } from './clock.ts';
import { type NextTime, scheduleExpression } from './schedule-expression.ts';
import type { Targets } from './target.ts';
import { targetInput } from './target-input.ts';

export interface SchedulesOptions {
  rules: readonly RuleModel[];
  schedules: readonly ScheduleModel[];
  targets: Targets;
  clock: Clock;
  report: Report;
  signal: AbortSignal;
}

interface Timetable {
  name: string;
  next: NextTime;
  fire: (time: number) => void;
}

/** Timers hold no longer than this. */
const longestSleepMs = 24 * 60 * 60 * 1000;

/**
 * The rules with a schedule and the schedules of EventBridge Scheduler. What was due while nothing ran is not made up for, as a
 * rate that begins anew and a cron whose time has passed.
 * @returns starts the clock
 * @throws for an expression that AWS would refuse, naming the rule or schedule
 */
export function eventSchedules(options: SchedulesOptions): () => void {
  const { rules, schedules, clock, signal, report } = options;
  const start = clock.now();
  const timetables = [
    ...rules.filter(({ schedule }) => schedule !== undefined).map((rule) => ruleTimetable(rule, start, options)),
    ...schedules.map((schedule) => scheduleTimetable(schedule, start, options)),
  ];

  const run = async ({ name, next, fire }: Timetable) => {
    for (let due = next(clock.now()); due !== undefined && !signal.aborted; due = next(clock.now())) {
      while (clock.now() < due && !signal.aborted) {
        await clock.sleep(Math.min(due - clock.now(), longestSleepMs), signal);
      }
      if (signal.aborted) return;
      report({ level: 'info', message: 'schedule fired', schedule: name });
      fire(due);
    }
  };
  return () => {
    for (const timetable of timetables) void run(timetable);
  };
}

/** Rules know no time zone. */
function ruleTimetable(rule: RuleModel, start: number, { targets }: SchedulesOptions): Timetable {
  const inputs = rule.targets.map((target) => ({ target, input: targetInput(target, rule) }));
  return {
    name: rule.name,
    next: scheduleExpression(rule.schedule ?? '', 'UTC', start),
    fire: (time) => {
      const event = scheduledEvent('aws.events', rule.arn, time, {});
      const original = JSON.stringify(event);
      const sender = { attribute: 'RULE_ARN', arn: rule.arn } as const;
      for (const { target, input } of inputs) targets.deliver({ target, payload: input(event), original, sender });
    },
  };
}

function scheduleTimetable(schedule: ScheduleModel, start: number, { targets }: SchedulesOptions): Timetable {
  const { name, arn, target } = schedule;
  const sender = { attribute: 'SCHEDULE_ARN', arn } as const;
  return {
    name,
    next: scheduleExpression(schedule.expression, schedule.timeZone, start),
    fire: (time) => {
      const event = scheduledEvent('aws.scheduler', arn, time, '{}');
      const payload = keywords(targetInput(target, schedule)(event), arn, time);
      targets.deliver({ target, payload, original: payload, sender });
    },
  };
}

const scheduledEvent = (source: string, arn: string, time: number, detail: unknown) => ({
  version: '0',
  id: randomUUID(),
  'detail-type': 'Scheduled Event',
  source,
  account,
  time: wholeSeconds(time),
  region,
  resources: [arn],
  detail,
});

/** EventBridge Scheduler fills these into an input. */
const keywords = (text: string, arn: string, time: number) =>
  text
    .replaceAll('<aws.scheduler.schedule-arn>', arn)
    .replaceAll('<aws.scheduler.scheduled-time>', wholeSeconds(time))
    .replaceAll('<aws.scheduler.execution-id>', randomUUID())
    .replaceAll('<aws.scheduler.attempt-number>', '1');
