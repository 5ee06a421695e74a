import { z } from 'zod';
import type { AuthorizerModel, HttpApiModel, RouteModel, ThrottleModel, WebSocketApiModel } from '../model.ts';
import {
  apiProperties,
  authorizerProperties,
  integrationProperties,
  routeProperties,
  stageProperties,
} from './api-properties.ts';
import { functionArn } from './attributes.ts';
import type { Resource, Resources } from './resources.ts';
import type { Unsupported } from './unsupported.ts';

interface Apis {
  httpApis: HttpApiModel[];
  webSocketApis: WebSocketApiModel[];
}

type Api = z.infer<typeof apiProperties>;

/** API Gateway's APIs of both kinds: they share routes, integrations, authorizers and stages. */
export function readApis(resources: Resources, unsupported: Unsupported): Apis {
  const apis = resources
    .ofType('AWS::ApiGatewayV2::Api')
    .map((resource) => ({ resource, properties: resource.read(apiProperties) }));
  const stages = resources
    .ofType('AWS::ApiGatewayV2::Stage')
    .map((resource) => ({ resource, properties: resource.read(stageProperties) }));
  const authorizers = new Map(
    resources.ofType('AWS::ApiGatewayV2::Authorizer').map((resource) => [resource.ref, resource]),
  );
  const integrations = new Map(
    resources.ofType('AWS::ApiGatewayV2::Integration').map((resource) => [resource.ref, resource]),
  );
  const answered = new Set(
    resources
      .ofType('AWS::ApiGatewayV2::RouteResponse')
      .map((resource) => resource.read(z.looseObject({ RouteId: z.string() })).RouteId),
  );

  function stageOf({ resource: api }: { resource: Resource }): z.infer<typeof stageProperties> | undefined {
    const own = stages.filter(({ properties }) => properties.ApiId === api.ref);
    if (own.length === 0) unsupported.add(api, 'it has no stage, so nothing can call it');
    for (const extra of own.slice(1)) unsupported.add(extra.resource, 'an API has only its first stage here');
    return own[0]?.properties;
  }

  function routesOf(api: Resource, kind: Api['ProtocolType'], stage: z.infer<typeof stageProperties>): RouteModel[] {
    return resources.ofType('AWS::ApiGatewayV2::Route').flatMap((resource) => {
      const route = resource.read(routeProperties);
      if (route.ApiId !== api.ref) return [];
      const integration =
        integrations.get(route.Target?.split('/')[1] ?? '') ?? resource.refuse('Target', 'it names no integration');
      const { IntegrationType, IntegrationUri, TimeoutInMillis } = integration.read(integrationProperties);
      const refusal =
        IntegrationType !== 'AWS_PROXY'
          ? `the integration type ${IntegrationType} of ${route.RouteKey} is not run here`
          : route.AuthorizationType !== 'NONE' && route.AuthorizationType !== 'CUSTOM'
            ? `the authorization type ${route.AuthorizationType} of ${route.RouteKey} is not run here`
            : undefined;
      if (refusal !== undefined) {
        unsupported.add(resource, refusal);
        return [];
      }
      const throttle = stage.RouteSettings?.[route.RouteKey];
      return [
        {
          key: route.RouteKey,
          functionArn: functionIn(IntegrationUri ?? '', integration, 'IntegrationUri'),
          authorizer: route.AuthorizationType === 'CUSTOM' ? authorizer(resource, route.AuthorizerId, kind) : undefined,
          returnsResponse: answered.has(resource.ref),
          timeoutMs: TimeoutInMillis ?? (kind === 'HTTP' ? 30_000 : 29_000),
          ...(throttle && { throttle: throttleOf(throttle) }),
        },
      ];
    });
  }

  function authorizer(route: Resource, id: string | undefined, kind: Api['ProtocolType']): AuthorizerModel {
    const resource = authorizers.get(id ?? '');
    if (resource === undefined) route.refuse('AuthorizerId', 'it names no authorizer');
    const it = resource.read(authorizerProperties);
    return {
      id: resource.ref,
      name: it.Name,
      functionArn: functionIn(it.AuthorizerUri, resource, 'AuthorizerUri'),
      identitySources: it.IdentitySource,
      ttlSeconds: kind === 'HTTP' && it.IdentitySource.length > 0 ? it.AuthorizerResultTtlInSeconds : 0,
      simpleResponses: it.EnableSimpleResponses,
      payloadFormat: kind === 'HTTP' ? it.AuthorizerPayloadFormatVersion : '1.0',
    };
  }

  const withStage = apis.flatMap((api) => {
    const stage = stageOf(api);
    return stage === undefined ? [] : [{ ...api, stage }];
  });
  return {
    httpApis: withStage
      .filter(({ properties }) => properties.ProtocolType === 'HTTP')
      .map(({ resource, properties, stage }) => ({
        ...baseOf(resource, stage),
        routes: routesOf(resource, 'HTTP', stage),
        cors: corsOf(properties.CorsConfiguration),
      })),
    webSocketApis: withStage
      .filter(({ properties }) => properties.ProtocolType === 'WEBSOCKET')
      .map(({ resource, properties, stage }) => ({
        ...baseOf(resource, stage),
        routes: routesOf(resource, 'WEBSOCKET', stage),
        routeSelection:
          properties.RouteSelectionExpression ?? resource.refuse('RouteSelectionExpression', 'it is missing'),
      })),
  };
}

function baseOf(api: Resource, stage: z.infer<typeof stageProperties>) {
  return {
    logicalId: api.logicalId,
    id: api.ref,
    stage: stage.StageName,
    throttle: throttleOf(stage.DefaultRouteSettings),
  };
}

function throttleOf(settings: z.infer<typeof stageProperties>['DefaultRouteSettings']): ThrottleModel {
  return { rate: settings?.ThrottlingRateLimit, burst: settings?.ThrottlingBurstLimit };
}

function corsOf(cors: Api['CorsConfiguration']): HttpApiModel['cors'] {
  return (
    cors && {
      origins: cors.AllowOrigins,
      methods: cors.AllowMethods,
      headers: cors.AllowHeaders,
      exposedHeaders: cors.ExposeHeaders,
      maxAgeSeconds: cors.MaxAge,
      credentials: cors.AllowCredentials,
    }
  );
}

/** @param uri the function's ARN, or the `…:lambda:path/2015-03-31/functions/<arn>/invocations` around it */
function functionIn(uri: string, resource: Resource, property: string): string {
  const arn = /arn:[^:]+:lambda:[^:]+:[^:]*:function:[^/]+/.exec(uri)?.[0];
  return arn === undefined ? resource.refuse(property, `${uri} is not a function`) : functionArn(arn);
}
