/** Webhooks: where a tenant's own services hear what happens, and what became of each delivery. */
import * as z from 'zod';
import { timestamp } from './identifiers.ts';
import { text } from './text.ts';

/** So many endpoints a tenant has at most. */
export const webhookLimit = 20;

export const webhookId = z
  .string()
  .regex(/^wh_[A-Za-z0-9_-]{22}$/, 'is not a webhook id')
  .meta({ examples: ['wh_5TxSCA9jRrmBc3sYsmpfjg'] });

/** Begins with when its event occurred, in milliseconds, so that ids sort as the events did. */
export const deliveryId = z
  .string()
  .regex(/^dlv_[0-9a-f]{12}[A-Za-z0-9_-]{22}$/, 'is not a delivery id')
  .meta({ examples: ['dlv_01a2b3c4d5e69QhW3mPzRfKd0aXcVbN2Tw'] });

export const webhookEventTypes = [
  ...['conversation.created', 'conversation.updated', 'conversation.deleted'],
  ...['member.added', 'member.updated', 'member.removed'],
  ...['message.created', 'message.updated', 'message.deleted', 'message.expired'],
  ...['reaction.added', 'reaction.removed', 'receipt.read'],
  ...['user.online', 'user.offline', 'user.updated', 'user.deleted'],
  'webhook.disabled',
];

const url = text({ max: 2_048, maxBytes: 2_048 }).meta({
  description:
    'https, on port 443 or one above 1023, without a user name, a password or a fragment. Its host must have public addresses only.',
  examples: ['https://hooks.example.com/parley'],
});

const eventTypes = z
  .array(z.enum(webhookEventTypes))
  .max(webhookEventTypes.length)
  .refine((types) => new Set(types).size === types.length, 'must not name a type twice')
  .meta({ description: 'The types of events that are delivered; all of them where none is named.' });

const description = text({ max: 200, min: 0, maxBytes: 800 });

export const webhookCreate = z
  .strictObject({
    url,
    description: description.default(''),
    eventTypes: eventTypes.default([]),
    enabled: z.boolean().default(true),
  })
  .meta({ id: 'WebhookCreate' });
export type WebhookCreate = z.output<typeof webhookCreate>;

export const webhookPatch = z
  .strictObject({
    url: url.optional(),
    description: description.optional(),
    eventTypes: eventTypes.optional(),
    enabled: z.boolean().optional(),
  })
  .refine((patch) => Object.values(patch).some((value) => value !== undefined), 'must change something')
  .meta({ id: 'WebhookPatch' });
export type WebhookPatch = z.output<typeof webhookPatch>;

export const webhook = z
  .object({
    id: webhookId,
    url: z.string(),
    description: z.string(),
    eventTypes: z.array(z.string()),
    enabled: z.boolean(),
    disabledReason: z.enum(['gone', 'failing']).nullable().meta({
      description:
        'Why Parley disabled it: `gone`, it answered 410; `failing`, nothing could be delivered for days. null if you did, and while it is enabled.',
    }),
    disabledAt: timestamp.nullable().meta({ description: 'When Parley disabled it.' }),
    failingSince: timestamp.nullable().meta({
      description: 'The first attempt that failed since the last one that did not; null if that was the last.',
    }),
    previousSecretUntil: timestamp
      .nullable()
      .meta({ description: 'Until when deliveries are signed with the secret before this one too.' }),
    createdAt: timestamp,
    updatedAt: timestamp,
  })
  .meta({ id: 'Webhook' });
export type Webhook = z.infer<typeof webhook>;

export const webhookWithSecret = webhook
  .extend({
    secret: z.string().meta({
      description:
        'What its deliveries are signed with, as Standard Webhooks has it: `whsec_` and base64. Shown here and never again.',
    }),
  })
  .meta({ id: 'WebhookWithSecret' });

export const webhookAttempt = z
  .object({
    at: timestamp,
    outcome: z.enum(['delivered', 'bad_status', 'timeout', 'connection_failed', 'address_refused']).meta({
      description:
        '`bad_status`: any status but 2xx, a redirect included. `address_refused`: its host has an address that is not public.',
    }),
    statusCode: z.int().nullable(),
    latencyMs: z.int().min(0),
    responseBody: z.string().nullable().meta({ description: 'The first 2 KB of it.' }),
  })
  .meta({ id: 'WebhookAttempt' });
export type WebhookAttempt = z.infer<typeof webhookAttempt>;

export const webhookDelivery = z
  .object({
    id: deliveryId,
    webhookId,
    eventId: z.string().meta({ description: 'The `webhook-id` of its requests: the same in each attempt and replay.' }),
    eventType: z.string(),
    occurredAt: timestamp.meta({ description: 'When the event occurred.' }),
    status: z.enum(['pending', 'delivered', 'failed']),
    failure: z.enum(['retries_exhausted', 'webhook_disabled', 'event_expired']).nullable(),
    attempts: z.int().min(0).meta({ description: 'Since the delivery, or its last replay, began.' }),
    nextAttemptAt: timestamp.nullable(),
    lastAttempt: webhookAttempt.nullable(),
    createdAt: timestamp,
  })
  .meta({ id: 'WebhookDelivery' });
export type WebhookDelivery = z.infer<typeof webhookDelivery>;

/** Deliveries that one request replays at most. */
export const replayPage = 100;

export const webhookReplay = z
  .strictObject({
    from: timestamp.meta({ description: 'Events that occurred from then on,' }),
    to: timestamp.meta({ description: 'and before then.' }),
    status: z
      .enum(['failed', 'all'])
      .default('failed')
      .meta({ description: '`all` delivers anew what was delivered already. What is pending is left alone.' }),
    replayId: text({ max: 64, maxBytes: 256 }).meta({
      description: 'Chosen by you: with the same one, no delivery is replayed twice.',
      examples: ['outage-of-november'],
    }),
    cursor: z.string().min(1).max(1024).optional().meta({ description: 'The `nextCursor` of the answer before.' }),
  })
  .refine(({ from, to }) => Date.parse(from) < Date.parse(to), { path: ['to'], error: 'must be after `from`' })
  .meta({ id: 'WebhookReplay' });

const page = {
  nextCursor: z.string().nullable().meta({ description: 'What `cursor` takes for the next page; null at the end.' }),
  hasMore: z.boolean(),
};

export const webhookReplayed = z
  .object({ replayed: z.int().min(0).meta({ description: 'Deliveries that begin anew.' }), ...page })
  .meta({ id: 'WebhookReplayed' });

export const webhookList = z.object({ webhooks: z.array(webhook) }).meta({ id: 'WebhookList' });

export const webhookDeliveryList = z
  .object({ deliveries: z.array(webhookDelivery), ...page })
  .meta({ id: 'WebhookDeliveryList' });

/** What is posted to an endpoint, as Standard Webhooks recommends it. */
export interface WebhookPayload {
  type: string;
  /** When it occurred. */
  timestamp: string;
  /** The event's, as in `webhook-id`. */
  id: string;
  version: number;
  tenantId: string;
  actor: string | null;
  conversationId?: string | undefined;
  data: unknown;
}
