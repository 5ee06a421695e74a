import { type CfnStage, WebSocketApi, type WebSocketRoute, WebSocketStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { WebSocketLambdaAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { WebSocketLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { commands } from '../../shared/protocol/commands.ts';
import { entryOfCommand } from '../bundle/entries.ts';
import { Mistake } from '../mistake.ts';
import type { Settings } from '../settings.ts';
import { accept } from './accepted.ts';
import { ChatFunction } from './chat-function.ts';
import type { Deployment } from './deployment.ts';

/** The socket's front door: `$connect` asks the authorizer, and each command of the protocol has its own function. */
export class ChatWebSocketApi extends Construct {
  readonly authorizer: ChatFunction;
  readonly connect: ChatFunction;
  readonly disconnect: ChatFunction;
  /** By the command's name. */
  readonly commands: ReadonlyMap<string, ChatFunction>;
  readonly #api: WebSocketApi;
  readonly #stage: WebSocketStage;

  constructor(scope: Construct, id: string, { deployment }: { deployment: Deployment }) {
    super(scope, id);
    const api = new WebSocketApi(this, 'Api', { routeSelectionExpression: '$request.body.event' });
    const fn = (entry: string, description: string) =>
      new ChatFunction(this, entry.replace('websocket/', ''), { deployment, entry, description });
    const runs = (one: ChatFunction) => new WebSocketLambdaIntegration(one.node.id, one.live);

    this.authorizer = fn('websocket/authorizer', 'Says who opens a socket, from its ticket or its token.');
    deployment.edgeKey?.grantRead(this.authorizer);
    this.connect = fn('websocket/connect', 'Remembers a connection.');
    this.disconnect = fn('websocket/disconnect', 'Forgets a connection.');
    api.addRoute('$connect', {
      integration: runs(this.connect),
      // Either `?ticket=` or `?token=` may come. An identity source that is named must be present, so none is named.
      authorizer: new WebSocketLambdaAuthorizer('Authorizer', this.authorizer.live, { identitySource: [] }),
    });
    const route = (key: string, one: ChatFunction, { returnResponse }: { returnResponse: boolean }) => {
      const added = api.addRoute(key, { integration: runs(one), returnResponse });
      accept(added, 'APIG4', 'It is of a connection that the authorizer let in at $connect.');
      return added;
    };
    route('$disconnect', this.disconnect, { returnResponse: false });
    const unknown = fn('websocket/default', 'Answers a frame that is no command.');
    route('$default', unknown, { returnResponse: true });
    const routes = new Map<string, WebSocketRoute>();
    this.commands = new Map(
      commands.map(({ name, summary }) => {
        const one = fn(entryOfCommand(name), summary);
        routes.set(name, route(name, one, { returnResponse: true }));
        return [name, one];
      }),
    );

    const { webSocket: throttle, commands: throttles } = deployment.settings.throttle;
    this.#api = api;
    this.#stage = new WebSocketStage(this, 'Stage', {
      webSocketApi: api,
      stageName: 'ws',
      autoDeploy: true,
      throttle: { rateLimit: throttle.rate, burstLimit: throttle.burst },
    });
    accept(
      this.#stage,
      'APIG1',
      'Each frame’s function logs it, and API Gateway logs WebSockets only by a role that is the whole region’s.',
    );
    this.#throttle(routes, throttles);
  }

  /** @throws Mistake for a command that there is not */
  #throttle(routes: ReadonlyMap<string, WebSocketRoute>, throttles: Settings['throttle']['commands']): void {
    const settings = Object.entries(throttles).map(([name, { rate, burst }]) => {
      const route = routes.get(name);
      if (!route) throw new Mistake(`throttle.commands names ${name}, which the protocol does not name.`);
      // A stage refuses settings of a route that is not there yet.
      this.#stage.node.addDependency(route);
      return [name, { ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst }];
    });
    if (settings.length === 0) return;
    (this.#stage.node.defaultChild as CfnStage).routeSettings = Object.fromEntries(settings);
  }

  get id(): string {
    return this.#api.apiId;
  }

  get url(): string {
    return this.#stage.url;
  }

  /** Where it is reached, without `wss://` and the path, which is the stage's name. */
  get domain(): string {
    return `${this.#api.apiId}.execute-api.${Stack.of(this).region}.${Stack.of(this).urlSuffix}`;
  }

  /** Permission to post to any connection, and `CONNECTIONS_URL`. */
  grantPost(fn: ChatFunction): void {
    this.#allow(fn, 'POST');
  }

  /** Permission to end any connection, and `CONNECTIONS_URL`. */
  grantClose(fn: ChatFunction): void {
    this.#allow(fn, 'DELETE');
  }

  #allow(fn: ChatFunction, method: 'POST' | 'DELETE'): void {
    const connections = Stack.of(this).formatArn({
      service: 'execute-api',
      resource: this.#api.apiId,
      resourceName: `${this.#stage.stageName}/${method}/@connections/*`,
    });
    fn.allow(
      ['execute-api:ManageConnections'],
      [connections],
      'Connections are made and gone all the time: no policy can name them.',
    );
    fn.addEnvironment('CONNECTIONS_URL', this.#stage.callbackUrl);
  }
}
