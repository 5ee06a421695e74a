import { describe, expect, it } from 'vitest';
import {
  asksAgainAt,
  conditionAfter,
  deliveryIdFloor,
  deliveryIdOf,
  eventIdOf,
  hears,
  isToBeDisabled,
  laneOf,
  mostInFlight,
  newWebhookId,
  rotated,
  type SealedSecret,
  validSecrets,
} from '../../../shared/domain/webhooks.ts';
import { deliveryId, webhookId } from '../../../shared/protocol/webhook.ts';

const now = new Date('2026-11-21T12:00:00.000Z');
const later = (ms: number) => new Date(now.getTime() + ms);
const [minute, hour, day] = [60_000, 3_600_000, 86_400_000];

describe('ids', () => {
  const event = { id: 'evt_1', occurredAt: '2026-11-21T12:00:00.000Z' };
  const webhook = newWebhookId();

  it('are what the protocol says', () => {
    expect(webhookId.safeParse(webhook).success).toBe(true);
    expect(deliveryId.safeParse(deliveryIdOf(webhook, event)).success).toBe(true);
    expect(eventIdOf('a', 'b')).toMatch(/^evt_[A-Za-z0-9_-]{22}$/);
  });

  it('of a delivery are the same for the same event and webhook, and for no other', () => {
    expect(deliveryIdOf(webhook, event)).toBe(deliveryIdOf(webhook, { ...event }));
    const others = [
      deliveryIdOf(newWebhookId(), event),
      deliveryIdOf(webhook, { ...event, id: 'evt_2' }),
      deliveryIdOf(webhook, { ...event, occurredAt: '2026-11-21T12:00:00.001Z' }),
    ];
    expect(others).not.toContain(deliveryIdOf(webhook, event));
  });

  it('of deliveries sort as their events occurred, between the bounds of a range', () => {
    const id = deliveryIdOf(webhook, event);
    expect(deliveryIdFloor('2026-11-21T12:00:00.000Z') <= id).toBe(true);
    expect(id < deliveryIdFloor('2026-11-21T12:00:00.001Z')).toBe(true);
    expect(deliveryIdFloor('1970-01-01T00:00:00.000Z') < deliveryIdFloor('2026-01-01T00:00:00.000Z')).toBe(true);
  });
});

it('an endpoint hears the types that it names, or all; and nothing while it is disabled', () => {
  expect(hears({ enabled: true, eventTypes: [] }, 'message.created')).toBe(true);
  expect(hears({ enabled: true, eventTypes: ['message.created'] }, 'message.created')).toBe(true);
  expect(hears({ enabled: true, eventTypes: ['message.deleted'] }, 'message.created')).toBe(false);
  expect(hears({ enabled: false, eventTypes: [] }, 'message.created')).toBe(false);
});

describe('a secret that is rotated', () => {
  const first: SealedSecret[] = [{ sealed: 'one', until: null }];
  const sealedAt = (secrets: SealedSecret[], at: Date) => validSecrets(secrets, at).map(({ sealed }) => sealed);

  it('makes way for the new one, and is valid for another 24 hours', () => {
    const both = rotated(first, 'two', now);
    expect(sealedAt(both, later(day - 1))).toEqual(['two', 'one']);
    expect(sealedAt(both, later(day))).toEqual(['two']);
  });

  it('keeps its own 24 hours when the next is rotated too', () => {
    const three = rotated(rotated(first, 'two', now), 'three', later(hour));
    expect(sealedAt(three, later(2 * hour))).toEqual(['three', 'two', 'one']);
    expect(sealedAt(three, later(day))).toEqual(['three', 'two']);
    expect(sealedAt(three, later(day + hour))).toEqual(['three']);
  });

  it('is forgotten once it is not valid any more, and beyond four old ones', () => {
    expect(rotated(rotated(first, 'two', now), 'three', later(day)).map(({ sealed }) => sealed)).toEqual([
      'three',
      'two',
    ]);
    let many = first;
    for (const sealed of ['2', '3', '4', '5', '6', '7']) many = rotated(many, sealed, now);
    expect(sealedAt(many, now)).toEqual(['7', '6', '5', '4', '3']);
  });
});

describe('the lane to an endpoint', () => {
  const well = { failures: 0, slowUntil: null };
  const unfailing = { failures: 0, failingSince: null };

  it('is the usual one for a first attempt while it does well', () => {
    expect(laneOf(well, { attempt: 1, now })).toBe('usual');
    expect(laneOf({ ...well, failures: 4 }, { attempt: 1, now })).toBe('usual');
  });

  it('is the slow one for what failed before', () => {
    expect(laneOf(well, { attempt: 2, now })).toBe('slow');
  });

  it('is the slow one for ten minutes after it timed out, or took five seconds', () => {
    for (const attempt of [
      { outcome: 'timeout', latencyMs: 10_000 },
      { outcome: 'delivered', latencyMs: 5_000 },
    ] as const) {
      const { slowUntil } = conditionAfter(attempt, unfailing, { firstRetryMs: 5_000, now });
      expect(laneOf({ failures: 0, slowUntil }, { attempt: 1, now: later(10 * minute - 1) })).toBe('slow');
      expect(laneOf({ failures: 0, slowUntil }, { attempt: 1, now: later(10 * minute) })).toBe('usual');
    }
    expect(conditionAfter({ outcome: 'delivered', latencyMs: 4_999 }, unfailing, { firstRetryMs: 5_000, now })).toEqual(
      {
        slowUntil: null,
        restUntil: null,
      },
    );
  });

  it('is the slow one from five failures in a row on, with one attempt at a time and a rest after each', () => {
    expect(laneOf({ ...well, failures: 5 }, { attempt: 1, now })).toBe('slow');
    expect([0, 4, 5, 50].map((failures) => mostInFlight({ failures }))).toEqual([20, 20, 1, 1]);
    const restAfter = (failures: number, failingMs: number) => {
      const before = { failures, failingSince: later(-failingMs).toISOString() };
      const { restUntil } = conditionAfter({ outcome: 'bad_status', latencyMs: 1 }, before, {
        firstRetryMs: 5_000,
        now,
      });
      return restUntil && Date.parse(restUntil) - now.getTime();
    };
    expect(restAfter(3, hour)).toBeNull();
    expect([0, minute, 5 * minute, 10 * minute, hour].map((failingMs) => restAfter(4, failingMs))).toEqual([
      5_000, 30_000, 150_000, 300_000, 300_000,
    ]);
  });

  it('is asked again after the rest, later each time, and by those who wait at different times', () => {
    const waitsFor = (restMs: number, waits: number, random: number) => {
      const restUntil = restMs === 0 ? null : later(restMs).toISOString();
      return asksAgainAt({ restUntil }, { now, waits, random }) - now.getTime();
    };
    expect([0, 0.5, 1].map((random) => waitsFor(40_000, 0, random))).toEqual([41_000, 42_000, 43_000]);
    expect([0, 1, 2, 3, 4, 5, 50].map((waits) => waitsFor(0, waits, 0.5))).toEqual([
      2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 64_000,
    ]);
    expect(waitsFor(-1_000, 0, 0.5)).toBe(2_000);
  });
});

describe('an endpoint is disabled', () => {
  const failingSince = now.toISOString();

  it('after five days without one success', () => {
    expect(isToBeDisabled({ failures: 20, failingSince }, later(5 * day))).toBe(true);
    expect(isToBeDisabled({ failures: 9_999, failingSince }, later(5 * day - 1))).toBe(false);
  });

  it('by no fewer than 20 failures', () => {
    expect(isToBeDisabled({ failures: 19, failingSince }, later(30 * day))).toBe(false);
    expect(isToBeDisabled({ failures: 0, failingSince: null }, now)).toBe(false);
  });
});
