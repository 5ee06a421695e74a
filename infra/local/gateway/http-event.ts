/** Lambda events of HTTP APIs, payload format 2.0. Absent parts are left out, as API Gateway leaves them out. */

import type { IncomingMessage } from 'node:http';
import { account, type HttpApiModel, region } from '../model.ts';
import type { MatchedRoute } from './http-routes.ts';
import { clfTime, domainNameOf, newId, rawQueryOf, receivedHeaders, sourceIpOf } from './request-identity.ts';

/** What every event about one request says, be it the authorizer's or the integration's. */
export interface HttpRequestFacts {
  routeKey: string;
  rawPath: string;
  rawQueryString: string;
  cookies?: string[];
  headers: Record<string, string>;
  queryStringParameters?: Record<string, string>;
  pathParameters?: Record<string, string>;
  requestContext: { requestId: string; [field: string]: unknown };
}

function commaJoined(pairs: Iterable<[string, string]>): Record<string, string> {
  const joined: Record<string, string> = {};
  for (const [name, value] of pairs) {
    joined[name] = Object.hasOwn(joined, name) ? `${joined[name]},${value}` : value;
  }
  return joined;
}

/** Headers that concern this connection only, and cookies, which have their own field. */
const notForwarded = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'te', 'trailer', 'cookie']);

export function factsOf(
  api: HttpApiModel,
  req: IncomingMessage,
  rawPath: string,
  { route, pathParameters }: MatchedRoute,
  epochMs: number,
): HttpRequestFacts {
  const rawQueryString = rawQueryOf(req);
  const cookies = req.headers.cookie?.split(/; */).filter((cookie) => cookie !== '');
  const headers = receivedHeaders(req, epochMs)
    .map(([name, value]): [string, string] => [name.toLowerCase(), value])
    .filter(([name]) => !notForwarded.has(name));
  const domainName = domainNameOf(req);
  return {
    routeKey: route.key,
    rawPath,
    rawQueryString,
    ...(cookies && { cookies }),
    headers: commaJoined(headers),
    ...(rawQueryString !== '' && { queryStringParameters: commaJoined(new URLSearchParams(rawQueryString)) }),
    ...(pathParameters && { pathParameters }),
    requestContext: {
      accountId: account,
      apiId: api.id,
      domainName,
      domainPrefix: domainName.split('.')[0] ?? domainName,
      http: {
        method: req.method ?? 'GET',
        path: rawPath,
        protocol: `HTTP/${req.httpVersion}`,
        sourceIp: sourceIpOf(req),
        userAgent: req.headers['user-agent'] ?? '',
      },
      requestId: newId(),
      routeKey: route.key,
      stage: api.stage,
      time: clfTime(epochMs),
      timeEpoch: epochMs,
    },
  };
}

export const routeArnOf = (api: HttpApiModel, req: IncomingMessage, path: string): string =>
  `arn:aws:execute-api:${region}:${account}:${api.id}/${api.stage}/${req.method}${path}`;

export const authorizerEventOf = (facts: HttpRequestFacts, routeArn: string, identitySource: string[]) => ({
  version: '2.0',
  type: 'REQUEST',
  routeArn,
  identitySource,
  ...facts,
});

/**
 * Which bodies arrive as text. Measured on AWS, not documented: forms, `+json` types and bodies without a type do not.
 */
const isText = (contentType: string | undefined): boolean => {
  const type = (contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  return type.startsWith('text/') || /^application\/(json|xml|javascript)$/.test(type);
};

export function integrationEventOf(
  facts: HttpRequestFacts,
  body: Buffer,
  authorizerContext: Record<string, unknown> | undefined,
) {
  const text = isText(facts.headers['content-type']);
  return {
    version: '2.0',
    ...facts,
    requestContext: {
      ...facts.requestContext,
      ...(authorizerContext && { authorizer: { lambda: authorizerContext } }),
    },
    ...(body.length > 0 && { body: body.toString(text ? 'utf8' : 'base64') }),
    isBase64Encoded: body.length > 0 && !text,
  };
}
