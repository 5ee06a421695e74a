/** Lambda REQUEST authorizers of both kinds of API: identity sources, the call, its cache, and what the answer means. */

import type { AuthorizerModel } from '../model.ts';
import type { InvocationResult, Invoker, Report } from '../ports.ts';
import { policyAllows } from './authorizer-policy.ts';
import type { Clock } from './clock.ts';
import { type IdentitySource, parseIdentitySource } from './identity-source.ts';
import { integrate } from './integration.ts';
import { isRecord } from './record.ts';

/** A request as its authorizer sees it. */
interface AuthorizableRequest {
  /** Execute-api ARN of what is asked for; policies are held against it. */
  resourceArn: string;
  identity(source: IdentitySource): string | undefined;
  /** The authorizer's event, given the values of its identity sources. */
  event(identityValues: string[]): unknown;
}

export type Authorization =
  | { verdict: 'allowed'; principalId: string | undefined; context: Record<string, unknown> }
  /** 401 */
  | { verdict: 'unauthorized' }
  /** 403 */
  | { verdict: 'denied' }
  /** 500 */
  | { verdict: 'failed' };

interface AuthorizerOptions {
  invoker: Invoker;
  report: Report;
  clock: Clock;
  /** Where HTTP APIs and WebSocket APIs differ: time allowed, and whether throwing `Unauthorized` is a 401. */
  timeoutMs: number;
  unauthorizedByThrowing: boolean;
}

/** Documented limit of an authorizer's answer. */
const answerLimit = 8 * 1024;
const cachedAnswers = 10_000;

/** @returns authorizes one request; never rejects */
export function createAuthorizer(
  model: AuthorizerModel,
  { invoker, report, clock, timeoutMs, unauthorizedByThrowing }: AuthorizerOptions,
): (request: AuthorizableRequest) => Promise<Authorization> {
  const sources = model.identitySources.map(parseIdentitySource);
  const cache = new Map<string, { payload: unknown; until: number }>();
  // Without an identity source there is nothing to tell callers apart by, so nothing is cached.
  const caches = model.ttlSeconds > 0 && sources.length > 0;

  const failed = (reason: string): Authorization => {
    report({ level: 'error', message: 'authorizer failed', authorizer: model.name, reason });
    return { verdict: 'failed' };
  };

  function remembered(key: string): { payload: unknown } | undefined {
    const entry = cache.get(key);
    if (entry && entry.until > clock.now()) return entry;
    cache.delete(key);
    return undefined;
  }

  function remember(key: string, payload: unknown): void {
    cache.set(key, { payload, until: clock.now() + model.ttlSeconds * 1000 });
    const oldest = cache.keys().next().value;
    if (cache.size > cachedAnswers && oldest !== undefined) cache.delete(oldest);
  }

  function meaningOf(payload: unknown, resourceArn: string): Authorization {
    if (!isRecord(payload)) return failed('the answer is no object');
    const context = payload.context ?? {};
    if (!isRecord(context)) return failed('the context is no object');
    const allowed =
      model.simpleResponses && typeof payload.isAuthorized === 'boolean'
        ? payload.isAuthorized
        : policyAllows(payload.policyDocument, resourceArn);
    if (allowed === undefined) return failed('the answer is neither a policy nor, where enabled, a simple response');
    if (!allowed) return { verdict: 'denied' };
    const principalId = typeof payload.principalId === 'string' ? payload.principalId : undefined;
    return { verdict: 'allowed', principalId, context };
  }

  const failureOf = (result: Extract<InvocationResult, { ok: false }>): Authorization =>
    unauthorizedByThrowing && result.message === 'Unauthorized' ? { verdict: 'unauthorized' } : failed(result.type);

  return async (request) => {
    const values = sources.map((source) => request.identity(source));
    const present = values.filter((value): value is string => value !== undefined && value !== '');
    if (present.length < sources.length) return { verdict: 'unauthorized' };

    const key = JSON.stringify(present);
    const known = caches ? remembered(key) : undefined;
    if (known) return meaningOf(known.payload, request.resourceArn);

    const result = await integrate(invoker, model.functionArn, request.event(present), timeoutMs);
    if (result === 'timed-out') return failed('timed out');
    if (!result.ok) return failureOf(result);
    if (Buffer.byteLength(JSON.stringify(result.payload) ?? '') > answerLimit) return failed('the answer is over 8 KB');
    const meaning = meaningOf(result.payload, request.resourceArn);
    if (caches && meaning.verdict !== 'failed') remember(key, result.payload);
    return meaning;
  };
}
