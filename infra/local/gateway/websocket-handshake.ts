/** What stands between an upgrade request and an open WebSocket: throttle, authorizer, `$connect`. */

import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { WebSocketApiModel } from '../model.ts';
import type { Invoker, Report } from '../ports.ts';
import { createAuthorizer } from './authorizer.ts';
import type { Clock } from './clock.ts';
import { identityIn } from './identity-source.ts';
import { integrate } from './integration.ts';
import { isRecord } from './record.ts';
import { newId } from './request-identity.ts';
import {
  type ConnectionFacts,
  connectArnOf,
  connectAuthorizerEventOf,
  connectEventOf,
  connectionFactsOf,
} from './websocket-event.ts';

export type Admission =
  | { admitted: true; facts: ConnectionFacts; subprotocol: string | undefined }
  /** The status and the JSON body that the client gets instead of the upgrade. */
  | { admitted: false; status: number; body: string };

interface HandshakeOptions {
  api: WebSocketApiModel;
  invoker: Invoker;
  report: Report;
  clock: Clock;
  takeToken(): boolean;
}

/** Of integrations and authorizers of WebSocket APIs. */
export const longestIntegrationMs = 29_000;

const messages: Record<number, string> = {
  500: 'Internal server error',
  502: 'Internal server error',
  504: 'Endpoint request timed out',
};

/** As in REST APIs: every value is handed on as text. @returns undefined where a value cannot be */
function stringified(context: Record<string, unknown>): Record<string, string | null> | undefined {
  const texts: Record<string, string | null> = {};
  for (const [key, value] of Object.entries(context)) {
    if (value === undefined) continue;
    if (value !== null && !['string', 'number', 'boolean'].includes(typeof value)) return undefined;
    texts[key] = value === null ? null : String(value);
  }
  return texts;
}

/** The subprotocol is the one that `$connect` answers with; there is none that the gateway picks by itself. */
function subprotocolOf(headers: unknown): string | undefined {
  if (!isRecord(headers)) return undefined;
  const [, value] = Object.entries(headers).find(([name]) => name.toLowerCase() === 'sec-websocket-protocol') ?? [];
  return typeof value === 'string' ? value : undefined;
}

/** @throws for an authorizer that cannot be run here */
export function createHandshake({ api, invoker, report, clock, takeToken }: HandshakeOptions) {
  const route = api.routes.find(({ key }) => key === '$connect');
  const authorize =
    route?.authorizer &&
    createAuthorizer(
      { ...route.authorizer, ttlSeconds: 0, simpleResponses: false },
      { invoker, report, clock, timeoutMs: longestIntegrationMs, unauthorizedByThrowing: true },
    );

  /** @returns the context for every event of this connection, or the status to refuse it with */
  async function authorizerContext(
    req: IncomingMessage,
    facts: ConnectionFacts,
  ): Promise<Record<string, unknown> | undefined | number> {
    if (!authorize) return undefined;
    const startedAt = clock.now();
    const authorization = await authorize({
      resourceArn: connectArnOf(api),
      identity: (source) => identityIn(req, source, { routeKey: '$connect', stage: api.stage }),
      event: () => connectAuthorizerEventOf(api, facts, req),
    });
    if (authorization.verdict === 'unauthorized') return 401;
    if (authorization.verdict === 'denied') return 403;
    if (authorization.verdict === 'failed') return 500;
    const context = stringified(authorization.context);
    if (!context) {
      report({ level: 'error', message: 'authorizer failed', reason: 'the context has objects or lists' });
      return 500;
    }
    const { principalId } = authorization;
    return {
      ...context,
      ...(principalId !== undefined && { principalId }),
      integrationLatency: clock.now() - startedAt,
    };
  }

  /** @returns the function's answer if it lets the connection be, or the status to refuse it with */
  async function connected(req: IncomingMessage, facts: ConnectionFacts): Promise<{ headers: unknown } | number> {
    if (!route) return { headers: undefined };
    const event = connectEventOf(api, facts, req);
    const timeoutMs = Math.min(route.timeoutMs, longestIntegrationMs);
    const result = await integrate(invoker, route.functionArn, event, timeoutMs);
    const failed = (reason: string, status: number) => {
      const { requestId } = event.requestContext;
      report({ level: 'error', message: 'WebSocket integration failed', route: route.key, requestId, reason });
      return status;
    };
    if (result === 'timed-out') return failed('timed out', 504);
    if (!result.ok) return failed(result.type, 502);
    const { statusCode, headers } = isRecord(result.payload) ? result.payload : {};
    const status = Number(statusCode);
    if (!Number.isInteger(status) || status < 200 || status > 599) return failed('the answer is malformed', 502);
    return status < 300 ? { headers } : status;
  }

  return async (req: IncomingMessage): Promise<Admission> => {
    const facts = connectionFactsOf(req, clock.now());
    const refused = (status: number): Admission => {
      const message = messages[status] ?? STATUS_CODES[status] ?? 'Unknown';
      const body = JSON.stringify({ message, connectionId: facts.connectionId, requestId: newId() });
      return { admitted: false, status, body };
    };
    if (!takeToken()) return refused(429);
    const context = await authorizerContext(req, facts);
    if (typeof context === 'number') return refused(context);
    facts.authorizer = context;
    const answer = await connected(req, facts);
    if (typeof answer === 'number') return refused(answer);
    return { admitted: true, facts, subprotocol: subprotocolOf(answer.headers) };
  };
}
