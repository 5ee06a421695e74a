import { CorsHttpMethod, HttpApi, HttpMethod, HttpStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaAuthorizer, HttpLambdaResponseType } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { routes } from '../../shared/protocol/routes.ts';
import { ChatFunction } from './chat-function.ts';
import type { Deployment } from './deployment.ts';

/**
 * API Gateway decodes a path before it looks for the route, so a user id that holds a slash is found only where it is a greedy
 * variable; it ends every path that it is in.
 */
export const gatewayPath = (path: string): string => path.replace(/\{userId\}$/, '{userId+}');

/** The HTTP front door: each route of the protocol has its own function, and all but the public ones ask the authorizer. */
export class ChatHttpApi extends Construct {
  readonly authorizer: ChatFunction;
  /** By the route's name. */
  readonly routes: ReadonlyMap<string, ChatFunction>;
  readonly #api: HttpApi;

  constructor(scope: Construct, id: string, { deployment }: { deployment: Deployment }) {
    super(scope, id);
    const { corsOrigins, throttle } = deployment.settings;
    const methods = [...new Set(routes.map(({ method }) => method))];
    const api = new HttpApi(this, 'Api', {
      createDefaultStage: false,
      ...(corsOrigins.length === 0
        ? {}
        : {
            corsPreflight: {
              allowOrigins: corsOrigins,
              allowMethods: methods.map((method) => CorsHttpMethod[method]),
              allowHeaders: ['authorization', 'content-type', 'traceparent'],
              exposeHeaders: ['retry-after'],
              maxAge: Duration.hours(1),
            },
          }),
    });
    new HttpStage(this, 'Stage', {
      httpApi: api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: throttle.http.rate, burstLimit: throttle.http.burst },
    });
    this.#api = api;

    this.authorizer = new ChatFunction(this, 'authorizer', {
      deployment,
      entry: 'http/authorizer',
      description: 'Says who calls, from the token.',
    });
    const authorizer = new HttpLambdaAuthorizer('Authorizer', this.authorizer, {
      responseTypes: [HttpLambdaResponseType.SIMPLE],
      identitySource: ['$request.header.Authorization'],
      resultsCacheTtl: Duration.seconds(300),
    });
    this.routes = new Map(
      routes.map(({ name, method, paths, access, summary }) => {
        const fn = new ChatFunction(this, name.replace('/', '-'), {
          deployment,
          entry: `http/${name}`,
          description: summary,
        });
        // One permission for all paths of a route: a stack may have 500 resources.
        const integration = new HttpLambdaIntegration(fn.node.id, fn, { scopePermissionToRoute: false });
        for (const path of paths) {
          api.addRoutes({
            path: gatewayPath(path),
            methods: [HttpMethod[method]],
            integration,
            ...(access === 'public' ? {} : { authorizer }),
          });
        }
        return [name, fn];
      }),
    );
  }

  get url(): string {
    return this.#api.apiEndpoint;
  }
}
