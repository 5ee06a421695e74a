/** Webhooks through the front door, to receivers on this machine. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Webhook, WebhookDelivery } from '../../shared/protocol/webhook.ts';
import { anEvent, putsOnBus } from '../support/bus.ts';
import type { Person } from '../support/person.ts';
import { quickQueues } from '../support/queues.ts';
import { type Received, Receiver, verified } from '../support/receiver.ts';
import { aWorld } from '../support/world.ts';

const world = aWorld({ fed: ['webhook-dispatch'], webhooks: { timeoutSeconds: 1, firstRetrySeconds: 0.2 } });
const path = '/api/webhooks';

const receivers: Receiver[] = [];
afterEach(async () => {
  await Promise.all(receivers.splice(0).map((receiver) => receiver.closes()));
});
const aReceiver = async (): Promise<Receiver> => {
  const receiver = await Receiver.open();
  receivers.push(receiver);
  return receiver;
};

type Registered = Webhook & { secret: string };
const registers = (host: Person, url: string, more: object = {}): Promise<Registered> =>
  host.does('POST', path, { url, ...more });

const deliveriesOf = async (host: Person, { id }: { id: string }): Promise<WebhookDelivery[]> =>
  (await host.does<{ deliveries: WebhookDelivery[] }>('GET', `${path}/${id}/deliveries`)).deliveries;

const given = async (more: object = {}) => {
  const [host, receiver] = [await world.service(), await aReceiver()];
  return { host, receiver, webhook: await registers(host, receiver.url, more) };
};

describe('an event of the bus', () => {
  it('is posted as it is, signed as Standard Webhooks has it, and its delivery noted', async () => {
    const { host, receiver, webhook } = await given();
    const event = anEvent(world.tenant, { data: { message: { content: 'Grüße 👋' } } });

    await putsOnBus(world.cloud, [event]);

    const [received] = await receiver.hears(1);
    expect(received?.headers).toMatchObject({
      'content-type': 'application/json',
      'webhook-id': event.detail.id,
      'webhook-timestamp': expect.stringMatching(/^\d{10}$/),
    });
    const { occurredAt: timestamp, ...detail } = event.detail;
    expect(verified(webhook.secret, received as Received)).toEqual({ type: event.type, timestamp, ...detail });
    await world.cloud.settled();
    expect(await deliveriesOf(host, webhook)).toEqual([
      {
        id: expect.any(String),
        webhookId: webhook.id,
        eventId: event.detail.id,
        eventType: event.type,
        occurredAt: timestamp,
        status: 'delivered',
        failure: null,
        attempts: 1,
        nextAttemptAt: null,
        lastAttempt: {
          at: expect.any(String),
          outcome: 'delivered',
          statusCode: 200,
          latencyMs: expect.any(Number),
          responseBody: 'thanks',
        },
        createdAt: expect.any(String),
      },
    ]);
  });

  it('that comes twice is delivered once', async () => {
    const { receiver } = await given();
    const event = anEvent(world.tenant);
    await putsOnBus(world.cloud, [event, event]);
    await receiver.hears(1);
    await putsOnBus(world.cloud, [event]);
    await world.cloud.settled();
    expect(receiver.received).toHaveLength(1);
  });

  it('goes to each webhook that asks for its type, and to none of another tenant', async () => {
    const { host, receiver: all } = await given();
    const [some, elsewhere] = [await aReceiver(), await aReceiver()];
    await registers(host, some.url, { eventTypes: ['message.expired'] });
    await registers(await world.service('another-tenant'), elsewhere.url);
    await putsOnBus(world.cloud, [anEvent(world.tenant), anEvent(world.tenant, { type: 'message.expired', data: {} })]);
    await all.hears(2);
    await some.hears(1);
    await world.cloud.settled();
    expect(some.received.map(({ body }) => body.type)).toEqual(['message.expired']);
    expect(elsewhere.received).toEqual([]);
  });
});

describe('the official library', () => {
  it('refuses a body that was tampered with, an old timestamp, and a secret that is none', async () => {
    const { receiver, webhook } = await given();
    await putsOnBus(world.cloud, [anEvent(world.tenant, { data: { content: 'mine' } })]);
    const [received] = (await receiver.hears(1)) as [Received];
    const { text, headers } = received;

    const tampered = { headers, text: text.replace('mine', 'ours') };
    expect(() => verified(webhook.secret, tampered)).toThrow('No matching signature found');
    const old = String(Number(headers['webhook-timestamp']) - 301);
    const replayed = { text, headers: { ...headers, 'webhook-timestamp': old } };
    expect(() => verified(webhook.secret, replayed)).toThrow('Message timestamp too old');
    const secret = `whsec_${Buffer.alloc(32).toString('base64')}`;
    expect(() => verified(secret, received)).toThrow('No matching signature found');
  });

  it('takes both secrets after a rotation', async () => {
    const { host, receiver, webhook } = await given();
    const { secret, previousSecretUntil } = await host.does<Registered>('POST', `${path}/${webhook.id}/rotate-secret`);
    expect(secret).not.toBe(webhook.secret);
    expect(Date.parse(String(previousSecretUntil)) - Date.now()).toBeGreaterThan(86_000_000);
    await putsOnBus(world.cloud, [anEvent(world.tenant)]);
    const [received] = (await receiver.hears(1)) as [Received];
    for (const one of [webhook.secret, secret]) expect(verified(one, received)).toMatchObject({ version: 1 });
  });
});

it('a receiver that fails at random gets every event, each time with a valid signature', async () => {
  const { receiver, webhook } = await given();
  const heard = new Set<string>();
  receiver.replies = (received) => {
    heard.add(verified(webhook.secret, received).id);
    const n = receiver.received.length;
    if (n % 13 === 0) return 'silence';
    if (n % 5 === 0) return 'reset';
    if (n % 4 === 0) return { status: 500 };
    if (n % 11 === 0) return { status: 200, afterMs: 1_200 };
    return { status: 200 };
  };
  const events = Array.from({ length: 40 }, () => anEvent(world.tenant));
  await putsOnBus(world.cloud, events);
  const ids = events.map(({ detail }) => detail.id);
  await expect.poll(() => ids.filter((id) => !heard.has(id)), { timeout: 30_000 }).toEqual([]);
}, 40_000);

it('an endpoint that hangs does not delay another tenant’s', async () => {
  const { receiver: hanging } = await given();
  hanging.replies = () => 'silence';
  const healthy = await aReceiver();
  await registers(await world.service('healthy-tenant'), healthy.url);
  await putsOnBus(
    world.cloud,
    Array.from({ length: 60 }, () => anEvent(world.tenant)),
  );
  await hanging.hears(5);
  const others = Array.from({ length: 10 }, () => anEvent('healthy-tenant'));
  await putsOnBus(world.cloud, others);
  await healthy.hears(10);
  const timestamps = healthy.received.map(({ headers }) => Number(headers['webhook-timestamp']));
  const first = Date.parse(String(others[0]?.detail.occurredAt)) / 1_000;
  // All before the one that hangs was given up for the third time.
  expect(Math.max(...timestamps) - first).toBeLessThan(5);
  expect(hanging.received.length).toBeLessThan(60);
});

it('an endpoint that answers 410 is disabled, and the tenant hears of it by its other webhook', async () => {
  const { host, receiver, webhook } = await given({ eventTypes: ['message.created'] });
  const other = await aReceiver();
  await registers(host, other.url, { eventTypes: ['webhook.disabled'] });
  receiver.replies = () => ({ status: 410 });
  await putsOnBus(world.cloud, [anEvent(world.tenant)]);

  const [told] = await other.hears(1);
  expect(told?.body).toMatchObject({
    type: 'webhook.disabled',
    actor: null,
    data: { webhook: { id: webhook.id, enabled: false, disabledReason: 'gone' } },
  });
  expect(told?.text).not.toMatch(/whsec_|sealed/);
  await world.cloud.settled();
  expect(await host.does('GET', `${path}/${webhook.id}`)).toMatchObject({ enabled: false, disabledReason: 'gone' });
  await host.isRefused('webhook_disabled', 'POST', `${path}/${webhook.id}/test`);
  await host.does('PATCH', `${path}/${webhook.id}`, { enabled: true });
});

describe('the host', () => {
  it('registers, sees, changes and removes webhooks, and is shown a secret once', async () => {
    const { host, webhook, receiver } = await given({ description: 'CRM', eventTypes: ['message.created'] });
    const { secret, ...shown } = webhook;
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(shown).toMatchObject({ url: receiver.url, description: 'CRM', enabled: true, previousSecretUntil: null });

    expect(await host.does('GET', `${path}/${webhook.id}`)).toEqual(shown);
    expect(await host.does('GET', path)).toEqual({ webhooks: [shown] });
    const changed = await host.does<Webhook>('PATCH', `${path}/${webhook.id}`, { eventTypes: [], enabled: false });
    expect(changed).toEqual({ ...shown, eventTypes: [], enabled: false, updatedAt: changed.updatedAt });

    const stranger = await world.service('stranger');
    for (const [method, rest, body] of [
      ['GET', ''],
      ['PATCH', '', { enabled: true }],
      ['DELETE', ''],
      ['POST', '/rotate-secret'],
      ['GET', '/deliveries'],
    ] as const) {
      await stranger.isRefused('not_found', method, `${path}/${webhook.id}${rest}`, body);
    }
    await host.does('DELETE', `${path}/${webhook.id}`);
    await host.isRefused('not_found', 'DELETE', `${path}/${webhook.id}`);
    expect(await host.does('GET', path)).toEqual({ webhooks: [] });
  });

  it('tries a webhook, and replays what was delivered and what failed', async () => {
    const { host, receiver, webhook } = await given({ eventTypes: ['message.expired'] });
    const test = await host.does<WebhookDelivery>('POST', `${path}/${webhook.id}/test`);
    expect(test).toMatchObject({ eventType: 'webhook.test', status: 'pending' });
    const [first] = await receiver.hears(1);
    await world.cloud.settled();

    await host.does('POST', `${path}/${webhook.id}/deliveries/${test.id}/replay`);
    const [, second] = await receiver.hears(2);
    expect(second?.text).toBe(first?.text);
    expect(second?.headers['webhook-id']).toBe(test.eventId);
    await world.cloud.settled();

    const range = { from: '2026-01-01T00:00:00.000Z', to: '2099-01-01T00:00:00.000Z', replayId: 'r1' };
    const replay = (more: object = {}) => host.does('POST', `${path}/${webhook.id}/replay`, { ...range, ...more });
    expect(await replay()).toEqual({ replayed: 0, nextCursor: null, hasMore: false });
    expect(await replay({ status: 'all' })).toMatchObject({ replayed: 1 });
    await receiver.hears(3);
    await world.cloud.settled();
    expect(await replay({ status: 'all' })).toMatchObject({ replayed: 0 });
    expect(await deliveriesOf(host, webhook)).toMatchObject([{ id: test.id, status: 'delivered', attempts: 1 }]);
  });

  it.each([
    ['ftp://hooks.example.com/', 'must use https'],
    ['nonsense', 'is not a URL'],
    ['https://user:pass@hooks.example.com/', 'must not hold a user name or a password'],
    ['https://hooks.example.com/#x', 'must not hold a fragment'],
    ['https://nowhere.invalid/', 'must name a host that can be found'],
  ])('is refused %s: it %s', async (url, message) => {
    const host = await world.service();
    const problem = await host.isRefused('invalid_request', 'POST', path, { url });
    expect(problem.errors).toEqual([{ path: 'url', message }]);
    expect(await host.does('GET', path)).toEqual({ webhooks: [] });
  });

  it('is refused a 21st webhook', async () => {
    const { host, receiver } = await given();
    for (let n = 2; n <= 20; n += 1) await registers(host, receiver.url);
    await host.isRefused('too_many_webhooks', 'POST', path, { url: receiver.url });
  });
});

it('logs hold neither secrets nor addresses nor what was told', async () => {
  const { receiver, webhook } = await given();
  receiver.replies = () => ({ status: receiver.received.length < 2 ? 500 : 200, body: 'an answer' });
  await putsOnBus(world.cloud, [anEvent(world.tenant, { data: { content: 'quite private' } })]);
  await receiver.hears(2);
  await world.cloud.settled();
  const logs = world.logs.join('\n');
  expect(logs).toContain(webhook.id);
  for (const secret of [webhook.secret, receiver.url, 'quite private', 'an answer']) expect(logs).not.toContain(secret);
});

it('an attempt takes three round trips, and a dispatch four', async () => {
  const { receiver } = await given();
  // So that the instance knows the webhook already.
  await putsOnBus(world.cloud, [anEvent(world.tenant)]);
  await receiver.hears(1);
  await world.cloud.settled();
  const costOf = (name: string) => {
    const cost = world.cloud.meter.lastOf(name);
    return { roundTrips: cost?.roundTrips, writeUnits: cost?.writeUnits };
  };
  expect(costOf('Queue/webhook-delivery')).toEqual({ roundTrips: 3, writeUnits: 3 });
  expect(costOf('Queue/webhook-dispatch').roundTrips).toBeLessThanOrEqual(4);
});

it('nothing is lost while the workers fail, whichever does', async () => {
  const { receiver } = await given();
  // What was not taken comes back after a second.
  await quickQueues(world.cloud);
  for (const name of ['Queue/webhook-dispatch', 'Queue/webhook-delivery']) {
    const mend = world.cloud.faults.add({ function: name, action: /^dynamodb:/, fault: { kind: 'error' } });
    const events = Array.from({ length: 5 }, () => anEvent(world.tenant));
    await putsOnBus(world.cloud, events);
    await expect
      .poll(() => world.logs.some((line) => line.includes('"failed"') && line.includes(name.slice(6))))
      .toBe(true);
    const heard = () => new Set(receiver.received.map(({ body }) => body.id));
    expect(events.filter(({ detail }) => heard().has(detail.id))).toEqual([]);
    mend();
    await expect.poll(() => events.filter(({ detail }) => !heard().has(detail.id)), { timeout: 15_000 }).toEqual([]);
  }
}, 40_000);
