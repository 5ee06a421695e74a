import type { DomainEvent } from '../domain/domain-events.ts';
import { hears } from '../domain/webhooks.ts';
import { publicSource, sourceOf } from '../protocol/event-sources.ts';
import type { RememberedWebhooks } from './remembered-webhooks.ts';

/** Who hears of an event: what nobody hears need not be told, and what no webhook asks for need not be queued for any. */
export interface Heard {
  isHeard: boolean;
  byWebhooks: boolean;
}

interface Deps {
  /** Types that the host or a worker hears, or `everything`. */
  heard: 'everything' | readonly string[];
  webhooksOf: RememberedWebhooks;
}

/** Reads the webhooks of a tenant once in a while, in one round trip. */
export const createBusAudience =
  ({ heard, webhooksOf }: Deps) =>
  async ({ type, detail: { tenantId } }: DomainEvent): Promise<Heard> => {
    const byWebhooks =
      sourceOf(type) === publicSource && (await webhooksOf(tenantId)).some((webhook) => hears(webhook, type));
    return { isHeard: byWebhooks || heard === 'everything' || heard.includes(type), byWebhooks };
  };
export type BusAudience = ReturnType<typeof createBusAudience>;
