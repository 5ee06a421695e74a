/** Endpoints of a tenant's webhooks: what they hear, how they are doing, and how much of the workers each may have. */
import { createHash, randomBytes } from 'node:crypto';
import { type Webhook, type WebhookAttempt, webhook } from '../protocol/webhook.ts';

/** A secret as it is kept. */
export interface SealedSecret {
  sealed: string;
  /** Until when deliveries are signed with it; null for the one in use. */
  until: string | null;
}

export interface WebhookState extends Omit<Webhook, 'previousSecretUntil'> {
  /** The newest first. */
  secrets: SealedSecret[];
  /** Attempts that failed, one after the other. */
  failures: number;
  /** It timed out or took long: until then its deliveries go by the slow lane. */
  slowUntil: string | null;
  /** It keeps failing: until then it is left alone. */
  restUntil: string | null;
  /** Attempts under way. */
  inFlight: number;
  /** When the last of them began. */
  takenAt: string | null;
}

const day = 86_400_000;

export const newWebhookId = (): string => `wh_${randomBytes(16).toString('base64url')}`;

const digestOf = (...parts: string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest().subarray(0, 16).toString('base64url');

/** The same for the same parts. */
export const eventIdOf = (...parts: string[]): string => `evt_${digestOf(...parts)}`;

/** What the ids begin with of deliveries whose events occurred then. */
export const deliveryIdFloor = (occurredAt: string): string =>
  `dlv_${Math.max(0, Date.parse(occurredAt)).toString(16).padStart(12, '0')}`;

/** The same for the same event and endpoint: an event that comes twice is one delivery. */
export const deliveryIdOf = (webhookId: string, { id, occurredAt }: { id: string; occurredAt: string }): string =>
  deliveryIdFloor(occurredAt) + digestOf(webhookId, id);

export const hears = ({ enabled, eventTypes }: Pick<Webhook, 'enabled' | 'eventTypes'>, type: string): boolean =>
  enabled && (eventTypes.length === 0 || eventTypes.includes(type));

/** For so long deliveries are signed with the old secret too. */
const overlapMs = day;
/** Each adds a signature to every delivery. */
const mostSecrets = 5;

/** @param sealed the new one */
export const rotated = (secrets: readonly SealedSecret[], sealed: string, now: Date): SealedSecret[] => {
  const until = new Date(now.getTime() + overlapMs).toISOString();
  const old = validSecrets(secrets, now).map((one) => ({ ...one, until: one.until ?? until }));
  return [{ sealed, until: null }, ...old].slice(0, mostSecrets);
};

/** Those that deliveries are signed with now. */
export const validSecrets = (secrets: readonly SealedSecret[], now: Date): SealedSecret[] =>
  secrets.filter(({ until }) => until === null || Date.parse(until) > now.getTime());

const shownFields = Object.keys(webhook.shape) as (keyof Webhook)[];

export const publicWebhook = (state: WebhookState, now: Date): Webhook => {
  const [, previous] = validSecrets(state.secrets, now);
  const all = { ...state, previousSecretUntil: previous?.until ?? null };
  return Object.fromEntries(shownFields.map((name) => [name, all[name]])) as Webhook;
};

/**
 * Two queues lead to endpoints. First attempts go by the usual one; retries, and all of an endpoint that failed or was slow lately, by
 * the slow one: so nothing that is likely to be waited for stands in front of another tenant's.
 */
export type Lane = 'usual' | 'slow';

/** From so many failures in a row on an endpoint keeps failing. */
const fewFailures = 5;
const slowAnswerMs = 5_000;
const slowForMs = 600_000;

const isAfter = (time: string | null, now: Date): boolean => time !== null && Date.parse(time) > now.getTime();
const keepsFailing = ({ failures }: Pick<WebhookState, 'failures'>): boolean => failures >= fewFailures;

export const laneOf = (
  state: Pick<WebhookState, 'failures' | 'slowUntil'>,
  { attempt, now }: { attempt: number; now: Date },
): Lane => (attempt > 1 || keepsFailing(state) || isAfter(state.slowUntil, now) ? 'slow' : 'usual');

/** Attempts that may be under way to one endpoint: no more instances than that wait for it. One that keeps failing is tried by one. */
export const mostInFlight = (state: Pick<WebhookState, 'failures'>): number => (keepsFailing(state) ? 1 : 20);

/** An attempt that was begun so long ago has ended, told or not: its worker died. */
export const forgottenAfterMs = 60_000;

/**
 * How an endpoint is after an attempt, beside the count of its failures. One that keeps failing rests for half as long as it has been
 * failing: a receiver that restarts is back within seconds, one that is down is asked every five minutes. That is shorter than the pauses
 * of a delivery that has failed for as long, which are not prolonged by it.
 */
export const conditionAfter = (
  { outcome, latencyMs }: Pick<WebhookAttempt, 'outcome' | 'latencyMs'>,
  before: Pick<WebhookState, 'failures' | 'failingSince'>,
  { firstRetryMs, now }: { firstRetryMs: number; now: Date },
): Pick<WebhookState, 'slowUntil' | 'restUntil'> => {
  const later = (ms: number) => new Date(now.getTime() + ms).toISOString();
  const isSlow = outcome === 'timeout' || latencyMs >= slowAnswerMs;
  const fails = outcome !== 'delivered' && keepsFailing({ failures: before.failures + 1 });
  const failingMs = before.failingSince === null ? 0 : now.getTime() - Date.parse(before.failingSince);
  return {
    slowUntil: isSlow ? later(slowForMs) : null,
    restUntil: fails ? later(Math.min(Math.max(firstRetryMs, failingMs / 2), longestRestMs)) : null,
  };
};
const longestRestMs = 300_000;

const longestWaitMs = 64_000;

/**
 * When a delivery asks again that found no room at its endpoint: after the endpoint's rest, and later each time, so that of thousands
 * who wait few ask at once, and at different times.
 * @param waits how often it has waited for this attempt
 */
export const asksAgainAt = (
  { restUntil }: Pick<WebhookState, 'restUntil'>,
  { now, waits, random }: { now: Date; waits: number; random: number },
): number => {
  const rest = restUntil === null ? 0 : Math.max(0, Date.parse(restUntil) - now.getTime());
  return now.getTime() + rest + Math.min(2_000 * 2 ** waits, longestWaitMs) * (0.5 + random);
};

const failingDays = 5;
const failingAttempts = 20;

/**
 * Five days without one success, and not by too few attempts: an endpoint that is down for a weekend, or that hears of something once a
 * week and missed it twice, is not taken from its tenant. By attempts alone a busy endpoint would be disabled within seconds.
 */
export const isToBeDisabled = (
  { failures, failingSince }: Pick<WebhookState, 'failures' | 'failingSince'>,
  now: Date,
): boolean =>
  failures >= failingAttempts && failingSince !== null && now.getTime() - Date.parse(failingSince) >= failingDays * day;
