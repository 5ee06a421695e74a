/** Lambda's Invoke: synchronous, or an `Event` that is handed over to whoever retries it. */
import { randomUUID } from 'node:crypto';
import type { CloudModel } from '../model.ts';
import type { Invoker } from '../ports.ts';
import type { Answer, Service } from './service.ts';
import { AwsError, restError, restRefusals } from './service.ts';

const pathPattern = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;

const refusals: Record<string, number> = {
  TooManyRequestsException: 429,
  ResourceNotFoundException: 404,
  RequestTooLargeException: 413,
};

const eventOf = (body: Buffer): unknown => {
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString());
  } catch {
    throw new AwsError('InvalidRequestContentException', 'Could not parse request body into json.');
  }
};

const answer = (status: number, body: unknown, headers: Record<string, string> = {}): Answer => ({
  status,
  headers: {
    'content-type': 'application/json',
    'x-amz-executed-version': '$LATEST',
    'x-amzn-requestid': randomUUID(),
    ...headers,
  },
  body: body === undefined ? '' : JSON.stringify(body),
});

export const createLambda = (
  invoker: () => Invoker,
  submit: (functionArn: string, event: unknown) => void,
  model: () => CloudModel,
): Service => ({
  ...restRefusals,
  prepare(request) {
    const [, named] = pathPattern.exec(request.path) ?? [];
    if (!named || request.method !== 'POST') {
      throw new AwsError('UnknownOperationException', 'The local cloud runs no operation of Lambda but Invoke.', 501);
    }
    const name = decodeURIComponent(named);
    const fn = model().functions.find(({ arn }) => arn === name || arn.endsWith(`:function:${name}`));
    const mode = request.headers['x-amz-invocation-type'] ?? 'RequestResponse';
    return {
      action: 'lambda:Invoke',
      needs: [{ action: 'lambda:InvokeFunction', resource: fn?.arn ?? name }],
      async run() {
        if (!fn) throw new AwsError('ResourceNotFoundException', `Function not found: ${name}`, 404);
        if (mode === 'DryRun') return answer(204, undefined);
        const event = eventOf(request.body);
        if (mode === 'Event') {
          submit(fn.arn, event);
          return answer(202, undefined);
        }
        const result = await invoker().invoke(fn.arn, event);
        if (result.ok) return answer(200, result.payload, { 'x-amzn-requestid': result.requestId });
        const status = refusals[result.type];
        if (status) throw new AwsError(result.type, result.message, status);
        const error = { errorType: result.type, errorMessage: result.message };
        return answer(200, error, { 'x-amzn-requestid': result.requestId, 'x-amz-function-error': 'Unhandled' });
      },
    };
  },
  spell: restError,
  throttled: () => new AwsError('TooManyRequestsException', 'Rate Exceeded.', 429),
  failed: () => new AwsError('ServiceException', 'An error occurred and the request cannot be processed.', 500),
});
