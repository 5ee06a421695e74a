import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { StartError } from './start-error.ts';

/** Who answers what comes through the door. */
export interface Rooms {
  /** Below `/identity`; the path is what follows it. */
  identity(request: IncomingMessage, response: ServerResponse, path: string): Promise<void>;
  /** `/outbox`. */
  outbox(request: IncomingMessage, response: ServerResponse): void;
  http(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** An upgrade request for `/ws`. */
  webSocket(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

/** The one port that clients of the local cloud talk to. */
export interface FrontDoor {
  port: number;
  /** `http://localhost:<port>` */
  origin: string;
  /** From now on requests are answered; before, they are told to come again. */
  open(rooms: Rooms): void;
  /** Answers nothing new from now on; what is going on goes on. */
  shut(): void;
  close(): Promise<void>;
}

export interface FrontDoorOptions {
  /** 0 takes any that is free. */
  port: number;
  onError(error: unknown): void;
}

/**
 * Listens on this machine's own addresses alone, of both families: `localhost` may mean either.
 * @throws {StartError} if somebody else has the port, or it may not be had
 */
export async function listen({ port, onError }: FrontDoorOptions): Promise<FrontDoor> {
  let rooms: Rooms | undefined;
  /** The servers themselves forget these. */
  const upgraded = new Set<Duplex>();
  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    if (rooms === undefined) return notYet(response);
    handle(rooms, request, response).catch((error: unknown) => {
      onError(error);
      if (!response.headersSent) response.writeHead(500).end();
      else response.destroy();
    });
  };
  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (rooms === undefined || pathOf(request) !== '/ws') return refuseUpgrade(socket, rooms === undefined ? 503 : 404);
    upgraded.add(socket);
    socket.once('close', () => upgraded.delete(socket));
    rooms.webSocket(request, socket, head);
  };

  const servers = [createServer(onRequest), createServer(onRequest)] as const;
  for (const server of servers) server.on('upgrade', onUpgrade);
  const [first, second] = servers;
  const chosen = await bind(first, port, '127.0.0.1', port);
  await bind(second, chosen, '::1', port).catch((error: unknown) => {
    // A machine without IPv6 has no second address; a port that was given at random may be taken there by anybody.
    if (error instanceof StartError && port !== 0) {
      first.close();
      throw error;
    }
  });

  return {
    port: chosen,
    origin: `http://localhost:${chosen}`,
    open: (handlers) => {
      rooms = handlers;
    },
    shut: () => {
      rooms = undefined;
    },
    close: async () => {
      for (const socket of upgraded) socket.destroy();
      await Promise.all(
        servers
          .filter(({ listening }) => listening)
          .map(
            (server) =>
              new Promise((resolve) => {
                server.close(resolve);
                server.closeAllConnections();
              }),
          ),
      );
    },
  };
}

function bind(server: Server, port: number, host: string, wanted: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') {
        reject(
          new StartError(`Port ${wanted} is in use; take another with \`npm start -- --port ${nextPort(wanted)}\`.`),
        );
      } else if (error.code === 'EACCES') {
        reject(new StartError(`Port ${wanted} needs more rights than you have; take one above 1023.`));
      } else {
        reject(error);
      }
    });
    server.listen(port, host, () => {
      const address = server.address();
      resolve(address !== null && typeof address === 'object' ? address.port : port);
    });
  });
}

async function handle(rooms: Rooms, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = pathOf(request);
  if (path === '/identity' || path.startsWith('/identity/')) {
    return rooms.identity(request, response, path.slice('/identity'.length));
  }
  if (path === '/outbox') return rooms.outbox(request, response);
  if (path === '/ws') {
    response.writeHead(426, { upgrade: 'websocket', 'content-type': 'application/json' });
    response.end(JSON.stringify({ message: 'Upgrade to a WebSocket to talk here.' }));
    return;
  }
  return rooms.http(request, response);
}

function pathOf({ url = '/' }: IncomingMessage): string {
  return url.split('?')[0] ?? '/';
}

function nextPort(port: number): number {
  return port < 65_535 ? port + 1 : port - 1;
}

function notYet(response: ServerResponse): void {
  response.writeHead(503, { 'retry-after': '1', 'content-type': 'application/json' });
  response.end(JSON.stringify({ message: 'Starting.' }));
}

function refuseUpgrade(socket: Duplex, status: 404 | 503): void {
  const reason = status === 404 ? 'Not Found' : 'Service Unavailable';
  socket.end(`HTTP/1.1 ${status} ${reason}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}
