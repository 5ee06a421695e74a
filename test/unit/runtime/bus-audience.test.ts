import { expect, it } from 'vitest';
import type { DomainEvent } from '../../../shared/domain/domain-events.ts';
import type { WebhookState } from '../../../shared/domain/webhooks.ts';
import { createBusAudience, createMessageAudience } from '../../../shared/runtime/bus-audience.ts';

const event = (type: string, tenantId = 'acme') => ({ type, detail: { tenantId } }) as unknown as DomainEvent;

const aWebhook = (eventTypes: string[], enabled = true) => ({ enabled, eventTypes }) as WebhookState;

const audience = (heard: 'everything' | string[], webhooks: Record<string, WebhookState[]> = {}) =>
  createBusAudience({ heard, webhooksOf: async (tenant) => webhooks[tenant] ?? [] });

const nobody = { isHeard: false, byWebhooks: false };
const onTheBusAlone = { isHeard: true, byWebhooks: false };
const byWebhooks = { isHeard: true, byWebhooks: true };

it('what nobody hears is not told', async () => {
  expect(await audience([])(event('message.created'))).toEqual(nobody);
});

it('what the host or a worker hears is told, and not queued for webhooks', async () => {
  expect(await audience(['message.created'])(event('message.created'))).toEqual(onTheBusAlone);
  expect(await audience('everything')(event('user.online'))).toEqual(onTheBusAlone);
});

it('what a webhook of the tenant asks for is told, and queued for it', async () => {
  const of = audience([], { acme: [aWebhook([]), aWebhook(['user.online'])], globex: [aWebhook(['user.online'])] });
  expect(await of(event('message.created'))).toEqual(byWebhooks);
  expect(await of(event('message.created', 'globex'))).toEqual(nobody);
  expect(await of(event('user.online', 'globex'))).toEqual(byWebhooks);
});

it('a webhook that is disabled hears nothing', async () => {
  expect(await audience([], { acme: [aWebhook([], false)] })(event('message.created'))).toEqual(nobody);
});

it('no webhook hears what is Parley’s own', async () => {
  const of = audience(['presence.changed'], { acme: [aWebhook([])] });
  expect(await of(event('presence.changed'))).toEqual(onTheBusAlone);
});

it('new messages are heard, all of them, or those that mention somebody, or none', async () => {
  const of = (heard: 'everything' | string[], webhooks: Record<string, WebhookState[]> = {}) =>
    createMessageAudience(audience(heard, webhooks))('acme');
  expect(await of([])).toBe('none');
  expect(await of(['message.mentions', 'conversation.active'])).toBe('those that mention somebody');
  expect(await of(['message.created', 'message.mentions'])).toBe('all');
  expect(await of('everything')).toBe('all');
  expect(await of(['message.mentions'], { acme: [aWebhook(['message.created'])] })).toBe('all');
  expect(await of(['message.mentions'], { globex: [aWebhook([])] })).toBe('those that mention somebody');
});

it('new messages are told where nobody knows whether they are heard', async () => {
  const failing = createBusAudience({ heard: [], webhooksOf: () => Promise.reject(new Error('It does not answer.')) });
  expect(await createMessageAudience(failing)('acme')).toBe('all');
});
