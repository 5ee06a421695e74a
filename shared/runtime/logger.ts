/**
 * Structured JSON lines with who and where: correlation id, tenant, user, connection. Never a token, never what somebody wrote, and
 * of an error its name and place rather than its stack.
 */
import { Logger } from '@aws-lambda-powertools/logger';
import type { Caller } from '../domain/caller.ts';

export const logger = new Logger();

export interface LogContext {
  correlationId: string;
  /** What was asked: a route, a command, a kind of record. */
  operation: string;
  caller?: Caller | undefined;
}

export const setLogContext = ({ correlationId, operation, caller }: LogContext): void => {
  logger.resetKeys();
  logger.appendKeys({ correlationId, operation });
  if (caller) addToLogContext(caller);
};

/** Who and what it is about, as far as that is known. */
export interface LogSubject {
  tenant?: string | undefined;
  user?: string | undefined;
  connectionId?: string | undefined;
  conversationId?: string | undefined;
}

/** For what comes to be known on the way. */
export const addToLogContext = ({ tenant, user, connectionId, conversationId }: LogSubject): void => {
  const known = Object.entries({ tenant, user, connectionId, conversationId }).filter(
    ([, value]) => value !== undefined,
  );
  logger.appendKeys(Object.fromEntries(known));
};

/** What may be said of an error. AWS' messages can quote items, so only our own are kept. */
export const describeError = (error: unknown): Record<string, unknown> => {
  if (!(error instanceof Error)) return { name: typeof error };
  const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
  const place = error.stack
    ?.split('\n')
    .find((line) => line.trimStart().startsWith('at '))
    ?.trim();
  return {
    name: error.name,
    ...(status === undefined ? { message: error.message } : { status }),
    ...(place ? { place } : {}),
  };
};

/** The trace id of a W3C `traceparent`, so that one id follows a message from socket to socket. */
export const correlationOf = (traceparent: string | undefined, fallback: string): string => {
  const trace = traceparent?.split('-')[1];
  return trace && /^[0-9a-f]{32}$/.test(trace) ? trace : fallback;
};
