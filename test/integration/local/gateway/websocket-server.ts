import { on, once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { type ClientOptions, WebSocket } from 'ws';
import {
  createWebSocketGateway,
  type WebSocketGatewayOptions,
} from '../../../../infra/local/gateway/websocket-gateway.ts';
import type { RouteModel, WebSocketApiModel } from '../../../../infra/local/model.ts';
import { type Functions, functions, reports, route } from './functions.ts';

export const webSocketApi = (routes: RouteModel[], more: Partial<WebSocketApiModel> = {}): WebSocketApiModel => ({
  logicalId: 'Socket',
  id: 'sock123456',
  stage: 'ws',
  routeSelection: '$request.body.event',
  routes,
  throttle: { rate: undefined, burst: undefined },
  ...more,
});

/** `$connect` and `$disconnect` lead to `connect` and `disconnect`. */
export const lifecycle = [route('$connect', 'connect'), route('$disconnect', 'disconnect')];

export const accepting = { connect: () => ({ statusCode: 200 }), disconnect: () => ({ statusCode: 200 }) };

export interface Client {
  socket: WebSocket;
  /** The next text frame; rejects when the socket closes. */
  next(): Promise<string>;
  closed: Promise<{ code: number; reason: string }>;
}

type Options = Partial<Omit<WebSocketGatewayOptions, 'api' | 'invoker'>>;

/** The API on a port of its own until the test ends. */
export async function serve(api: WebSocketApiModel, invoker: Functions, options: Options = {}) {
  const { report, lines } = reports();
  const gateway = createWebSocketGateway({ api, invoker, report, faults: { dropsSocket: () => false }, ...options });
  const server = createServer().on('upgrade', gateway.upgrade);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const sockets: WebSocket[] = [];
  onTestFinished(async () => {
    for (const socket of sockets) socket.terminate();
    server.close();
    await gateway.stop();
  });

  function dial(query: string, protocols: string[], options: ClientOptions): WebSocket {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/ws${query}`, protocols, {
      perMessageDeflate: true,
      ...options,
    });
    // Errors are heard where they are waited for; a refused or cut socket has more of them.
    socket.on('error', () => {});
    sockets.push(socket);
    return socket;
  }

  return {
    gateway,
    lines,
    port,
    async connect(
      query = '',
      { protocols = [], ...options }: ClientOptions & { protocols?: string[] } = {},
    ): Promise<Client> {
      const socket = dial(query, protocols, options);
      const frames = on(socket, 'message', { close: ['close'] });
      const closed = new Promise<{ code: number; reason: string }>((resolve) => {
        socket.once('close', (code, reason) => resolve({ code, reason: String(reason) }));
      });
      await once(socket, 'open');
      const next = async () => {
        const { value, done } = await frames.next();
        if (done) throw new Error('the socket closed');
        return String(value[0]);
      };
      return { socket, next, closed };
    },
    /** Connects where that is expected to be refused. */
    async refusal(query = '', options: ClientOptions = {}): Promise<{ status: number; body: unknown }> {
      const socket = dial(query, [], options);
      const [, res] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
      const body: unknown = JSON.parse(await text(res));
      return { status: res.statusCode ?? 0, body };
    },
  };
}

/** One connected client of an API with the given routes beside the lifecycle's. */
export async function givenAClient(
  routes: RouteModel[] = [],
  handlers: Parameters<typeof functions>[0] = {},
  options: Options = {},
  api: Partial<WebSocketApiModel> = {},
) {
  const invoker = functions({ ...accepting, ...handlers });
  const served = await serve(webSocketApi([...lifecycle, ...routes], api), invoker, options);
  const client = await served.connect();
  const { connectionId } = (await invoker.event('connect')).requestContext;
  return { ...served, invoker, client, connectionId };
}
