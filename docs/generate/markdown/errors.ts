import { errorCatalogue } from '../../../shared/protocol/errors.ts';
import { errorsByStatus, problemExample } from '../problem.ts';
import { code, jsonBlock, page, table } from './markup.ts';

export const errorsPage = (): string =>
  page(
    '# Errors',
    'One catalogue for both doors. HTTP answers with a problem document (RFC 9457, `application/problem+json`); a socket with an `error` frame whose `data` holds `code` and `message`. Tell errors apart by `code`: it is never renamed and never changes its meaning.',
    table(
      ['code', 'status', 'title', 'what to do', 'retry unchanged'],
      errorsByStatus.map((one) => {
        const { status, title, advice, retry } = errorCatalogue[one];
        return [`<a id="${one}"></a>${code(one)}`, String(status), title, advice, retry ? 'yes' : 'no'];
      }),
    ),
    '## Examples',
    'Over HTTP, with `Retry-After: 12`:',
    jsonBlock(problemExample('rate_limited')),
    'Fields that do not fit are named:',
    jsonBlock(problemExample('invalid_request')),
    'Over a socket:',
    jsonBlock({
      event: 'error',
      id: '7',
      data: { code: 'rate_limited', message: 'Too many requests', retryAfter: 12 },
    }),
  );
