/** What goes back to an HTTP client: the gateway's own answers, and what a function's answer means. */

import type { ServerResponse } from 'node:http';
import { isRecord } from './record.ts';

export interface HttpAnswer {
  status: number;
  headers: Record<string, string>;
  cookies: string[];
  body: Buffer | string;
}

const messages = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  413: 'Request Entity Too Large',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
} as const;

export const refusal = (status: keyof typeof messages): HttpAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  cookies: [],
  body: JSON.stringify({ message: messages[status] }),
});

/** Headers that the connection owns; a function cannot set them. */
const owned = new Set(['connection', 'content-length', 'keep-alive', 'transfer-encoding', 'upgrade', 'trailer', 'te']);

/**
 * Payload format 2.0: an object with a `statusCode` is the whole response; anything else is the body of a 200.
 *
 * @returns undefined for a malformed answer, which API Gateway shows as a 500
 */
export function answerOf(payload: unknown): HttpAnswer | undefined {
  if (!isRecord(payload) || payload.statusCode === undefined) {
    const body = typeof payload === 'string' ? payload : JSON.stringify(payload ?? null);
    return { status: 200, headers: { 'content-type': 'application/json' }, cookies: [], body };
  }
  const status = Number(payload.statusCode);
  const { body = '', headers: given = {}, cookies = [] } = payload;
  const wellFormed =
    Number.isInteger(status) && status >= 200 && status <= 599 && isRecord(given) && Array.isArray(cookies);
  if (!wellFormed || (typeof body !== 'string' && body !== null)) return undefined;

  const headers: Record<string, string> = { 'content-type': 'text/plain;charset=UTF-8' };
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined && value !== null && !owned.has(name.toLowerCase()))
      headers[name.toLowerCase()] = String(value);
  }
  const text = body ?? '';
  return {
    status,
    headers,
    cookies: cookies.map(String),
    body: payload.isBase64Encoded === true ? Buffer.from(text, 'base64') : text,
  };
}

/** @returns whether the answer could be sent: header values of a function may be none that HTTP allows */
export function send(res: ServerResponse, answer: HttpAnswer, requestId: string): boolean {
  const bodyless = answer.status === 204 || answer.status === 304;
  const { 'content-type': type, ...headers } = answer.headers;
  try {
    for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
    if (!bodyless && type !== undefined) res.setHeader('content-type', type);
    if (answer.cookies.length > 0) res.setHeader('set-cookie', answer.cookies);
    if (!bodyless) res.setHeader('content-length', Buffer.byteLength(answer.body));
    res.setHeader('apigw-requestid', requestId);
  } catch {
    for (const name of res.getHeaderNames()) res.removeHeader(name);
    return false;
  }
  res.statusCode = answer.status;
  res.end(bodyless ? undefined : answer.body);
  return true;
}
