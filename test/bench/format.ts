import type { Spread } from './statistics.ts';

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

export const whole = (value: number): string => grouped.format(value);

export const milliseconds = (value: number): string => `${value < 10 ? value.toFixed(1) : whole(value)} ms`;

export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

export const megabytes = (bytes: number): string => `${whole(bytes / 1e6)} MB`;

export const kilobytes = (bytes: number): string => `${whole(bytes / 1e3)} KB`;

/** p50 / p95 / p99 */
export const spread = ({ p50, p95, p99 }: Spread): string => [p50, p95, p99].map((one) => whole(one)).join(' / ');
