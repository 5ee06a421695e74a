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

/** A month in which nothing happens. */
export const idleMonth = ({ alarms, queues, secrets }: Record<'alarms' | 'queues' | 'secrets', number>) => [
  { what: `${alarms} alarms`, usage: { alarmMonth: alarms } satisfies Usage },
  { what: `${secrets} secrets`, usage: { secretMonth: secrets } satisfies Usage },
  { what: `${queues} queues that are polled`, usage: { queueRequest: queues * pollsPerMonth } satisfies Usage },
];
