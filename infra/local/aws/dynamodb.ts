/** DynamoDB and its streams: every call goes to the engine and is charged for. */
import type { CloudModel } from '../model.ts';
import {
  askingForCapacity,
  asksForCapacity,
  isMetered,
  isRead,
  unitsOf,
  unitsOfFailure,
  wholeRead,
} from './dynamodb-capacity.ts';
import { needsOf } from './dynamodb-needs.ts';
import type { Forwarder } from './forward.ts';
import type { Answer, AwsRequest, Service } from './service.ts';
import { AwsError, jsonError, jsonRefusals, operationOf, parseJson } from './service.ts';

const namespace = 'com.amazonaws.dynamodb.v20120810#';
const throttledMessage =
  'The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning level with the UpdateTable API.';

type Json = Record<string, unknown>;

const answerOf = (status: number, body: string | Buffer, requestId: string | string[] | undefined): Answer => ({
  status,
  headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': String(requestId) },
  body,
});

/** @param onWrite hears when a call has ended that may have changed something */
export const createDynamoDb = (engine: Forwarder, model: () => CloudModel, onWrite: () => void): Service => {
  const run = async (operation: string, input: Json, request: AwsRequest): Promise<Answer> => {
    const target = String(request.headers['x-amz-target']);
    if (!isMetered(operation)) {
      const { status, headers, body } = await engine.send(target, request.body, '1.0');
      return status < 400 ? answerOf(status, body, headers['x-amzn-requestid']) : failureOf(status, headers, body);
    }
    const asked = asksForCapacity(input);
    const whole = wholeRead(operation, input);
    const [forwarded, cost] = await Promise.all([
      engine.send(target, asked ? request.body : askingForCapacity(input, request.body), '1.0'),
      whole && engine.send(target, JSON.stringify(whole), '1.0'),
    ]);
    const { status, headers, body } = forwarded;
    if (status >= 400) {
      const failure = failureOf(status, headers, body);
      return { ...failure, ...unitsOfFailure(operation, input, failure.error ?? '') };
    }
    const { ConsumedCapacity, ...rest } = parseJson(body);
    const units = unitsOf(operation, cost?.status === 200 ? parseJson(cost.body) : { ConsumedCapacity });
    return { ...answerOf(status, asked ? body : JSON.stringify(rest), headers['x-amzn-requestid']), ...units };
  };

  return {
    ...jsonRefusals,
    prepare(request) {
      const operation = operationOf(request);
      if (operation.startsWith('Execute') || operation === 'BatchExecuteStatement') {
        throw new AwsError(`${namespace}UnknownOperationException`, 'The local cloud does not run PartiQL.');
      }
      const input = parseJson(request.body);
      return {
        action: `dynamodb:${operation}`,
        needs: needsOf(operation, input, model()),
        run: () =>
          isRead(operation) ? run(operation, input, request) : run(operation, input, request).finally(onWrite),
      };
    },
    spell: (error) => jsonError('1.0', error),
    throttled: () => new AwsError(`${namespace}ProvisionedThroughputExceededException`, throttledMessage),
    failed: () => new AwsError(`${namespace}InternalServerError`, 'Internal server error', 500),
  };
};

const failureOf = (status: number, headers: Record<string, unknown>, body: Buffer): Answer => {
  const { __type } = parseJson(body);
  const type = typeof __type === 'string' ? __type : 'InternalServerError';
  const answer = answerOf(status, body, String(headers['x-amzn-requestid']));
  return { ...answer, error: type.slice(type.indexOf('#') + 1) };
};
