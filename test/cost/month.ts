/** What a thousand users cost in a month, and what a stage costs that nobody uses. */
import { sumOf, times, type Usage } from './bill.ts';

/** What one user does on one of the days of a month on which they are there. Assumed. */
export const day = {
  /** By workload, so often. */
  does: {
    direct: 20,
    ten: 8,
    'hundred-busy': 2,
    delivered: 20,
    read: 20,
    'ten-read': 8,
    // Two hours in sight, every fifteen seconds; eight hours out of sight, every five minutes.
    heartbeat: (2 * 3_600) / 15 + (8 * 60) / 5,
    visit: 8,
    'drop-out': 4,
    sync: 12,
    history: 15,
    inbox: 12,
  } as Record<string, number>,
  connectedMinutes: 10 * 60,
};

/** Of a month: weekends and holidays left out. */
export const days = 22;

/** @param usageOf of one of what a workload counts */
export const monthOfThousand = (usageOf: (workload: string) => Usage): Usage =>
  times(
    sumOf([
      { connectionMinute: day.connectedMinutes },
      ...Object.entries(day.does).map(([workload, count]) => times(usageOf(workload), count)),
    ]),
    1_000 * days,
  );

/** Lambda keeps five long polls of twenty seconds open at each queue. */
const pollsPerMonth = (5 * 30 * 86_400) / 20;

/** Once a minute: two people come and go, one of them with a ticket, and one writes to the other. How long its own function waits is assumed. */
const canaryMonth = (usageOf: (workload: string) => Usage): Usage =>
  times(
    sumOf([
      times(usageOf('visit'), 2),
      usageOf('direct'),
      { httpRequest: 1, lambdaRequest: 1, lambdaGbSecond: 1.5 * 0.25 },
    ]),
    30 * 24 * 60,
  );

type Stage = Record<'alarms' | 'secrets' | 'dashboards' | 'keys' | 'metrics' | 'canaries' | 'queues', number>;

/** A month in which nothing happens. */
export const idleMonth = (stage: Stage, usageOf: (workload: string) => Usage): { what: string; usage: Usage }[] => [
  { what: `${stage.alarms} alarms`, usage: { alarmMonth: stage.alarms } },
  { what: `${stage.metrics} metrics`, usage: { metricMonth: stage.metrics } },
  { what: `${stage.dashboards} dashboards`, usage: { dashboardMonth: stage.dashboards } },
  { what: `${stage.keys} keys`, usage: { keyMonth: stage.keys } },
  { what: `${stage.secrets} secrets`, usage: { secretMonth: stage.secrets } },
  { what: `${stage.queues} queues that are polled`, usage: { queueRequest: stage.queues * pollsPerMonth } },
  { what: 'the canary, once a minute', usage: times(canaryMonth(usageOf), stage.canaries) },
];
