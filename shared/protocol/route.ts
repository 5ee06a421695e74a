/** The shape of an HTTP route's contract. */
import type * as z from 'zod';
import type { ErrorCode } from './errors.ts';

export interface Route<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
  Answer extends z.ZodType = z.ZodType,
> {
  /** `<resource>/<action>`: the file below `functions/http/` that answers it, and its operation id. */
  name: string;
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** The first is the main one; the others are its twins. */
  paths: readonly [string, ...string[]];
  summary: string;
  /** Who may call it, before anything is read: anybody, any valid token, or the host's own backend. */
  access: 'public' | 'token' | 'service';
  params?: Params;
  query?: Query;
  body?: Body;
  /** 204 where there is no answer to give. */
  status: 200 | 201 | 204;
  answer?: Answer;
  /** Beside those that any route may meet. */
  errors: readonly ErrorCode[];
}

/** What a route may be answered with beside its own errors: any, those with a token, those for a service, those with a body. */
export const commonErrors = {
  all: ['internal', 'unavailable'],
  token: ['invalid_request', 'unauthenticated', 'token_expired'],
  service: ['forbidden'],
  body: ['malformed_json', 'payload_too_large'],
} as const satisfies Record<string, readonly ErrorCode[]>;

export const commonErrorsOf = ({ access, body }: Pick<Route, 'access' | 'body'>): ErrorCode[] => [
  ...commonErrors.all,
  ...(access === 'public' ? [] : commonErrors.token),
  ...(access === 'service' ? commonErrors.service : []),
  ...(body ? commonErrors.body : []),
];

export const route = <
  Params extends z.ZodType = z.ZodUndefined,
  Query extends z.ZodType = z.ZodUndefined,
  Body extends z.ZodType = z.ZodUndefined,
  Answer extends z.ZodType = z.ZodVoid,
>(
  one: Route<Params, Query, Body, Answer>,
): Route<Params, Query, Body, Answer> => one;
