/** How a failure is shown. What is not a Problem is `internal` to whoever asks, and described in the log. */
import { errorCatalogue, Problem } from '../protocol/errors.ts';
import type { ErrorData } from '../protocol/events.ts';
import type { Metric } from '../protocol/metrics.ts';
import type { ProblemDocument } from '../protocol/problem.ts';
import { describeError, logger } from './logger.ts';
import { count } from './metrics.ts';

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

/** Whether Parley did not do what it should have done, rather than refuse what it should not do. */
export const isOwnFailure = (error: unknown): boolean => !(error instanceof Problem) || error.status >= 500;

const metricOf = (problem: Problem): Metric => {
  if (isOwnFailure(problem)) return 'RequestsFailed';
  if (problem.status === 429) return 'RequestsThrottled';
  return problem.status === 401 || problem.status === 403 ? 'RequestsDenied' : 'RequestsRefused';
};

export const problemOf = (error: unknown): Problem => {
  const problem = described(error);
  count(metricOf(problem));
  return problem;
};

const described = (error: unknown): Problem => {
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
