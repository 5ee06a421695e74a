/** Attempts of deliveries under a clock that the test moves. */
import { describe, expect, it } from 'vitest';
import type { Received, Reply } from '../../support/receiver.ts';
import { verified } from '../../support/receiver.ts';
import { aTable } from '../../support/table.ts';
import { aReceiver, webhooksOn, withTimeOf } from '../../support/webhook-world.ts';

const given = aTable();
withTimeOf(given);
const receiver = aReceiver();

/** Seconds from the first request to each. */
const times = (received: readonly Received[]) => {
  const at = received.map(({ headers }) => Number(headers['webhook-timestamp']));
  return at.map((one) => one - Number(at[0]));
};

const delivers = async (reply: (received: Received) => Reply, options: Parameters<typeof webhooksOn>[1] = {}) => {
  const world = webhooksOn(given, options);
  const webhook = await world.registers(receiver().url);
  const event = world.event(1);
  receiver().replies = reply;
  await world.dispatch(event, { isRetried: false });
  return { world, webhook, event };
};

describe('a delivery', () => {
  it('that fails to the last is tried in growing pauses for a day, hopping through the queue', async () => {
    const { world, webhook, event } = await delivers(() => ({ status: 500, body: 'down' }));
    await world.passes();

    const hour = 3_600;
    expect(times(receiver().received)).toEqual([
      ...[0, 5, 25, 105, 425, 1_705, 6_825, 27_305],
      ...[27_305 + 6 * hour, 27_305 + 12 * hour, 24 * hour],
    ]);
    expect(await world.delivery(webhook, event)).toMatchObject({
      status: 'failed',
      failure: 'retries_exhausted',
      attempts: 11,
      nextAttemptAt: null,
      lastAttempt: { outcome: 'bad_status', statusCode: 500, responseBody: 'down' },
    });
    expect(await world.webhooks.find(given.tenant, webhook.id)).toMatchObject({ enabled: true, failures: 11 });
  });

  it('is one and the same in each attempt, and is signed anew', async () => {
    const { world, webhook, event } = await delivers(() => ({ status: 503 }));
    await world.passes();
    const { received } = receiver();
    expect(new Set(received.map(({ text }) => text)).size).toBe(1);
    expect(new Set(received.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([event.id]));
    expect(new Set(received.map(({ headers }) => headers['webhook-signature'])).size).toBe(received.length);
    expect(received.at(-1) && verified(webhook.secret, received.at(-1) as Received)).toEqual(event);
  });

  it('ends when it arrives', async () => {
    const { world, webhook, event } = await delivers(() => ({ status: receiver().received.length < 3 ? 500 : 204 }));
    await world.passes();
    expect(times(receiver().received)).toEqual([0, 5, 25]);
    expect(await world.delivery(webhook, event)).toMatchObject({ status: 'delivered', attempts: 3 });
    expect(await world.webhooks.find(given.tenant, webhook.id)).toMatchObject({ failures: 0, failingSince: null });
  });

  it('says when it comes next', async () => {
    const { world, webhook, event } = await delivers(() => 'reset');
    await world.worksOff();
    expect(await world.delivery(webhook, event)).toMatchObject({
      status: 'pending',
      attempts: 1,
      nextAttemptAt: new Date(given.clock.now().getTime() + 5_000).toISOString(),
      lastAttempt: { outcome: 'connection_failed', statusCode: null, responseBody: null },
    });
  });

  it.each([
    ['seconds', () => '600', 600],
    ['a date', () => new Date(given.clock.now().getTime() + 600_000).toUTCString(), 600],
    ['longer than is waited', () => '999999', 6 * 3_600],
    ['less than it is waited', () => '1', 5],
  ])('comes back when it was asked to: %s', async (_, retryAfter, expected) => {
    const { world } = await delivers(() => ({ status: 429, headers: { 'retry-after': retryAfter() } }));
    await world.passes({ hours: 7 });
    expect(times(receiver().received)[1]).toBe(expected);
  });

  it('is not made twice by a message that comes twice', async () => {
    const { world } = await delivers(() => ({ status: receiver().received.length < 2 ? 500 : 200 }));
    const [first] = world.waiting;
    await world.passes();
    for (const task of [first?.task, first && { ...first.task, attempt: 2 }])
      if (task) await world.attempt('slow', task);
    expect(receiver().received).toHaveLength(2);
  });

  it('goes on after a worker that died before it could tell what became of an attempt', async () => {
    const dying = webhooksOn(given);
    const webhook = await dying.registers(receiver().url);
    await dying.dispatch(dying.event(1), { isRetried: false });
    const [message] = dying.waiting;
    receiver().replies = () => ({ status: 500 });
    dying.webhookDeliveries.note = () => Promise.reject(new Error('The instance died.'));
    await expect(dying.worksOff()).rejects.toThrow();

    // SQS gives it out again, beside the one that was queued.
    receiver().replies = () => ({ status: 200 });
    const world = webhooksOn(given);
    if (message) world.waiting.push(message);
    world.waiting.push(...dying.waiting);
    await world.passes();
    expect(receiver().received).toHaveLength(2);
    expect(await world.delivery(webhook, world.event(1))).toMatchObject({ status: 'delivered' });
  });
});

describe('an endpoint', () => {
  it('that answers 410 is disabled at once, and its tenant is told', async () => {
    const { world, webhook, event } = await delivers(() => ({ status: 410 }));
    await world.passes();
    expect(receiver().received).toHaveLength(1);
    expect(await world.webhooks.find(given.tenant, webhook.id)).toMatchObject({
      enabled: false,
      disabledReason: 'gone',
      disabledAt: expect.any(String),
    });
    expect(await world.delivery(webhook, event)).toMatchObject({ status: 'failed', failure: 'webhook_disabled' });
    expect(world.told).toMatchObject([{ tenant: given.tenant, webhook: { id: webhook.id }, reason: 'gone' }]);
  });

  it('that fails for five days is disabled, and its tenant is told once', async () => {
    const { world, webhook } = await delivers(() => ({ status: 500 }));
    for (let day = 2; day < 10; day += 1) {
      await world.passes({ days: 1 });
      given.clock.forward({ days: 1 });
      await world.dispatch(world.event(day), { isRetried: false });
    }
    await world.passes();
    const state = await world.webhooks.find(given.tenant, webhook.id);
    expect(state).toMatchObject({ enabled: false, disabledReason: 'failing' });
    const days = (Date.parse(String(state.disabledAt)) - Date.parse(String(state.failingSince))) / 86_400_000;
    expect(days).toBeGreaterThanOrEqual(5);
    expect(days).toBeLessThan(7);
    expect(world.told).toHaveLength(1);
  });

  it('that is disabled gets nothing more of what was on its way', async () => {
    const { world, webhook, event } = await delivers(() => ({ status: 500 }));
    await world.worksOff();
    await world.webhooks.update(given.tenant, webhook.id, { enabled: false });
    await world.passes();
    expect(receiver().received).toHaveLength(1);
    expect(await world.delivery(webhook, event)).toMatchObject({ status: 'failed', failure: 'webhook_disabled' });
  });

  it('that was removed gets nothing more either', async () => {
    const { world, webhook } = await delivers(() => ({ status: 500 }));
    await world.worksOff();
    await world.webhooks.remove(given.tenant, webhook.id);
    await world.passes();
    expect(receiver().received).toHaveLength(1);
  });

  it('that hangs has no more than twenty requests at once, and one once it keeps failing', async () => {
    const world = webhooksOn(given, { workers: 40, timeoutMs: 1_500 });
    await world.registers(receiver().url);
    receiver().replies = () => 'silence';
    for (let n = 1; n <= 40; n += 1) await world.dispatch(world.event(n), { isRetried: false });
    await world.worksOff();
    expect(receiver().received).toHaveLength(20);

    // All others have gone over to the slow lane, and try again one by one.
    expect(new Set(world.waiting.map(({ lane }) => lane))).toEqual(new Set(['slow']));
    given.clock.forward({ seconds: 20 });
    await world.worksOff();
    expect(receiver().received).toHaveLength(21);
  });

  it('that hung is told everything once it is well', async () => {
    const world = webhooksOn(given, { random: Math.random });
    const webhook = await world.registers(receiver().url);
    receiver().replies = () => 'silence';
    for (let n = 1; n <= 8; n += 1) await world.dispatch(world.event(n), { isRetried: false });
    await world.passes({ hours: 1 });
    receiver().replies = () => ({ status: 200 });
    await world.passes();
    for (let n = 1; n <= 8; n += 1) {
      expect(await world.delivery(webhook, world.event(n))).toMatchObject({ status: 'delivered' });
    }
  });

  it('has its room back after a worker that died with it', async () => {
    const world = webhooksOn(given);
    const { id } = await world.registers(receiver().url);
    const takes = async () => world.webhookTurns.take(given.tenant, await world.webhooks.find(given.tenant, id));
    for (let n = 1; n <= 20; n += 1) expect(await takes()).toBe(true);
    expect(await takes()).toBe(false);
    given.clock.forward({ seconds: 61 });
    expect(await takes()).toBe(true);
    expect(await world.webhooks.find(given.tenant, id)).toMatchObject({ inFlight: 1 });
  });
});

it('an event that comes twice is delivered once, and one whose dispatch broke off is delivered', async () => {
  const world = webhooksOn(given);
  const webhook = await world.registers(receiver().url);
  const event = world.event(1);
  await world.dispatch(event, { isRetried: false });
  await world.dispatch(event, { isRetried: false });
  expect(world.waiting).toHaveLength(1);
  world.waiting.length = 0;
  await world.dispatch(event, { isRetried: true });
  await world.passes();
  expect(receiver().received).toHaveLength(1);
  expect(await world.delivery(webhook, event)).toMatchObject({ status: 'delivered' });
});

it('an endpoint hears what it asks for, and nothing of another tenant', async () => {
  const world = webhooksOn(given);
  await world.registers(receiver().url, { eventTypes: ['message.deleted'] });
  await world.dispatch(world.event(1), { isRetried: false });
  await world.dispatch({ ...world.event(2, 'message.deleted'), tenantId: 'another' }, { isRetried: false });
  await world.dispatch(world.event(3, 'message.deleted'), { isRetried: false });
  await world.passes();
  expect(receiver().received.map(({ body }) => body.id)).toEqual(['evt_3']);
});

it('secrets that are rotated are honoured side by side for a day', async () => {
  const world = webhooksOn(given);
  const { tenant } = given;
  const { id, secret: old } = await world.registers(receiver().url);
  const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  await world.webhooks.rotate(tenant, id, await world.webhookSecrets.seal(secret, { tenant, webhookId: id }));
  const hearsAs = async (n: number) => {
    await world.dispatch(world.event(n), { isRetried: false });
    await world.passes();
    return receiver().received.at(-1) as Received;
  };

  given.clock.forward({ hours: 23 });
  const during = await hearsAs(1);
  expect(String(during.headers['webhook-signature']).split(' ')).toHaveLength(2);
  for (const one of [old, secret]) expect(verified(one, during)).toMatchObject({ id: 'evt_1' });

  given.clock.forward({ hours: 1 });
  const after = await hearsAs(2);
  expect(verified(secret, after)).toMatchObject({ id: 'evt_2' });
  expect(() => verified(old, after)).toThrow('No matching signature found');
});
