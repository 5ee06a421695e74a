import { region } from '../model.ts';

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
 * The signature is a dummy; the engines only read the region from it.
 * @param targetPrefix e.g. `DynamoDBStreams_20120810`, `AmazonSQS`
 */
export function awsJson(endpoint: string, service: 'dynamodb' | 'sqs', targetPrefix: string): AwsJson {
  const authorization = `AWS4-HMAC-SHA256 Credential=local/20250101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=local`;
  return async (operation, input, signal) => {
    using stop = stopOf(signal);
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `${targetPrefix}.${operation}`,
        'x-amz-date': '20250101T000000Z',
        authorization,
      },
      body: JSON.stringify(input),
      signal: stop.signal,
    });
    const text = await response.text();
    const answer = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
    if (response.ok) return answer;
    const code = String(answer.__type ?? `Http${response.status}`).replace(/^.*#/, '');
    throw new ServiceError(code, String(answer.message ?? answer.Message ?? code));
  };
}

/** What stops one call. `fetch` takes its listener off a signal when it is collected, and those of a cloud's whole life gather thousands. */
const stopOf = (signal: AbortSignal | undefined) => {
  const one = new AbortController();
  const abort = () => one.abort();
  if (signal?.aborted) abort();
  signal?.addEventListener('abort', abort);
  return { signal: one.signal, [Symbol.dispose]: () => signal?.removeEventListener('abort', abort) };
};
