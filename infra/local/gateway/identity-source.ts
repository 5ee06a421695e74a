import type { IncomingMessage } from 'node:http';
import { rawQueryOf } from './request-identity.ts';

/** Where in a request an authorizer's identity is: a header, a query parameter or a context variable. */
export interface IdentitySource {
  place: 'header' | 'querystring' | 'context';
  name: string;
}

/**
 * Reads both spellings: `$request.header.Authorization` (HTTP APIs) and `route.request.querystring.token` (WebSocket APIs).
 *
 * @throws for what has no meaning here, such as stage variables: better at start than as a 401 on every request
 */
export function parseIdentitySource(expression: string): IdentitySource {
  const [, place, name] = /^(?:\$|route\.)request\.(header|querystring)\.(.+)$/.exec(expression) ?? [];
  if ((place === 'header' || place === 'querystring') && name) return { place, name };
  const [, variable] = /^\$?context\.(.+)$/.exec(expression) ?? [];
  if (variable) return { place: 'context', name: variable };
  throw new Error(`identity source ${expression} is not supported`);
}

/** Header names are case-insensitive, query parameters are not. */
export function identityIn(
  req: IncomingMessage,
  { place, name }: IdentitySource,
  context: Record<string, string>,
): string | undefined {
  if (place === 'context') return context[name];
  if (place === 'querystring') return new URLSearchParams(rawQueryOf(req)).get(name) ?? undefined;
  const value = req.headers[name.toLowerCase()];
  return Array.isArray(value) ? value.join(',') : value;
}
