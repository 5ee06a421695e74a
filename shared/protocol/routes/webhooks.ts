import * as z from 'zod';
import { pageQuery } from '../lists.ts';
import { route } from '../route.ts';
import {
  deliveryId,
  webhook,
  webhookCreate,
  webhookDelivery,
  webhookDeliveryList,
  webhookId,
  webhookLimit,
  webhookList,
  webhookPatch,
  webhookReplay,
  webhookReplayed,
  webhookWithSecret,
} from '../webhook.ts';

const all = ['/api/webhooks'] as const;
const one = ['/api/webhooks/{webhookId}'] as const;
const params = z.strictObject({ webhookId });

export const webhooksList = route({
  name: 'webhooks/list',
  method: 'GET',
  paths: all,
  summary: `The tenant's webhooks, the oldest first: all of them, at most ${webhookLimit}.`,
  access: 'service',
  status: 200,
  answer: webhookList,
  errors: [],
});

export const webhooksCreate = route({
  name: 'webhooks/create',
  method: 'POST',
  paths: all,
  summary: 'Have events delivered to an address of yours. The answer is the only one that shows the secret.',
  access: 'service',
  body: webhookCreate,
  status: 201,
  answer: webhookWithSecret,
  errors: ['too_many_webhooks'],
});

export const webhooksGet = route({
  name: 'webhooks/get',
  method: 'GET',
  paths: one,
  summary: 'One webhook, without its secret.',
  access: 'service',
  params,
  status: 200,
  answer: webhook,
  errors: ['not_found'],
});

export const webhooksUpdate = route({
  name: 'webhooks/update',
  method: 'PATCH',
  paths: one,
  summary: 'Change a webhook. Enabling one that Parley disabled begins anew: what failed before does not count.',
  access: 'service',
  params,
  body: webhookPatch,
  status: 200,
  answer: webhook,
  errors: ['not_found'],
});

export const webhooksDelete = route({
  name: 'webhooks/delete',
  method: 'DELETE',
  paths: one,
  summary: 'Remove a webhook: what was to be delivered to it is not any more.',
  access: 'service',
  params,
  status: 204,
  errors: ['not_found'],
});

export const webhooksRotateSecret = route({
  name: 'webhooks/rotate-secret',
  method: 'POST',
  paths: ['/api/webhooks/{webhookId}/rotate-secret'],
  summary: 'A new secret. For 24 hours deliveries are signed with the old one too.',
  access: 'service',
  params,
  status: 200,
  answer: webhookWithSecret,
  errors: ['not_found'],
});

export const webhooksTest = route({
  name: 'webhooks/test',
  method: 'POST',
  paths: ['/api/webhooks/{webhookId}/test'],
  summary:
    'Deliver an event `webhook.test`, whatever types the webhook asks for. What became of it is in its deliveries.',
  access: 'service',
  params,
  status: 201,
  answer: webhookDelivery,
  errors: ['not_found', 'webhook_disabled'],
});

export const webhooksDeliveries = route({
  name: 'webhooks/deliveries',
  method: 'GET',
  paths: ['/api/webhooks/{webhookId}/deliveries'],
  summary: 'What was delivered, and what was not, of the last 30 days: the newest event first.',
  access: 'service',
  params,
  query: pageQuery,
  status: 200,
  answer: webhookDeliveryList,
  errors: ['not_found'],
});

export const webhooksRedeliver = route({
  name: 'webhooks/redeliver',
  method: 'POST',
  paths: ['/api/webhooks/{webhookId}/deliveries/{deliveryId}/replay'],
  summary: 'Deliver an event anew, whatever became of it before.',
  access: 'service',
  params: z.strictObject({ webhookId, deliveryId }),
  status: 200,
  answer: webhookDelivery,
  errors: ['not_found', 'webhook_disabled', 'event_expired'],
});

export const webhooksReplay = route({
  name: 'webhooks/replay',
  method: 'POST',
  paths: ['/api/webhooks/{webhookId}/replay'],
  summary: 'Deliver anew what failed within a range of time, or all of it: 100 deliveries at a time, the oldest first.',
  access: 'service',
  params,
  body: webhookReplay,
  status: 200,
  answer: webhookReplayed,
  errors: ['not_found', 'webhook_disabled'],
});
