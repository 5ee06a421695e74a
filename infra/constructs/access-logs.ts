import type { CfnStage, HttpStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { RemovalPolicy } from 'aws-cdk-lib/core';
import { accept } from './accepted.ts';
import type { Deployment } from './deployment.ts';

/** Of the path alone: what follows `?` may be somebody's. */
const fields = {
  time: 'requestTimeEpoch',
  requestId: 'requestId',
  ip: 'identity.sourceIp',
  route: 'routeKey',
  path: 'path',
  status: 'status',
  bytes: 'responseLength',
  latencyMs: 'responseLatency',
  error: 'error.message',
  authorizerError: 'authorizer.error',
  integrationError: 'integrationErrorMessage',
};

const format = JSON.stringify(
  Object.fromEntries(Object.entries(fields).map(([name, variable]) => [name, `$context.${variable}`])),
);

/** A line of JSON for each request of an HTTP API, those included that are refused before any function sees them. */
export const logAccess = (stage: HttpStage, { settings, dataKey }: Deployment): void => {
  if (!settings.accessLogs) {
    accept(stage, 'APIG1', 'The settings turn access logs off.');
    return;
  }
  const logGroup = new LogGroup(stage, 'AccessLogs', {
    retention: settings.logRetentionDays,
    removalPolicy: settings.retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    ...(dataKey && { encryptionKey: dataKey }),
  });
  (stage.node.defaultChild as CfnStage).accessLogSettings = { destinationArn: logGroup.logGroupArn, format };
};
