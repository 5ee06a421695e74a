/**
 * Makes the attempts of deliveries: at least once, signed, each only while there is room at its endpoint. What fails comes back by the
 * slow lane when its time has come, until a day has passed.
 */
import { Webhook as Signature } from 'standardwebhooks';
import type { DeliveryPlace, WebhookDeliveries } from '../data/webhook-deliveries.ts';
import type { DeliveryState } from '../data/webhook-items.ts';
import type { WebhookTurns } from '../data/webhook-turns.ts';
import type { Webhooks } from '../data/webhooks.ts';
import type { Clock } from '../domain/clock.ts';
import { deliveryWindow, hopSeconds, nextAttemptAt, retryAfterMs } from '../domain/webhook-schedule.ts';
import { asksAgainAt, isToBeDisabled, type Lane, laneOf, validSecrets, type WebhookState } from '../domain/webhooks.ts';
import { addToLogContext, logger } from './logger.ts';
import { together } from './together.ts';
import type { WebhookLanes, WebhookTask } from './webhook-lanes.ts';
import type { TellDisabled } from './webhook-news.ts';
import type { Posted, WebhookPost } from './webhook-post.ts';
import type { WebhookSecrets } from './webhook-secrets.ts';

export interface AttemptDeps {
  webhooks: Webhooks;
  webhookTurns: WebhookTurns;
  webhookDeliveries: WebhookDeliveries;
  webhookSecrets: WebhookSecrets;
  webhookPost: WebhookPost;
  webhookLanes: WebhookLanes;
  tellDisabled: TellDisabled;
  clock: Clock;
  firstRetryMs: number;
  /** From 0 to 1. */
  random: () => number;
}

const gone = 410;
const soon = 1_000;

export const createWebhookAttempts = (deps: AttemptDeps) => {
  const { webhooks, webhookTurns, webhookDeliveries, webhookSecrets, webhookPost, webhookLanes, clock, random } = deps;

  /** Back into the queue until it is due, for as long as SQS keeps it. */
  const holdBack = (task: WebhookTask, now: number): Promise<void> =>
    webhookLanes.add('slow', [task], hopSeconds(task.dueAt, now));

  const headersOf = async (task: WebhookTask, webhook: WebhookState, body: string) => {
    const now = clock.now();
    const owner = { tenant: task.tenant, webhookId: webhook.id };
    const secrets = await together(
      validSecrets(webhook.secrets, now).map(({ sealed }) => webhookSecrets.open(sealed, owner)),
    );
    return {
      'content-type': 'application/json',
      'user-agent': 'Parley-Webhooks/1',
      ...(task.traceparent && { traceparent: task.traceparent }),
      'webhook-id': task.eventId,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': secrets.map((secret) => new Signature(secret).sign(task.eventId, now, body)).join(' '),
    };
  };

  const startOf = (task: WebhookTask, { round, startedAt }: DeliveryState): number =>
    round === task.round ? Date.parse(startedAt) : clock.now().getTime();

  const giveUp = (task: WebhookTask, failure: NonNullable<DeliveryState['failure']>, attempts: number) =>
    webhookDeliveries.note(
      task.tenant,
      task,
      { round: task.round, attempt: attempts },
      { status: 'failed', failure, nextAttemptAt: null },
    );

  /** There is no room at its endpoint. That is no attempt; a day of it is enough all the same. */
  const postpone = async (task: WebhookTask, webhook: WebhookState, delivery: DeliveryState): Promise<void> => {
    const now = clock.now();
    if (now.getTime() > startOf(task, delivery) + deliveryWindow) {
      await giveUp(task, 'retries_exhausted', task.attempt - 1);
      return;
    }
    const dueAt = asksAgainAt(webhook, { now, waits: task.waits, random: random() });
    await holdBack({ ...task, waits: task.waits + 1, dueAt }, now.getTime());
  };

  const conclude = async (
    task: WebhookTask,
    { webhook, delivery, posted, at }: { webhook: WebhookState; delivery: DeliveryState; posted: Posted; at: Date },
  ): Promise<void> => {
    const now = clock.now().getTime();
    const startedAt = startOf(task, delivery);
    const { retryAfter, ...outcome } = posted;
    const isGone = outcome.statusCode === gone;
    const delivered = outcome.outcome === 'delivered';
    const next =
      delivered || isGone
        ? undefined
        : nextAttemptAt({
            attempts: task.attempt,
            startedAt,
            now,
            retryAfterMs: retryAfterMs(retryAfter, now),
            firstRetryMs: deps.firstRetryMs,
            random: random(),
          });
    // First, so that a worker that dies here leaves no delivery that nobody comes back to.
    if (next !== undefined) await holdBack({ ...task, attempt: task.attempt + 1, waits: 0, dueAt: next }, now);
    const pending = next !== undefined;
    const [after] = await together([
      webhookTurns.giveBack(task.tenant, webhook, outcome, deps.firstRetryMs),
      webhookDeliveries.note(task.tenant, task, task, {
        status: delivered ? 'delivered' : pending ? 'pending' : 'failed',
        failure: delivered || pending ? null : isGone ? 'webhook_disabled' : 'retries_exhausted',
        nextAttemptAt: next === undefined ? null : new Date(next).toISOString(),
        startedAt: new Date(startedAt).toISOString(),
        lastAttempt: { at: at.toISOString(), ...outcome },
      }),
    ]);
    logger.info('attempted', { outcome: outcome.outcome, status: outcome.statusCode, attempt: task.attempt });
    if (after?.enabled && isGone) await disable(task.tenant, after, 'gone');
    else if (after?.enabled && !delivered && isToBeDisabled(after, clock.now())) {
      await disable(task.tenant, after, 'failing');
    }
  };

  const disable = async (tenant: string, webhook: WebhookState, reason: 'gone' | 'failing'): Promise<void> => {
    await deps.tellDisabled(tenant, webhook, reason, clock.now());
    await webhooks.disable(tenant, webhook.id, reason);
    logger.warn('webhook disabled', { reason });
  };

  /** Safe to repeat: a try that was made is not made again. */
  return async (lane: Lane, task: WebhookTask): Promise<void> => {
    addToLogContext({ tenant: task.tenant });
    logger.appendKeys({ webhookId: task.webhookId, deliveryId: task.deliveryId });
    const now = clock.now();
    if (task.dueAt - now.getTime() >= soon) return holdBack(task, now.getTime());

    const { webhook, delivery, body } = await webhookDeliveries.load(task.tenant, task satisfies DeliveryPlace);
    if (!webhook || !delivery || wasMade(task, delivery)) return;
    if (!webhook.enabled) return void (await giveUp(task, 'webhook_disabled', task.attempt - 1));
    if (body === undefined) return void (await giveUp(task, 'event_expired', task.attempt - 1));
    if (lane === 'usual' && laneOf(webhook, { attempt: task.attempt, now }) === 'slow') {
      return webhookLanes.add('slow', [task]);
    }
    const headers = await headersOf(task, webhook, body);
    if (!(await webhookTurns.take(task.tenant, webhook))) return postpone(task, webhook, delivery);
    const posted = await webhookPost(webhook.url, body, headers);
    await conclude(task, { webhook, delivery, posted, at: now });
  };
};
export type WebhookAttempts = ReturnType<typeof createWebhookAttempts>;

/** Or overtaken by a replay. */
const wasMade = ({ round, attempt }: WebhookTask, delivery: DeliveryState): boolean =>
  delivery.round > round ||
  (delivery.round === round && (delivery.attempts >= attempt || delivery.status !== 'pending'));
