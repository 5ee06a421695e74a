/** SQS in its JSON protocol: every call goes to the engine. A queue is the last part of its URL, whatever its host. */
import type { CloudModel } from '../model.ts';
import { account, region } from '../model.ts';
import type { Forwarder } from './forward.ts';
import type { Answer, AwsRequest, Service } from './service.ts';
import { AwsError, jsonError, jsonRefusals, operationOf, parseJson } from './service.ts';

/** IAM has no actions for the batches. */
const iamAction = (operation: string): string => `sqs:${operation.replace(/Batch$/, '')}`;

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** SDKs read the code that SQS had in its older protocol from a header. */
const withQueryError = (answer: Answer, code: string, status: number): Answer => ({
  ...answer,
  headers: { ...answer.headers, 'x-amzn-query-error': `${code};${status < 500 ? 'Sender' : 'Receiver'}` },
});

export const createSqs = (engine: Forwarder, model: () => CloudModel, ownUrl: () => string): Service => {
  const arnOf = (name: string): string =>
    model().queues.find((queue) => queue.name === name)?.arn ?? `arn:aws:sqs:${region}:${account}:${name}`;

  const run = async (request: AwsRequest): Promise<Answer> => {
    const { status, headers, body } = await engine.send(String(request.headers['x-amz-target']), request.body, '1.0');
    const answer: Answer = { status, headers: { 'content-type': 'application/x-amz-json-1.0' }, body };
    const queryError = headers['x-amzn-query-error'];
    if (queryError) answer.headers['x-amzn-query-error'] = String(queryError);
    if (status < 400) return operationOf(request) === 'GetQueueUrl' ? atHome(answer, ownUrl()) : answer;
    const type = textOf(parseJson(body).__type);
    return { ...answer, error: type.slice(type.indexOf('#') + 1) };
  };

  return {
    ...jsonRefusals,
    prepare(request) {
      const operation = operationOf(request);
      const input = parseJson(request.body);
      const name = textOf(input.QueueUrl).split('/').at(-1) || textOf(input.QueueName);
      return {
        action: `sqs:${operation}`,
        needs: [{ action: iamAction(operation), resource: name ? arnOf(name) : '*' }],
        run: () => run(request),
      };
    },
    spell: (error) => {
      const code = error.code === 'AccessDeniedException' ? 'AccessDenied' : error.code;
      return withQueryError(jsonError('1.0', error), code, error.status);
    },
    throttled: () => new AwsError('com.amazonaws.sqs#RequestThrottled', 'Request is throttled.'),
    denied: (_need, message) => new AwsError('com.amazon.coral.service#AccessDeniedException', message, 403),
  };
};

/** The engine answers with its own address: calls made to that would bypass permissions and the meter. */
const atHome = (answer: Answer, ownUrl: string): Answer => {
  const url = textOf(parseJson(Buffer.from(answer.body)).QueueUrl);
  const QueueUrl = new URL(new URL(url).pathname, ownUrl).href;
  return { ...answer, body: JSON.stringify({ QueueUrl }) };
};
