/** Webhooks on a real table and over real sockets, with queues that hold their messages for as long as the test's clock says. */
import { afterEach, beforeEach, vi } from 'vitest';
import { createLimits } from '../../shared/data/limits.ts';
import { createWebhookDeliveries } from '../../shared/data/webhook-deliveries.ts';
import type { DeliveryState } from '../../shared/data/webhook-items.ts';
import { createWebhookTurns } from '../../shared/data/webhook-turns.ts';
import { createWebhooks } from '../../shared/data/webhooks.ts';
import type { Lane, WebhookState } from '../../shared/domain/webhooks.ts';
import { type WebhookPayload, webhookCreate } from '../../shared/protocol/webhook.ts';
import { logger } from '../../shared/runtime/logger.ts';
import { createWebhookAttempts } from '../../shared/runtime/webhook-attempts.ts';
import { createWebhookDispatch } from '../../shared/runtime/webhook-dispatch.ts';
import type { WebhookLanes, WebhookTask } from '../../shared/runtime/webhook-lanes.ts';
import { createWebhookPost } from '../../shared/runtime/webhook-post.ts';
import { createReplays } from '../../shared/runtime/webhook-replays.ts';
import { createWebhookSecrets, newWebhookSecret } from '../../shared/runtime/webhook-secrets.ts';
import { Receiver } from './receiver.ts';
import type { TestTable } from './table.ts';

interface Waiting {
  lane: Lane;
  task: WebhookTask;
  /** When the queue gives it out. */
  at: number;
}

const usualLimits = {
  ...{ groupSize: 256, messagesPerMinute: 30, retentionDays: 90, fastLaneConnections: 10, largeRoomAbove: 256 },
  ...{ shardSize: 1_000, reactions: [], editWindowMinutes: null, deleteWindowMinutes: null },
};

/** @param options of each attempt; by `random` chance is what a test says */
export const webhooksOn = (
  given: TestTable,
  {
    timeoutMs = 150,
    random = () => 0.5,
    workers = 8,
    retentionDays = 90,
  }: { timeoutMs?: number; random?: () => number; workers?: number; retentionDays?: number } = {},
) => {
  // What a worker logs of one attempt would be mixed up with the others' here.
  logger.setLogLevel('SILENT');
  const { table, clock, tenant } = given;
  const waiting: Waiting[] = [];
  const told: { tenant: string; webhook: WebhookState; reason: string }[] = [];
  const deps = { table, clock, limits: createLimits({ default: { ...usualLimits, retentionDays }, tenants: {} }) };
  const webhookLanes: WebhookLanes = {
    add: async (lane, tasks, delaySeconds = 0) => {
      if (delaySeconds > 900) throw new Error('SQS holds nothing back for longer than 15 minutes.');
      const at = clock.now().getTime() + delaySeconds * 1_000;
      waiting.push(...tasks.map((task) => ({ lane, task, at })));
    },
  };
  const webhookSecrets = createWebhookSecrets(async () => 'a master secret of more than thirty-two characters');
  const parts = {
    clock,
    webhooks: createWebhooks(deps),
    webhookTurns: createWebhookTurns(deps),
    webhookDeliveries: createWebhookDeliveries(deps),
    webhookLanes,
    webhookSecrets,
  };
  const attempt = createWebhookAttempts({
    ...parts,
    webhookPost: createWebhookPost({ allowLocal: true, timeoutMs, resolve: async () => [] }),
    tellDisabled: async (of, webhook, reason) => void told.push({ tenant: of, webhook, reason }),
    firstRetryMs: 5_000,
    random,
  });

  /** Works off what the queues give out at this moment. @returns the number of messages */
  const worksOff = async (): Promise<number> => {
    const now = clock.now().getTime();
    const due = waiting.filter(({ at }) => at <= now);
    for (const one of due) waiting.splice(waiting.indexOf(one), 1);
    const rest = [...due];
    const work = async () => {
      for (let next = rest.shift(); next; next = rest.shift()) await attempt(next.lane, next.task);
    };
    await Promise.all(Array.from({ length: workers }, work));
    return due.length;
  };

  return {
    ...parts,
    attempt,
    waiting,
    told,
    dispatch: createWebhookDispatch(parts),
    replays: createReplays(parts),
    worksOff,

    /** Lets time pass from one message to the next, until the queues are empty or so much has passed. */
    passes: async (most: { hours?: number; days?: number } = { days: 40 }): Promise<void> => {
      vi.setSystemTime(clock.now());
      const until = clock.now().getTime() + (most.hours ?? 0) * 3_600_000 + (most.days ?? 0) * 86_400_000;
      for (;;) {
        while ((await worksOff()) > 0);
        const next = Math.min(...waiting.map(({ at }) => at), Number.POSITIVE_INFINITY);
        if (next > until) {
          if (Number.isFinite(until) && waiting.length > 0) clock.forward({ ms: until - clock.now().getTime() });
          return;
        }
        clock.forward({ ms: next - clock.now().getTime() });
        vi.setSystemTime(clock.now());
      }
    },

    registers: async (url: string, more: object = {}): Promise<WebhookState & { secret: string }> => {
      const secret = newWebhookSecret();
      const state = await parts.webhooks.create(tenant, webhookCreate.parse({ url, ...more }), (webhookId) =>
        webhookSecrets.seal(secret, { tenant, webhookId }),
      );
      return { ...state, secret };
    },

    /** @returns its delivery to an endpoint, as it is now */
    delivery: async ({ id: webhookId }: { id: string }, { id }: { id: string }): Promise<DeliveryState> => {
      const { items } = await parts.webhookDeliveries.page(tenant, webhookId, { limit: 100 });
      const found = items.find(({ eventId }) => eventId === id);
      if (!found) throw new Error(`There is no delivery of ${id}.`);
      return found;
    },

    event: (n: number, type = 'message.created'): WebhookPayload => ({
      type,
      timestamp: clock.now().toISOString(),
      id: `evt_${n}`,
      version: 1,
      tenantId: tenant,
      actor: 'ada',
      data: { n },
    }),
  };
};

/** The process's own time is the test's: the official library looks at it. Timers run as ever. */
export const withTimeOf = (given: TestTable): void => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: given.clock.now() }));
  afterEach(() => void vi.useRealTimers());
};

/** A receiver for each test of the calling file. */
export const aReceiver = (): (() => Receiver) => {
  let receiver: Receiver | undefined;
  beforeEach(async () => {
    receiver = await Receiver.open();
  });
  afterEach(async () => receiver?.closes());
  return () => {
    if (!receiver) throw new Error('Ask for the receiver inside a test.');
    return receiver;
  };
};
