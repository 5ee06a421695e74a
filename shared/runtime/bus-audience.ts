import * as z from 'zod';
import type { DomainEvent } from '../domain/domain-events.ts';
import type { HeardMessages } from '../domain/message.ts';
import { hears } from '../domain/webhooks.ts';
import { publicSource, sourceOf } from '../protocol/event-sources.ts';
import { describeError, logger } from './logger.ts';
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

/** As far as it matters here. */
interface Happened {
  type: DomainEvent['type'];
  detail: Pick<DomainEvent['detail'], 'tenantId'>;
}

/** Reads the webhooks of a tenant once in a while, in one round trip. */
export const createBusAudience =
  ({ heard, webhooksOf }: Deps) =>
  async ({ type, detail: { tenantId } }: Happened): Promise<Heard> => {
    const byWebhooks =
      sourceOf(type) === publicSource && (await webhooksOf(tenantId)).some((webhook) => hears(webhook, type));
    return { isHeard: byWebhooks || heard === 'everything' || heard.includes(type), byWebhooks };
  };
export type BusAudience = ReturnType<typeof createBusAudience>;

/**
 * Which new messages of a tenant somebody hears: whoever stores one says so with it, and the publisher is not woken for the others.
 * Where that cannot be found out, all of them.
 */
export const createMessageAudience =
  (audienceOf: BusAudience) =>
  async (tenantId: string): Promise<HeardMessages> => {
    const detail = { tenantId };
    try {
      const [created, mentions] = await Promise.all([
        audienceOf({ type: 'message.created', detail }),
        audienceOf({ type: 'message.mentions', detail }),
      ]);
      if (created.isHeard) return 'all';
      return mentions.isHeard ? 'those that mention somebody' : 'none';
    } catch (error) {
      logger.warn('nobody knows who hears of a message', { error: describeError(error) });
      return 'all';
    }
  };
export type MessageAudience = ReturnType<typeof createMessageAudience>;
