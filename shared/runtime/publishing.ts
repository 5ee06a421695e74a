import type { Followed } from '../data/stream.ts';
import type { DomainEvent } from '../domain/domain-events.ts';
import { internalEventsOf } from './internal-events.ts';
import { publicEventsOf } from './public-events.ts';

/** What a stream record means to the rest of the world, and to Parley's own workers. A record that comes again means the same. */
export const domainEventsOf = (record: Followed): DomainEvent[] => [
  ...publicEventsOf(record),
  ...internalEventsOf(record),
];
