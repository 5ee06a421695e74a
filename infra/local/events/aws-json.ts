import { createForwarder } from '../aws/forward.ts';

/** An error that the service answered; `name` is its code without the namespace, e.g. `ExpiredIteratorException`. */
export class ServiceError extends Error {
  override readonly name: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = code;
  }
}

/** Calls one operation of an AWS service and answers with its parsed JSON. */
export type AwsJson = (operation: string, input: object, signal?: AbortSignal) => Promise<Record<string, unknown>>;

/**
 * Speaks the AWS JSON protocol with an engine on this machine, as the cloud itself: unmetered, with no function's permissions.
 * @param targetPrefix e.g. `DynamoDBStreams_20120810`, `AmazonSQS`
 */
export function awsJson(endpoint: string, service: 'dynamodb' | 'sqs', targetPrefix: string): AwsJson {
  const engine = createForwarder(() => endpoint, service);
  return async (operation, input, signal) => {
    const { status, body } = await engine.send(`${targetPrefix}.${operation}`, JSON.stringify(input), '1.0', signal);
    const answer = (body.length === 0 ? {} : JSON.parse(body.toString())) as Record<string, unknown>;
    if (status < 400) return answer;
    const code = String(answer.__type ?? `Http${status}`).replace(/^.*#/, '');
    throw new ServiceError(code, String(answer.message ?? answer.Message ?? code));
  };
}
