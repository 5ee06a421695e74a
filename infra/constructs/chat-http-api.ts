import { CorsHttpMethod, HttpApi, HttpMethod, HttpRoute, HttpRouteKey, HttpStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaAuthorizer, HttpLambdaResponseType } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Duration, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { edgeHeader } from '../../shared/protocol/edge.ts';
import type { Route } from '../../shared/protocol/route.ts';
import { routes } from '../../shared/protocol/routes.ts';
import { Mistake } from '../mistake.ts';
import { accept } from './accepted.ts';
import { logAccess } from './access-logs.ts';
import { ChatFunction } from './chat-function.ts';
import type { Deployment } from './deployment.ts';

/**
 * API Gateway decodes a path before it looks for the route, so a user id that holds a slash is found only where it is a greedy
 * variable; it ends every path that it is in.
 */
export const gatewayPath = (path: string): string => path.replace(/\{userId\}$/, '{userId+}');

/** What a function may do, by the name of its route. */
type Grants = Record<string, (fn: ChatFunction) => void>;

/**
 * The HTTP front door. Each route of the protocol has its own function, and all but the public ones ask the authorizer. The routes are
 * shared out over several stacks, because a stack may have 500 resources and a route takes seven or eight.
 */
export class ChatHttpApi extends Construct {
  readonly authorizer: ChatFunction;
  readonly #deployment: Deployment;
  readonly #api: HttpApi;
  readonly #asksFirst: HttpLambdaAuthorizer;
  readonly #served = new Set<string>();

  constructor(scope: Construct, id: string, { deployment }: { deployment: Deployment }) {
    super(scope, id);
    this.#deployment = deployment;
    const { edgeKey } = deployment;
    const { corsOrigins, throttle } = deployment.settings;
    const methods = [...new Set(routes.map(({ method }) => method))];
    this.#api = new HttpApi(this, 'Api', {
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
    const stage = new HttpStage(this, 'Stage', {
      httpApi: this.#api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: throttle.http.rate, burstLimit: throttle.http.burst },
    });
    logAccess(stage, deployment);
    this.authorizer = new ChatFunction(this, 'authorizer', {
      deployment,
      entry: 'http/authorizer',
      description: 'Says who calls, from the token.',
    });
    edgeKey?.grantRead(this.authorizer);
    this.#asksFirst = new HttpLambdaAuthorizer('Authorizer', this.authorizer.live, {
      responseTypes: [HttpLambdaResponseType.SIMPLE],
      // One that is named must be there, and is part of what an answer is remembered by.
      identitySource: ['$request.header.Authorization', ...(edgeKey ? [`$request.header.${edgeHeader}`] : [])],
      resultsCacheTtl: Duration.seconds(300),
    });
  }

  /**
   * Serves the routes that are named, with what their functions may do, from the stack of `scope`.
   * @param scope a construct whose id is `Http`: functions are called `Http/<resource>-<action>` in logs and reports
   * @throws Mistake where a name is no route, or is served already
   */
  serve(scope: Construct, grants: Grants): void {
    for (const [name, grant] of Object.entries(grants)) {
      const route = routes.find((one) => one.name === name);
      if (!route) throw new Mistake(`${scope.node.path} serves ${name}, which the protocol does not name.`);
      if (this.#served.has(name)) throw new Mistake(`${scope.node.path} serves ${name}, which is served already.`);
      this.#served.add(name);
      grant(this.#serveOne(scope, route));
    }
  }

  /** @throws Mistake where the protocol names a route that no stack serves */
  requireAllServed(): void {
    const unserved = routes.filter(({ name }) => !this.#served.has(name));
    if (unserved.length > 0) throw new Mistake(unserved.map(({ name }) => `No stack serves ${name}.`).join('\n'));
  }

  /** Serves a path that the protocol does not name, to anybody. */
  serveBeside(scope: Construct, path: string, fn: ChatFunction): void {
    const route = new HttpRoute(scope, `GET ${path}`, {
      httpApi: this.#api,
      routeKey: HttpRouteKey.with(path, HttpMethod.GET),
      integration: new HttpLambdaIntegration(fn.node.id, fn.live, { scopePermissionToRoute: false }),
    });
    accept(route, 'APIG4', 'Anybody may ask: it tells nothing of anybody.');
  }

  get id(): string {
    return this.#api.apiId;
  }

  get url(): string {
    return this.#api.apiEndpoint;
  }

  /** Where it is reached, without `https://`. */
  get domain(): string {
    return `${this.#api.apiId}.execute-api.${Stack.of(this).region}.${Stack.of(this).urlSuffix}`;
  }

  #serveOne(scope: Construct, { name, method, paths, access, summary }: Route): ChatFunction {
    const fn = new ChatFunction(scope, name.replace('/', '-'), {
      deployment: this.#deployment,
      entry: `http/${name}`,
      description: summary,
    });
    // One permission for all paths of a route.
    const integration = new HttpLambdaIntegration(fn.node.id, fn.live, { scopePermissionToRoute: false });
    for (const path of paths) {
      const route = new HttpRoute(scope, `${method} ${path}`, {
        httpApi: this.#api,
        routeKey: HttpRouteKey.with(gatewayPath(path), HttpMethod[method]),
        integration,
        ...(access === 'public' ? {} : { authorizer: this.#asksFirst }),
      });
      if (access === 'public') accept(route, 'APIG4', 'Anybody may ask: it tells nothing of anybody.');
    }
    return fn;
  }
}
