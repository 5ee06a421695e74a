/**
 * Structured JSON lines with who and where: correlation id, tenant, user, connection. Never a token, never what somebody wrote, and
 * of an error its name and place rather than its stack.
 */
import { Logger } from '@aws-lambda-powertools/logger';
import type { Caller } from '../domain/caller.ts';
import { placeIn } from './source-place.ts';

export const logger = new Logger();

export interface LogContext {
  correlationId: string;
  /** What was asked: a route, a command, a kind of record. */
  operation: string;
  caller?: Caller | undefined;
}

let context: Omit<LogContext, 'caller'> = { correlationId: 'none', operation: 'none' };

/** Of the invocation that is under way. */
export const logContext = () => context;

export const setLogContext = ({ correlationId, operation, caller }: LogContext): void => {
  context = { correlationId, operation };
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
export const addToLogContext = (subject: LogSubject): void => logger.appendKeys(knownOf(subject));

/** And nothing else that an object may hold. */
const knownOf = ({ tenant, user, connectionId, conversationId }: LogSubject): Record<string, string | undefined> =>
  Object.fromEntries(
    Object.entries({ tenant, user, connectionId, conversationId }).filter(([, value]) => value !== undefined),
  );

/** What may be said of an error. AWS' messages can quote items, so only our own are kept. */
export const describeError = (error: unknown): Record<string, unknown> => {
  if (!(error instanceof Error)) return { name: typeof error };
  const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
  const place = placeIn(error.stack);
  return {
    name: error.name,
    ...(status === undefined ? { message: error.message } : { status }),
    ...(place ? { place } : {}),
  };
};

/** A line for each trace that something belongs to, with its trace id for correlation id; none for what belongs to none. */
export const logTraces = (traceparents: readonly string[], message: string, subject: LogSubject = {}): void => {
  for (const correlationId of new Set(traceparents.map((one) => correlationOf(one, one)))) {
    logger.info(message, { ...knownOf(subject), correlationId });
  }
};

/** The trace id of a W3C `traceparent`, so that one id follows a message from socket to socket. */
export const correlationOf = (traceparent: string | undefined, fallback: string): string => {
  const trace = traceparent?.split('-')[1];
  return trace && /^[0-9a-f]{32}$/.test(trace) ? trace : fallback;
};
