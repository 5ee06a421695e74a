import { WebSocketApi, WebSocketStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { WebSocketLambdaAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { WebSocketLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { commands } from '../../shared/protocol/commands.ts';
import { entryOfCommand } from '../bundle/entries.ts';
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
    const fn = (entry: string, description: string, memory?: number) =>
      new ChatFunction(this, entry.replace('websocket/', ''), {
        deployment,
        entry,
        description,
        ...(memory === undefined ? {} : { memory }),
      });
    const runs = (one: ChatFunction) => new WebSocketLambdaIntegration(one.node.id, one);

    this.authorizer = fn('websocket/authorizer', 'Says who opens a socket, from its ticket or its token.');
    this.connect = fn('websocket/connect', 'Remembers a connection.');
    this.disconnect = fn('websocket/disconnect', 'Forgets a connection.');
    api.addRoute('$connect', {
      integration: runs(this.connect),
      // Either `?ticket=` or `?token=` may come. An identity source that is named must be present, so none is named.
      authorizer: new WebSocketLambdaAuthorizer('Authorizer', this.authorizer, { identitySource: [] }),
    });
    api.addRoute('$disconnect', { integration: runs(this.disconnect) });
    api.addRoute('$default', {
      integration: runs(fn('websocket/default', 'Answers a frame that is no command.')),
      returnResponse: true,
    });
    this.commands = new Map(
      commands.map(({ name, summary }) => {
        const one = fn(entryOfCommand(name), summary, 1024);
        api.addRoute(name, { integration: runs(one), returnResponse: true });
        return [name, one];
      }),
    );

    const { rate, burst } = deployment.settings.throttle.webSocket;
    this.#api = api;
    this.#stage = new WebSocketStage(this, 'Stage', {
      webSocketApi: api,
      stageName: 'ws',
      autoDeploy: true,
      throttle: { rateLimit: rate, burstLimit: burst },
    });
  }

  get id(): string {
    return this.#api.apiId;
  }

  get url(): string {
    return this.#stage.url;
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
    fn.allow(['execute-api:ManageConnections'], [connections]);
    fn.addEnvironment('CONNECTIONS_URL', this.#stage.callbackUrl);
  }
}
