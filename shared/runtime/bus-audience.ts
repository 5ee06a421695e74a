import * as z from 'zod';
import type { DomainEvent } from '../domain/domain-events.ts';
import { hears } from '../domain/webhooks.ts';
import { publicSource, sourceOf } from '../protocol/event-sources.ts';
import type { RememberedWebhooks } from './remembered-webhooks.ts';

/** Who hears of an event: what nobody hears need not be told, and what no webhook asks for need not be queued for any. */
export interface Heard {
  isHeard: boolean;
  byWebhooks: boolean;
}

/** Types that the host or a worker hears, or `everything`. */
const heardEvents = z.union([z.literal('everything'), z.array(z.string())]);

/** @param text of `HEARD_EVENTS` */
export const heardIn = (text: string) => heardEvents.parse(JSON.parse(text));

interface Deps {
  heard: z.output<typeof heardEvents>;
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
