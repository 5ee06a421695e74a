import { describe, expect, it } from 'vitest';
import { replayPage } from '../../../shared/protocol/webhook.ts';
import { createWebhookSecrets } from '../../../shared/runtime/webhook-secrets.ts';
import { aTable } from '../../support/table.ts';
import { webhooksOn } from '../../support/webhook-world.ts';

const given = aTable();
const url = 'http://127.0.0.1:1/';
const numbers = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

describe('endpoints', () => {
  it('are 20 at most, however many are registered at once, and make room when they go', async () => {
    const world = webhooksOn(given);
    const tries = await Promise.allSettled(numbers(24).map(() => world.registers(url)));
    const refused = tries.flatMap((one) => (one.status === 'rejected' ? [one.reason.code] : []));
    expect(refused).toEqual(Array(4).fill('too_many_webhooks'));
    const all = await world.webhooks.list(given.tenant);
    expect(all).toHaveLength(20);

    const { id } = all[0] ?? { id: '' };
    await world.webhooks.remove(given.tenant, id);
    await expect(world.webhooks.remove(given.tenant, id)).rejects.toMatchObject({ code: 'not_found' });
    await world.registers(url);
    await expect(world.registers(url)).rejects.toMatchObject({ code: 'too_many_webhooks' });
  });

  it('are listed the oldest first, and of their own tenant alone', async () => {
    const world = webhooksOn(given);
    const ids: string[] = [];
    for (const _ of numbers(5)) {
      given.clock.forward({ seconds: 1 });
      ids.push((await world.registers(url)).id);
    }
    expect((await world.webhooks.list(given.tenant)).map(({ id }) => id)).toEqual(ids);
    expect(await world.webhooks.list('another')).toEqual([]);
    await expect(world.webhooks.find('another', String(ids[0]))).rejects.toMatchObject({ code: 'not_found' });
  });

  it('begin anew when they are enabled again, and stay as they are otherwise', async () => {
    const world = webhooksOn(given);
    const { tenant } = given;
    const { id } = await world.registers(url, { description: 'mine' });
    for (const _ of numbers(6)) {
      await world.webhookTurns.giveBack(
        tenant,
        await world.webhooks.find(tenant, id),
        { outcome: 'timeout', latencyMs: 10_000 },
        5_000,
      );
    }
    await world.webhooks.disable(tenant, id, 'failing');
    await world.webhooks.disable(tenant, id, 'gone');
    expect(await world.webhooks.update(tenant, id, { description: 'yours' })).toMatchObject({
      enabled: false,
      disabledReason: 'failing',
      failures: 6,
      description: 'yours',
    });
    expect(await world.webhooks.update(tenant, id, { enabled: true })).toMatchObject({
      enabled: true,
      disabledReason: null,
      disabledAt: null,
      failures: 0,
      failingSince: null,
      restUntil: null,
      slowUntil: null,
      description: 'yours',
    });
  });

  it('that are gone are not brought back by what is still under way', async () => {
    const world = webhooksOn(given);
    const state = await world.registers(url);
    await world.webhooks.remove(given.tenant, state.id);
    expect(await world.webhookTurns.take(given.tenant, state)).toBe(false);
    expect(
      await world.webhookTurns.giveBack(given.tenant, state, { outcome: 'delivered', latencyMs: 1 }, 5_000),
    ).toBeUndefined();
    await world.webhooks.disable(given.tenant, state.id, 'gone');
    await expect(world.webhooks.find(given.tenant, state.id)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('keep both secrets of two rotations at once', async () => {
    const world = webhooksOn(given);
    const { id } = await world.registers(url);
    await Promise.all(['two', 'three'].map((sealed) => world.webhooks.rotate(given.tenant, id, sealed)));
    const { secrets } = await world.webhooks.find(given.tenant, id);
    expect(
      secrets
        .map(({ sealed }) => sealed)
        .slice(0, 2)
        .sort(),
    ).toEqual(['three', 'two']);
    expect(secrets.map(({ until }) => until === null)).toEqual([true, false, false]);
  });
});

describe('secrets', () => {
  const master = async () => 'a master secret of more than thirty-two characters';
  const owner = { tenant: 'acme', webhookId: 'wh_1' };

  it('are nowhere in the table as they are', async () => {
    const world = webhooksOn(given);
    const { secret } = await world.registers(url);
    const all = JSON.stringify(await given.items());
    expect(all).not.toContain(secret);
    expect(all).not.toContain(secret.replace('whsec_', ''));
  });

  it('open to their owner, and are sealed otherwise each time', async () => {
    const secrets = createWebhookSecrets(master);
    const [one, other] = [await secrets.seal('whsec_x', owner), await secrets.seal('whsec_x', owner)];
    expect(one).not.toBe(other);
    expect(await createWebhookSecrets(master).open(one, owner)).toBe('whsec_x');
  });

  it.each([
    ['another webhook', { ...owner, webhookId: 'wh_2' }],
    ['another tenant', { ...owner, tenant: 'other' }],
  ])('do not open for %s', async (_, somebody) => {
    const secrets = createWebhookSecrets(master);
    await expect(secrets.open(await secrets.seal('whsec_x', owner), somebody)).rejects.toThrow();
  });

  it('do not open with another key, nor once they were tampered with', async () => {
    const sealed = await createWebhookSecrets(master).seal('whsec_x', owner);
    const others = createWebhookSecrets(async () => 'another master secret of more than thirty-two');
    await expect(others.open(sealed, owner)).rejects.toThrow();
    const tampered = `${sealed.slice(0, 20)}${sealed[20] === 'A' ? 'B' : 'A'}${sealed.slice(21)}`;
    await expect(createWebhookSecrets(master).open(tampered, owner)).rejects.toThrow();
  });

  it('ask for the master secret once, and again where it could not be told', async () => {
    let asked = 0;
    const secrets = createWebhookSecrets(async () => {
      asked += 1;
      if (asked === 1) throw new Error('not now');
      return master();
    });
    await expect(secrets.seal('x', owner)).rejects.toThrow('not now');
    await Promise.all(numbers(5).map(() => secrets.seal('x', owner)));
    expect(asked).toBe(2);
  });
});

describe('deliveries', () => {
  const filed = async (count: number) => {
    const world = webhooksOn(given);
    const webhook = await world.registers(url);
    for (const n of numbers(count)) {
      given.clock.forward({ seconds: 1 });
      await world.webhookDeliveries.file(given.tenant, world.event(n), [webhook]);
    }
    return { world, webhook };
  };
  const start = '2026-11-21T12:00:00.000Z';
  const at = (seconds: number) => new Date(Date.parse(start) + seconds * 1_000).toISOString();

  it('are listed the newest event first, whatever the size of the pages', async () => {
    const { world, webhook } = await filed(7);
    for (const limit of [1, 2, 3, 6, 7, 8]) {
      const found: string[] = [];
      for (let cursor: string | null = ''; cursor !== null; ) {
        const page = await world.webhookDeliveries.page(given.tenant, webhook.id, { limit, ...(cursor && { cursor }) });
        expect(page.items.length).toBeLessThanOrEqual(limit);
        found.push(...page.items.map(({ eventId }) => eventId));
        cursor = page.nextCursor;
      }
      expect(found, `by ${limit}`).toEqual(
        numbers(7)
          .reverse()
          .map((n) => `evt_${n}`),
      );
    }
    const { nextCursor } = await world.webhookDeliveries.page(given.tenant, webhook.id, { limit: 2 });
    await expect(
      world.webhookDeliveries.page(given.tenant, 'wh_other', { limit: 2, cursor: String(nextCursor) }),
    ).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('are kept for 30 days', async () => {
    const { world, webhook } = await filed(1);
    const [delivery] = (await world.webhookDeliveries.page(given.tenant, webhook.id, { limit: 1 })).items;
    given.clock.forward({ days: 30, ms: -1_000 });
    expect(await world.webhookDeliveries.find(given.tenant, webhook.id, String(delivery?.id))).toMatchObject({
      eventId: 'evt_1',
    });
    given.clock.forward({ seconds: 2 });
    expect((await world.webhookDeliveries.page(given.tenant, webhook.id, { limit: 1 })).items).toEqual([]);
    await expect(world.webhookDeliveries.find(given.tenant, webhook.id, String(delivery?.id))).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('are replayed by a range of time, page by page, the oldest first', async () => {
    const { world, webhook } = await filed(replayPage + 5);
    for (const { id } of (await world.webhookDeliveries.page(given.tenant, webhook.id, { limit: 200 })).items) {
      const place = { webhookId: webhook.id, deliveryId: id, eventId: '' };
      const failed = { status: 'failed', failure: 'retries_exhausted', nextAttemptAt: null } as const;
      await world.webhookDeliveries.note(given.tenant, place, { round: 1, attempt: 11 }, failed);
    }
    const range = { from: at(2), to: at(replayPage + 5), status: 'failed', replayId: 'r1' } as const;
    const first = await world.replays.range(given.tenant, webhook.id, range);
    expect(first).toMatchObject({ replayed: replayPage, hasMore: true });
    const again = await world.replays.range(given.tenant, webhook.id, range);
    expect(again.replayed).toBe(0);
    const rest = await world.replays.range(given.tenant, webhook.id, { ...range, cursor: String(first.nextCursor) });
    expect(rest).toEqual({ replayed: 3, nextCursor: null, hasMore: false });
    // From the second to the one before the last.
    expect(world.waiting.map(({ task }) => task.eventId)).toEqual(numbers(replayPage + 3).map((n) => `evt_${n + 1}`));
    expect(new Set(world.waiting.map(({ task }) => task.round))).toEqual(new Set([2]));
    await expect(
      world.replays.range(given.tenant, webhook.id, { ...range, to: at(9), cursor: String(first.nextCursor) }),
    ).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('are replayed once with one id, also where they are delivered anew in between', async () => {
    const { world, webhook } = await filed(2);
    for (const { id } of (await world.webhookDeliveries.page(given.tenant, webhook.id, { limit: 2 })).items) {
      const place = { webhookId: webhook.id, deliveryId: id, eventId: '' };
      const delivered = { status: 'delivered', failure: null, nextAttemptAt: null } as const;
      await world.webhookDeliveries.note(given.tenant, place, { round: 1, attempt: 1 }, delivered);
    }
    const range = { from: start, to: at(60), status: 'failed', replayId: 'r1' } as const;
    expect(await world.replays.range(given.tenant, webhook.id, range)).toMatchObject({ replayed: 0 });
    const all = { ...range, status: 'all' } as const;
    expect(await world.replays.range(given.tenant, webhook.id, all)).toMatchObject({ replayed: 2 });
    for (const { task } of world.waiting) {
      const delivered = { status: 'delivered', failure: null, nextAttemptAt: null } as const;
      await world.webhookDeliveries.note(given.tenant, task, task, delivered);
    }
    expect(await world.replays.range(given.tenant, webhook.id, all)).toMatchObject({ replayed: 0 });
    expect(await world.replays.range(given.tenant, webhook.id, { ...all, replayId: 'r2' })).toMatchObject({
      replayed: 2,
    });
  });

  it('know of a replay whose worker was quicker than its note', async () => {
    const { world, webhook } = await filed(1);
    const [delivery] = (await world.webhookDeliveries.page(given.tenant, webhook.id, { limit: 1 })).items;
    if (!delivery) throw new Error('There is none.');
    const place = { webhookId: webhook.id, deliveryId: delivery.id, eventId: delivery.eventId };
    const delivered = { status: 'delivered', failure: null, nextAttemptAt: null } as const;
    await world.webhookDeliveries.note(given.tenant, place, { round: 2, attempt: 1 }, delivered);
    await world.webhookDeliveries.noteRound(given.tenant, delivery, 'r1');
    expect(await world.webhookDeliveries.find(given.tenant, webhook.id, delivery.id)).toMatchObject({
      round: 2,
      status: 'delivered',
      attempts: 1,
      replayId: 'r1',
    });
  });

  it('are not begun anew once what they told is not kept any more: no longer than messages are', async () => {
    const world = webhooksOn(given, { retentionDays: 7 });
    const webhook = await world.registers(url);
    const [filed] = await world.webhookDeliveries.file(given.tenant, world.event(1), [webhook]);
    const replay = () => world.replays.one(given.tenant, webhook.id, String(filed?.delivery.id));
    await replay();
    given.clock.forward({ days: 7 });
    await expect(replay()).rejects.toMatchObject({ code: 'event_expired' });
    // The one that was on its way finds it gone too.
    await world.worksOff();
    expect(await world.delivery(webhook, world.event(1))).toMatchObject({ status: 'failed', failure: 'event_expired' });
  });

  it('are not begun anew to a webhook that is disabled, or another one', async () => {
    const { world, webhook } = await filed(1);
    const [delivery] = (await world.webhookDeliveries.page(given.tenant, webhook.id, { limit: 1 })).items;
    const replay = () => world.replays.one(given.tenant, webhook.id, String(delivery?.id));
    await replay();
    await world.webhooks.update(given.tenant, webhook.id, { enabled: false });
    await expect(replay()).rejects.toMatchObject({ code: 'webhook_disabled' });
    await expect(world.replays.one(given.tenant, 'wh_other', String(delivery?.id))).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});
