/** What the endpoint knows of each AWS service: how to read its requests, what they need, and how it spells an error. */
import type { IncomingHttpHeaders } from 'node:http';

export interface AwsRequest {
  method: string;
  /** Without the query. */
  path: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string | Buffer;
  /** The AWS error code where it is one. */
  error?: string;
  readUnits?: number;
  writeUnits?: number;
}

/** One permission that a call needs. */
export interface Need {
  /** IAM's name, which is not always the operation's: a `SendMessageBatch` needs `sqs:SendMessage`. */
  action: string;
  resource: string;
  /** Condition keys and their values, made only for a statement that asks. */
  context?: () => Record<string, string[]>;
}

export interface AwsCall {
  /** `service:Operation`, for meter and faults. */
  action: string;
  needs: Need[];
  run(): Promise<Answer>;
}

/** A refusal, by the code that the service documents; the service spells it as its protocol demands. */
export class AwsError extends Error {
  /** With its namespace where the protocol sends one, `com.amazon.coral.service#AccessDeniedException`. */
  readonly type: string;
  readonly status: number;

  constructor(type: string, message: string, status = 400) {
    super(message);
    this.type = type;
    this.status = status;
  }

  get code(): string {
    return this.type.slice(this.type.indexOf('#') + 1);
  }
}

export interface Service {
  /** @throws AwsError for what it cannot read or does not know */
  prepare(request: AwsRequest): AwsCall;
  spell(error: AwsError): Answer;
  /** How it says what every service can say. The messages are AWS' own. */
  throttled(): AwsError;
  failed(): AwsError;
  denied(need: Need, message: string): AwsError;
  unauthenticated(): AwsError;
  unknownToken(): AwsError;
}

/** An answer in the JSON protocols 1.0 and 1.1. */
export const jsonAnswer = (version: '1.0' | '1.1', status: number, body: unknown): Answer => ({
  status,
  headers: { 'content-type': `application/x-amz-json-${version}` },
  body: JSON.stringify(body),
});

export const jsonError = (version: '1.0' | '1.1', error: AwsError): Answer => ({
  ...jsonAnswer(version, error.status, { __type: error.type, message: error.message }),
  error: error.code,
});

/** An error in the REST-JSON protocol. */
export const restError = (error: AwsError): Answer => ({
  status: error.status,
  headers: { 'content-type': 'application/json', 'x-amzn-errortype': error.code },
  body: JSON.stringify({ message: error.message }),
  error: error.code,
});

const coral = 'com.amazon.coral.service#';

/** What services with a JSON protocol share. */
export const jsonRefusals = {
  failed: () =>
    new AwsError(`${coral}InternalFailure`, 'The request processing has failed because of an unknown error.', 500),
  denied: (_need: Need, message: string) => new AwsError(`${coral}AccessDeniedException`, message),
  unauthenticated: () =>
    new AwsError(`${coral}MissingAuthenticationTokenException`, 'Request is missing Authentication Token'),
  unknownToken: () =>
    new AwsError(`${coral}UnrecognizedClientException`, 'The security token included in the request is invalid.'),
};

/** What services with the REST-JSON protocol share. */
export const restRefusals = {
  failed: () => new AwsError('InternalServerErrorException', 'Internal server error', 500),
  denied: (_need: Need, message: string) => new AwsError('AccessDeniedException', message, 403),
  unauthenticated: () => new AwsError('MissingAuthenticationTokenException', 'Missing Authentication Token', 403),
  unknownToken: () =>
    new AwsError('UnrecognizedClientException', 'The security token included in the request is invalid.', 403),
};

/** `X-Amz-Target: Prefix.Operation` → `Operation`. */
export const operationOf = (request: AwsRequest): string => {
  const target = request.headers['x-amz-target'];
  return typeof target === 'string' ? target.slice(target.indexOf('.') + 1) : '';
};

export const parseJson = (body: Buffer): Record<string, unknown> => {
  try {
    const value: unknown = JSON.parse(body.toString());
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Falls through to the error that AWS answers for any other text.
  }
  throw new AwsError(`${coral}SerializationException`, 'The request body is not a JSON object.');
};
