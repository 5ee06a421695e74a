import middy from '@middy/core';
import type { APIGatewayProxyEventV2WithLambdaAuthorizer, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import * as z from 'zod';
import type { Caller } from '../domain/caller.ts';
import { systemClock } from '../domain/clock.ts';
import { Problem } from '../protocol/errors.ts';
import type { Route } from '../protocol/route.ts';
import { traceparent } from '../protocol/traceparent.ts';
import { type CallerContext, callerFrom } from './caller.ts';
import { correlationOf, logger, setLogContext } from './logger.ts';
import { flushMetrics } from './metrics.ts';
import { parse, parseJson } from './parse.ts';
import { problemDocument, problemOf } from './problems.ts';

export type HttpEvent = APIGatewayProxyEventV2WithLambdaAuthorizer<CallerContext>;
export type HttpAnswer = APIGatewayProxyStructuredResultV2;

const noQuery = z.strictObject({});
const longestBody = 1024 * 1024;

interface Request<P, Q, B> {
  params: P;
  query: Q;
  body: B;
  caller: Caller;
}

/**
 * A route's handler: the contract says what comes in and what goes out, `run` does the one thing.
 * Everything around it is here, once: who asks, parsing, problem answers, logging, metrics.
 */
export const onRequest = <P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, A extends z.ZodType>(
  route: Route<P, Q, B, A>,
  run: (request: Request<z.output<P>, z.output<Q>, z.output<B>>) => Promise<z.input<A>>,
  clock = systemClock,
) =>
  middy<HttpEvent, HttpAnswer>()
    .use(problemAnswers)
    .handler(async (event) => {
      setLogContext({ correlationId: correlationOfEvent(event), operation: route.name });
      const caller = {
        ...callerFrom(event.requestContext.authorizer?.lambda, clock),
        traceparent: traceparent.safeParse(event.headers?.traceparent).data,
      };
      setLogContext({ correlationId: correlationOfEvent(event), operation: route.name, caller });
      if (route.access === 'service' && !caller.roles.includes('service')) throw new Problem('forbidden');

      const request = {
        params: route.params && parse(route.params, event.pathParameters ?? {}),
        query: parse(route.query ?? noQuery, event.queryStringParameters ?? {}),
        body: route.body && parse(route.body, bodyOf(event)),
        caller,
      } as Request<z.output<P>, z.output<Q>, z.output<B>>;
      return answer(route.status, await run(request));
    });

/** A route that anybody may call, such as health. */
export const onPublicRequest = <A extends z.ZodType>(
  route: Pick<Route<z.ZodType, z.ZodType, z.ZodType, A>, 'name' | 'status' | 'answer'>,
  run: () => Promise<z.input<NoInfer<A>>>,
) =>
  middy<HttpEvent, HttpAnswer>()
    .use(problemAnswers)
    .handler(async (event) => {
      setLogContext({ correlationId: correlationOfEvent(event), operation: route.name });
      return answer(route.status, await run());
    });

const answer = (status: number, body: unknown): HttpAnswer => {
  logger.info('answered', { status });
  return status === 204 ? { statusCode: 204 } : json(status, 'application/json', body);
};

const json = (statusCode: number, type: string, body: unknown, headers: Record<string, string> = {}): HttpAnswer => ({
  statusCode,
  headers: { 'content-type': type, 'cache-control': 'no-store', ...headers },
  body: JSON.stringify(body),
});

const problemAnswers: middy.MiddlewareObj<HttpEvent, HttpAnswer> = {
  after: () => flushMetrics(),
  onError: (request) => {
    const problem = problemOf(request.error);
    const { retryAfter } = problem.details;
    request.response = json(
      problem.status,
      'application/problem+json',
      problemDocument(problem),
      retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) },
    );
    flushMetrics();
  },
};

const bodyOf = (event: HttpEvent): unknown => {
  if (event.body === undefined || event.body === '') return undefined;
  const body = Buffer.from(event.body, event.isBase64Encoded ? 'base64' : 'utf8');
  if (body.byteLength > longestBody) throw new Problem('payload_too_large', { detail: 'A body is at most 1 MB.' });
  return parseJson(body.toString());
};

const correlationOfEvent = (event: HttpEvent): string =>
  correlationOf(event.headers?.traceparent, event.requestContext.requestId);
