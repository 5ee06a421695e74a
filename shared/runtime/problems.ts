/** How a failure is shown. What is not a Problem is `internal` to whoever asks, and described in the log. */
import { errorCatalogue, Problem } from '../protocol/errors.ts';
import type { ErrorData } from '../protocol/events.ts';
import type { ProblemDocument } from '../protocol/problem.ts';
import { describeError, logger } from './logger.ts';

const busy = new Set([
  'ProvisionedThroughputExceededException',
  'ThrottlingException',
  'RequestLimitExceeded',
  'TransactionConflictException',
  'TransactionCanceledException',
  'TransactionInProgressException',
  'InternalServerError',
  'TimeoutError',
]);

export const problemOf = (error: unknown): Problem => {
  if (error instanceof Problem) {
    logger.info('refused', { code: error.code });
    return error;
  }
  const problem = new Problem(error instanceof Error && busy.has(error.name) ? 'unavailable' : 'internal');
  logger.error('failed', { code: problem.code, error: describeError(error) });
  return problem;
};

const shared = ({ details }: Problem) => ({
  ...(details.errors ? { errors: details.errors } : {}),
  ...(details.retryAfter === undefined ? {} : { retryAfter: details.retryAfter }),
  ...(details.current === undefined ? {} : { current: details.current }),
});

/** RFC 9457. */
export const problemDocument = (problem: Problem): ProblemDocument => ({
  type: `urn:parley:problem:${problem.code}`,
  title: errorCatalogue[problem.code].title,
  status: problem.status,
  code: problem.code,
  ...(problem.details.detail ? { detail: problem.details.detail } : {}),
  ...shared(problem),
});

export const errorDataOf = (problem: Problem): ErrorData => ({
  code: problem.code,
  message: problem.message,
  ...shared(problem),
});
