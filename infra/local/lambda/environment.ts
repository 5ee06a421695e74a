import { randomBytes } from 'node:crypto';
import { devNull } from 'node:os';
import type { FunctionModel } from '../model.ts';
import { region } from '../model.ts';

interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
}

/** Temporary keys start like this on AWS too: the endpoint knows a dead instance's key from a developer's own. */
export const temporaryKeyPrefix = 'ASIA';

export const newCredentials = (): Credentials => ({
  accessKeyId: temporaryKeyPrefix + randomBytes(8).toString('hex').toUpperCase(),
  secretAccessKey: randomBytes(20).toString('hex'),
  sessionToken: randomBytes(20).toString('hex'),
});

/** The name that AWS knows the function by; `FunctionModel.name` is the one people read. */
export const awsNameOf = (fn: FunctionModel): string => fn.arn.split(':')[6] ?? fn.name;

/**
 * Everything that a function finds in `process.env`: its own variables and what Lambda sets. Nothing of this process, so
 * that a variable missing in the stack is missing here, and no AWS profile of the developer is ever read.
 */
export const environmentOf = (
  fn: FunctionModel,
  { credentials, awsEndpoint, logStream }: { credentials: Credentials; awsEndpoint: string; logStream: string },
): Record<string, string> => ({
  PATH: '/usr/local/bin:/usr/bin:/bin',
  LANG: 'en_US.UTF-8',
  TZ: ':UTC',
  ...fn.environment,
  _HANDLER: fn.handler,
  LAMBDA_TASK_ROOT: fn.codeDirectory,
  AWS_REGION: region,
  AWS_DEFAULT_REGION: region,
  AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
  AWS_LAMBDA_FUNCTION_NAME: awsNameOf(fn),
  AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(fn.memoryMb),
  AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
  AWS_LAMBDA_LOG_GROUP_NAME: logGroupOf(fn),
  AWS_LAMBDA_LOG_STREAM_NAME: logStream,
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  AWS_SESSION_TOKEN: credentials.sessionToken,
  AWS_ENDPOINT_URL: awsEndpoint,
  AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: awsEndpoint,
  AWS_CONFIG_FILE: devNull,
  AWS_SHARED_CREDENTIALS_FILE: devNull,
});

export const logGroupOf = (fn: FunctionModel): string => `/aws/lambda/${awsNameOf(fn)}`;

export const newLogStream = (now: Date): string =>
  `${now.toISOString().slice(0, 10).replaceAll('-', '/')}/[$LATEST]${randomBytes(16).toString('hex')}`;
