/** From what was used to dollars. */
import { type Priced, prices } from './prices.ts';

/** So many of each; what is not named was not used. */
export type Usage = Partial<Record<Priced, number>>;

export interface Bill {
  /** By service, dearest first. */
  services: { service: string; usd: number }[];
  total: number;
}

export const sumOf = (usages: readonly Usage[]): Usage => {
  const sum: Usage = {};
  for (const usage of usages) {
    for (const [what, count] of Object.entries(usage) as [Priced, number][]) sum[what] = (sum[what] ?? 0) + count;
  }
  return sum;
};

export const times = (usage: Usage, factor: number): Usage =>
  Object.fromEntries(Object.entries(usage).map(([what, count]) => [what, count * factor]));

export const billOf = (usage: Usage): Bill => {
  const byService = new Map<string, number>();
  for (const [what, count] of Object.entries(usage) as [Priced, number][]) {
    const { service, usd, per } = prices[what];
    byService.set(service, (byService.get(service) ?? 0) + (count * usd) / per);
  }
  const services = [...byService].map(([service, usd]) => ({ service, usd })).sort((a, b) => b.usd - a.usd);
  return { services, total: services.reduce((sum, { usd }) => sum + usd, 0) };
};

export const usdOf = (usage: Usage): number => billOf(usage).total;

/** The service whose charges the goals leave out. */
export const logService = 'CloudWatch Logs';

export const withoutLogs = ({ logGb: _, ...usage }: Usage): Usage => usage;

/** Whole units of a size, at least one: how AWS counts messages, events and requests. */
export const unitsOf = (bytes: number, kilobytes: number): number => Math.max(1, Math.ceil(bytes / (kilobytes * 1024)));
