/** CORS of HTTP APIs: the gateway answers for it alone; what functions say about it is dropped. */

import type { IncomingHttpHeaders } from 'node:http';
import type { CorsModel } from '../model.ts';
import type { HttpAnswer } from './http-answer.ts';

/** `https://*` and `http://*` stand for every origin of that scheme. */
const allows = (pattern: string, origin: string) =>
  pattern === origin || (/^https?:\/\/\*$/.test(pattern) && origin.startsWith(pattern.slice(0, -1)));

/** Headers for a request's origin; none without an origin or for one that is not allowed. */
function originHeaders(cors: CorsModel, origin: string | undefined): Record<string, string> {
  if (origin === undefined) return {};
  const anyone = cors.origins.includes('*');
  if (!anyone && !cors.origins.some((pattern) => allows(pattern, origin))) return {};
  return {
    'access-control-allow-origin': anyone ? '*' : origin,
    ...(cors.credentials && { 'access-control-allow-credentials': 'true' }),
    ...(cors.exposedHeaders.length > 0 && { 'access-control-expose-headers': cors.exposedHeaders.join(',') }),
  };
}

export const isPreflight = (method: string | undefined, headers: IncomingHttpHeaders): boolean =>
  method === 'OPTIONS' && headers.origin !== undefined && headers['access-control-request-method'] !== undefined;

/** Always a 204, also for an origin that is not allowed, which then finds no headers that let it go on. */
export function preflightAnswer(cors: CorsModel, headers: IncomingHttpHeaders): HttpAnswer {
  const granted = isPreflight('OPTIONS', headers) ? originHeaders(cors, headers.origin) : {};
  if (Object.keys(granted).length > 0) {
    if (cors.methods.length > 0) granted['access-control-allow-methods'] = cors.methods.join(',');
    if (cors.headers.length > 0) granted['access-control-allow-headers'] = cors.headers.join(',');
    if (cors.maxAgeSeconds !== undefined) granted['access-control-max-age'] = String(cors.maxAgeSeconds);
  }
  return { status: 204, headers: granted, cookies: [], body: '' };
}

export function withCors(
  cors: CorsModel | undefined,
  requestHeaders: IncomingHttpHeaders,
  answer: HttpAnswer,
): HttpAnswer {
  if (!cors) return answer;
  const own = Object.entries(answer.headers).filter(([name]) => !name.startsWith('access-control-'));
  return { ...answer, headers: { ...Object.fromEntries(own), ...originHeaders(cors, requestHeaders.origin) } };
}
