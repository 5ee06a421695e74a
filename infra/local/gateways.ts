import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { createHttpGateway } from './gateway/http-gateway.ts';
import { createWebSocketGateway, type WebSocketGatewayOptions } from './gateway/websocket-gateway.ts';
import type { CloudModel } from './model.ts';
import type { ConnectionsPort, FaultPort, Invoker, OnUse, Report } from './ports.ts';

/** The APIs of the stacks as one front door can offer them: one of each kind. */
export interface Gateways {
  http(request: IncomingMessage, response: ServerResponse): Promise<void>;
  webSocket(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** @param apiId any API if absent */
  connections(apiId?: string): ConnectionsPort | undefined;
  dropConnections(): void;
  /** APIs beyond the first of their kind. */
  unsupported: CloudModel['unsupported'];
  stop(): Promise<void>;
}

export interface GatewaysOptions {
  model: CloudModel;
  invoker: Invoker;
  faults: FaultPort;
  report: Report;
  clock: { now(): number };
  limits?: WebSocketGatewayOptions['limits'] | undefined;
  onUse?: OnUse | undefined;
}

export function createGateways({ model, limits, ...common }: GatewaysOptions): Gateways {
  const [httpApi, ...moreHttp] = model.httpApis;
  const [webSocketApi, ...moreWebSocket] = model.webSocketApis;
  const http = httpApi && createHttpGateway({ api: httpApi, ...common });
  const webSocket =
    webSocketApi && createWebSocketGateway({ api: webSocketApi, ...common, ...(limits !== undefined && { limits }) });

  return {
    http: async (request, response) => {
      if (http !== undefined) return http.handle(request, response);
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"message":"Not Found"}');
    },
    webSocket: (request, socket, head) => {
      if (webSocket !== undefined) return webSocket.upgrade(request, socket, head);
      socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
    },
    connections: (apiId) => (apiId === undefined || apiId === webSocketApi?.id ? webSocket?.connections : undefined),
    dropConnections: () => webSocket?.dropAll(),
    unsupported: [...moreHttp, ...moreWebSocket].map(({ logicalId }) => ({
      logicalId,
      type: 'AWS::ApiGatewayV2::Api',
      reason: 'the front door leads to one HTTP API and one WebSocket API',
    })),
    stop: async () => webSocket?.stop(),
  };
}
