/** API Gateway's HTTP API (v2) on this machine: routes, authorizers, CORS, throttles, and Lambda integrations. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpApiModel } from '../model.ts';
import type { Invoker, OnUse, Report } from '../ports.ts';
import { createAuthorizer } from './authorizer.ts';
import type { Clock } from './clock.ts';
import { isPreflight, preflightAnswer, withCors } from './cors.ts';
import { answerOf, type HttpAnswer, refusal, send } from './http-answer.ts';
import { authorizerEventOf, factsOf, type HttpRequestFacts, integrationEventOf, routeArnOf } from './http-event.ts';
import { compileHttpRoutes, type MatchedRoute } from './http-routes.ts';
import { identityIn } from './identity-source.ts';
import { integrate } from './integration.ts';
import { readBody } from './request-body.ts';
import { newId } from './request-identity.ts';
import { createThrottle } from './throttle.ts';

export interface HttpGateway {
  /** Answers one request; never rejects. */
  handle(req: IncomingMessage, res: ServerResponse): Promise<void>;
}

export interface HttpGatewayOptions {
  api: HttpApiModel;
  invoker: Invoker;
  report: Report;
  clock?: Clock;
  onUse?: OnUse | undefined;
}

const payloadLimitBytes = 10 * 1024 * 1024;
const longestIntegrationMs = 30_000;
const longestAuthorizerMs = 10_000;

/** As API Gateway decodes it, which also ends the path at an encoded question mark. */
function decodedPath(url: string | undefined): string | undefined {
  const [path = '/'] = (url ?? '/').split('?');
  try {
    return decodeURIComponent(path).split('?')[0];
  } catch {
    return undefined;
  }
}

/** @throws for an authorizer that cannot be run here */
export function createHttpGateway({ api, invoker, report, clock = Date, onUse }: HttpGatewayOptions): HttpGateway {
  const findRoute = compileHttpRoutes(api.routes);
  const takeToken = createThrottle(api.throttle, clock);
  const stagePrefix = api.stage === '$default' ? '' : `/${api.stage}`;

  const authorizers = new Map<string, ReturnType<typeof createAuthorizer>>();
  for (const { authorizer } of api.routes) {
    if (!authorizer || authorizers.has(authorizer.id)) continue;
    if (authorizer.payloadFormat !== '2.0') {
      throw new Error(
        `authorizer ${authorizer.name}: payload format ${authorizer.payloadFormat} of HTTP APIs is not supported`,
      );
    }
    const options = { invoker, report, clock, timeoutMs: longestAuthorizerMs, unauthorizedByThrowing: false };
    authorizers.set(authorizer.id, createAuthorizer(authorizer, options));
  }

  async function authorized(
    req: IncomingMessage,
    facts: HttpRequestFacts,
    { route }: MatchedRoute,
    path: string,
  ): Promise<{ context: Record<string, unknown> | undefined } | HttpAnswer> {
    const authorize = route.authorizer && authorizers.get(route.authorizer.id);
    if (!authorize) return { context: undefined };
    const routeArn = routeArnOf(api, req, path);
    const context = { routeKey: route.key, httpMethod: req.method ?? 'GET', path: facts.rawPath, stage: api.stage };
    const authorization = await authorize({
      resourceArn: routeArn,
      identity: (source) => identityIn(req, source, context),
      event: (identityValues) => authorizerEventOf(facts, routeArn, identityValues),
    });
    switch (authorization.verdict) {
      case 'allowed':
        return { context: authorization.context };
      case 'unauthorized':
        return refusal(401);
      case 'denied':
        return refusal(403);
      case 'failed':
        return refusal(500);
    }
  }

  async function integrated(facts: HttpRequestFacts, { route }: MatchedRoute, event: unknown): Promise<HttpAnswer> {
    const failed = (reason: string) =>
      report({
        level: 'error',
        message: 'HTTP integration failed',
        route: route.key,
        requestId: facts.requestContext.requestId,
        reason,
      });
    const result = await integrate(invoker, route.functionArn, event, Math.min(route.timeoutMs, longestIntegrationMs));
    if (result === 'timed-out') {
      failed('timed out');
      return refusal(503);
    }
    if (!result.ok) {
      failed(result.type);
      return refusal(result.type === 'TooManyRequestsException' ? 503 : 500);
    }
    const answer = answerOf(result.payload);
    if (!answer) failed('the answer is malformed');
    return answer ?? refusal(500);
  }

  async function answerTo(req: IncomingMessage): Promise<{ answer: HttpAnswer; requestId: string }> {
    const { cors } = api;
    const respond = (answer: HttpAnswer, requestId = newId()) => ({
      answer: withCors(cors, req.headers, answer),
      requestId,
    });
    const preflight = () => ({ answer: cors ? preflightAnswer(cors, req.headers) : refusal(404), requestId: newId() });
    if (cors && isPreflight(req.method, req.headers)) return preflight();
    if (!takeToken()) return respond(refusal(429));

    const rawPath = decodedPath(req.url);
    if (rawPath === undefined) return respond(refusal(400));
    const inStage = rawPath === stagePrefix || rawPath.startsWith(`${stagePrefix}/`);
    const path = rawPath.slice(stagePrefix.length) || '/';
    const match = inStage ? findRoute(req.method ?? 'GET', path) : undefined;
    if (!match) return req.method === 'OPTIONS' ? preflight() : respond(refusal(404));

    const body = await readBody(req, payloadLimitBytes);
    if (body === 'too-large') return respond(refusal(413));
    const facts = factsOf(api, req, rawPath, match, clock.now());
    const { requestId } = facts.requestContext;
    const admission = await authorized(req, facts, match, path);
    if ('status' in admission) return respond(admission, requestId);
    return respond(await integrated(facts, match, integrationEventOf(facts, body, admission.context)), requestId);
  }

  return {
    async handle(req, res) {
      try {
        onUse?.({ kind: 'request', bytes: Number(req.headers['content-length'] ?? 0) });
        const { answer, requestId } = await answerTo(req);
        if (send(res, answer, requestId)) return;
        report({ level: 'error', message: 'HTTP integration failed', requestId, reason: 'the headers are malformed' });
        send(res, withCors(api.cors, req.headers, refusal(500)), requestId);
      } catch (error) {
        // The client left in the middle of its request, or something here is broken: nobody is to be left waiting.
        if (!req.errored) report({ level: 'error', message: 'HTTP gateway failed', reason: String(error) });
        if (!res.headersSent) send(res, refusal(500), newId());
      }
    },
  };
}
