/** What both gateways say about a request the way API Gateway says it: ids, times, who called and by which name. */

import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** An id as API Gateway makes them for requests, connections and messages, e.g. `L0SM9cOFvHcCIhw=`. */
export const newId = (): string => `${randomBytes(11).toString('base64url')}=`;

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Common Log Format, UTC: `12/Mar/2020:19:03:58 +0000`. */
export function clfTime(epochMs: number): string {
  const date = new Date(epochMs);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${two(date.getUTCDate())}/${months[date.getUTCMonth()]}/${date.getUTCFullYear()}`;
  return `${day}:${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())} +0000`;
}

const newTraceId = (epochMs: number): string =>
  `Root=1-${Math.floor(epochMs / 1000).toString(16)}-${randomBytes(12).toString('hex')}`;

/** IPv4 addresses as such, also where the server listens on IPv6. */
export const sourceIpOf = (req: IncomingMessage): string =>
  (req.socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/, '');

/** The host that the caller addressed, without a port, as AWS has none. */
export const domainNameOf = (req: IncomingMessage): string => (req.headers.host ?? 'localhost').replace(/:\d+$/, '');

/** The headers as sent, name by name in the client's spelling, with those that API Gateway's own edge adds. */
export function receivedHeaders(req: IncomingMessage, epochMs: number): [name: string, value: string][] {
  const sent: [string, string][] = [];
  for (let at = 0; at + 1 < req.rawHeaders.length; at += 2) {
    sent.push([req.rawHeaders[at] ?? '', req.rawHeaders[at + 1] ?? '']);
  }
  const forwarded = req.headers['x-forwarded-for'];
  const replaced = new Set(['x-forwarded-for', 'x-forwarded-port', 'x-forwarded-proto', 'x-amzn-trace-id']);
  return [
    ...sent.filter(([name]) => !replaced.has(name.toLowerCase())),
    ['X-Amzn-Trace-Id', newTraceId(epochMs)],
    ['X-Forwarded-For', [forwarded, sourceIpOf(req)].filter(Boolean).join(', ')],
    ['X-Forwarded-Port', String(req.socket.localPort ?? 443)],
    ['X-Forwarded-Proto', 'http'],
  ];
}

export const rawQueryOf = (req: IncomingMessage): string => {
  const url = req.url ?? '/';
  const mark = url.indexOf('?');
  return mark < 0 ? '' : url.slice(mark + 1);
};
