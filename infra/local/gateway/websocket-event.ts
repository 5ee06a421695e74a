/** Lambda events of WebSocket APIs: CONNECT, MESSAGE, DISCONNECT, and the authorizer's. */

import type { IncomingMessage } from 'node:http';
import { account, region, type WebSocketApiModel } from '../model.ts';
import { clfTime, domainNameOf, newId, rawQueryOf, receivedHeaders, sourceIpOf } from './request-identity.ts';

/** What is known of a connection for as long as it lives. */
export interface ConnectionFacts {
  connectionId: string;
  connectedAt: number;
  domainName: string;
  sourceIp: string;
  userAgent: string | undefined;
  /** The authorizer's context, given to every later event. */
  authorizer: Record<string, unknown> | undefined;
}

export const connectionFactsOf = (req: IncomingMessage, connectedAt: number): ConnectionFacts => ({
  connectionId: newId(),
  connectedAt,
  domainName: domainNameOf(req),
  sourceIp: sourceIpOf(req),
  userAgent: req.headers['user-agent'],
  authorizer: undefined,
});

type Place = Pick<WebSocketApiModel, 'id' | 'stage'>;

function contextOf(
  api: Place,
  facts: ConnectionFacts,
  epochMs: number,
  event: { eventType: string; routeKey: string; [field: string]: unknown },
) {
  const requestId = newId();
  return {
    ...event,
    extendedRequestId: requestId,
    requestTime: clfTime(epochMs),
    messageDirection: 'IN',
    stage: api.stage,
    connectedAt: facts.connectedAt,
    requestTimeEpoch: epochMs,
    identity: { ...(facts.userAgent !== undefined && { userAgent: facts.userAgent }), sourceIp: facts.sourceIp },
    requestId,
    domainName: facts.domainName,
    connectionId: facts.connectionId,
    apiId: api.id,
    ...(facts.authorizer && { authorizer: facts.authorizer }),
  };
}

/** Every value of a name, and the last one, which is what the single-valued maps say. */
function multiValued(pairs: Iterable<[string, string]>) {
  const all: Record<string, string[]> = {};
  for (const [name, value] of pairs) {
    const values = all[name] ?? [];
    values.push(value);
    all[name] = values;
  }
  const last = Object.fromEntries(Object.entries(all).map(([name, values]) => [name, values.at(-1) ?? '']));
  return { all, last };
}

function requestPartsOf(req: IncomingMessage, epochMs: number) {
  const headers = multiValued(receivedHeaders(req, epochMs));
  const query = multiValued(new URLSearchParams(rawQueryOf(req)));
  return {
    headers: { headers: headers.last, multiValueHeaders: headers.all },
    query: { queryStringParameters: query.last, multiValueQueryStringParameters: query.all },
    hasQuery: Object.keys(query.all).length > 0,
  };
}

export const connectArnOf = (api: Place): string =>
  `arn:aws:execute-api:${region}:${account}:${api.id}/${api.stage}/$connect`;

export function connectEventOf(api: Place, facts: ConnectionFacts, req: IncomingMessage) {
  const { headers, query, hasQuery } = requestPartsOf(req, facts.connectedAt);
  return {
    ...headers,
    ...(hasQuery && query),
    requestContext: contextOf(api, facts, facts.connectedAt, { routeKey: '$connect', eventType: 'CONNECT' }),
    isBase64Encoded: false,
  };
}

export function connectAuthorizerEventOf(api: Place, facts: ConnectionFacts, req: IncomingMessage) {
  const { headers, query } = requestPartsOf(req, facts.connectedAt);
  return {
    type: 'REQUEST',
    methodArn: connectArnOf(api),
    ...headers,
    ...query,
    stageVariables: {},
    requestContext: contextOf(api, facts, facts.connectedAt, { routeKey: '$connect', eventType: 'CONNECT' }),
  };
}

export const messageEventOf = (
  api: Place,
  facts: ConnectionFacts,
  routeKey: string,
  body: string,
  epochMs: number,
) => ({
  requestContext: contextOf(api, facts, epochMs, { routeKey, messageId: newId(), eventType: 'MESSAGE' }),
  body,
  isBase64Encoded: false,
});

export function disconnectEventOf(
  api: Place,
  facts: ConnectionFacts,
  closed: { code: number; reason: string },
  epochMs: number,
) {
  const headers = { Host: facts.domainName, 'x-api-key': '', 'X-Forwarded-For': '', 'x-restapi': '' };
  return {
    headers,
    multiValueHeaders: multiValued(Object.entries(headers)).all,
    requestContext: contextOf(api, facts, epochMs, {
      routeKey: '$disconnect',
      disconnectStatusCode: closed.code,
      eventType: 'DISCONNECT',
      disconnectReason: closed.reason,
    }),
    isBase64Encoded: false,
  };
}
