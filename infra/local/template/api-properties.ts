import { z } from 'zod';
import { flag, ignoring, number, oneOrMany, text } from './scalars.ts';

/** What the templates may say of API Gateway's APIs of both kinds. */

export const apiProperties = z.strictObject({
  ProtocolType: z.enum(['HTTP', 'WEBSOCKET']),
  RouteSelectionExpression: text.optional(),
  CorsConfiguration: z
    .strictObject({
      AllowOrigins: z.array(text).default([]),
      AllowMethods: z.array(text).default([]),
      AllowHeaders: z.array(text).default([]),
      ExposeHeaders: z.array(text).default([]),
      MaxAge: number.optional(),
      AllowCredentials: flag.default(false),
    })
    .optional(),
  ...ignoring(
    'Name',
    'Description',
    'Tags',
    'Version',
    'DisableExecuteApiEndpoint',
    'DisableSchemaValidation',
    'IpAddressType',
  ),
});

export const routeProperties = z.strictObject({
  ApiId: text,
  RouteKey: text,
  Target: text.optional(),
  AuthorizationType: text.default('NONE'),
  AuthorizerId: text.optional(),
  ...ignoring('RouteResponseSelectionExpression', 'OperationName', 'ApiKeyRequired', 'AuthorizationScopes'),
});

export const integrationProperties = z.strictObject({
  ApiId: text,
  IntegrationType: text,
  IntegrationUri: text.optional(),
  TimeoutInMillis: number.optional(),
  PayloadFormatVersion: z.literal('2.0').optional(),
  ...ignoring(
    'Description',
    'IntegrationMethod',
    'ContentHandlingStrategy',
    'PassthroughBehavior',
    'ConnectionType',
    'RequestParameters',
    'RequestTemplates',
    'TemplateSelectionExpression',
  ),
});

export const authorizerProperties = z.strictObject({
  ApiId: text,
  Name: text,
  AuthorizerType: z.literal('REQUEST'),
  AuthorizerUri: text,
  IdentitySource: oneOrMany(text).default([]),
  AuthorizerResultTtlInSeconds: number.default(300),
  AuthorizerPayloadFormatVersion: z.enum(['1.0', '2.0']).default('1.0'),
  EnableSimpleResponses: flag.default(false),
  ...ignoring('AuthorizerCredentialsArn'),
});

const routeSettings = z.strictObject({
  ThrottlingRateLimit: number.optional(),
  ThrottlingBurstLimit: number.optional(),
  ...ignoring('DataTraceEnabled', 'DetailedMetricsEnabled', 'LoggingLevel'),
});

export const stageProperties = z.strictObject({
  ApiId: text,
  StageName: text,
  DefaultRouteSettings: routeSettings.optional(),
  RouteSettings: z.record(z.string(), routeSettings).optional(),
  ...ignoring('AutoDeploy', 'DeploymentId', 'Description', 'AccessLogSettings', 'Tags'),
});
