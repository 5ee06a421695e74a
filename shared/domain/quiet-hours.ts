import type { QuietHours } from '../protocol/notification-preferences.ts';

/** `22:05`: what the clocks of a time zone show, daylight saving included. */
const timeOfDay = (timeZone: string, at: Date): string =>
  new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(at);

/** From the first minute up to the last, which is not in them. */
export const isQuiet = (hours: QuietHours | null, at: Date): boolean => {
  if (hours === null) return false;
  const { from, to, timeZone } = hours;
  const time = timeOfDay(timeZone, at);
  return from < to ? from <= time && time < to : from <= time || time < to;
};
