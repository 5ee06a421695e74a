/** API Gateway's WebSocket API on this machine: connections, their routes, and @connections. */

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { type WebSocket, WebSocketServer } from 'ws';
import type { RouteModel, WebSocketApiModel } from '../model.ts';
import type { ConnectionsPort, FaultPort, Invoker, OnUse, Report } from '../ports.ts';
import type { Clock } from './clock.ts';
import { integrate } from './integration.ts';
import { isRecord } from './record.ts';
import { createThrottle } from './throttle.ts';
import { type Connection, createConnection } from './websocket-connection.ts';
import { type ConnectionFacts, disconnectEventOf, messageEventOf } from './websocket-event.ts';
import { type Admission, createHandshake, longestIntegrationMs } from './websocket-handshake.ts';
import { awsLimits, type WebSocketLimits } from './websocket-limits.ts';
import { compileWebSocketRoutes } from './websocket-routes.ts';

export interface WebSocketGateway {
  /** Takes an upgrade request for this API's path from the server. */
  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void;
  connections: ConnectionsPort;
  /** Connections that can be posted to. */
  count(): number;
  closeAll(code: number): void;
  /** Cuts every socket without a close frame. */
  dropAll(): void;
  /** Refuses new connections, closes all, and waits a little for the sockets and their `$disconnect`s. */
  stop(): Promise<void>;
}

export interface WebSocketGatewayOptions {
  api: WebSocketApiModel;
  invoker: Invoker;
  faults: Pick<FaultPort, 'dropsSocket'>;
  report: Report;
  limits?: Partial<WebSocketLimits>;
  clock?: Clock;
  onUse?: OnUse | undefined;
}

/** For a client that does not answer a close frame, and for `$disconnect`s at the end. */
const patienceMs = 2_000;

/** @throws for a route selection or an authorizer that cannot be run here */
export function createWebSocketGateway(options: WebSocketGatewayOptions): WebSocketGateway {
  const { api, invoker, faults, report, clock = Date, onUse } = options;
  const limits = { ...awsLimits, ...options.limits };
  const takeToken = createThrottle(api.throttle, clock);
  const admit = createHandshake({ api, invoker, report, clock, takeToken });
  const routeOf = compileWebSocketRoutes(api);
  const disconnectRoute = api.routes.find(({ key }) => key === '$disconnect');
  const connections = new Map<string, Connection>();
  const admissions = new WeakMap<IncomingMessage, Extract<Admission, { admitted: true }>>();
  /** Sockets that have not closed yet, and `$disconnect`s that run. */
  const unfinished = new Set<Promise<unknown>>();
  let stopped = false;

  function failed(route: RouteModel, requestId: string, reason: string): void {
    report({ level: 'error', message: 'WebSocket integration failed', route: route.key, requestId, reason });
  }

  /** A fault of the gateway itself must not end everybody's connections with this one's. */
  function broken(error: unknown): void {
    report({ level: 'error', message: 'WebSocket gateway failed', reason: String(error) });
  }

  async function disconnected(facts: ConnectionFacts, closed: { code: number; reason: string }): Promise<void> {
    if (!disconnectRoute) return;
    const event = disconnectEventOf(api, facts, closed, clock.now());
    const result = await integrate(invoker, disconnectRoute.functionArn, event, longestIntegrationMs);
    const reason = result === 'timed-out' ? 'timed out' : result.ok ? undefined : result.type;
    if (reason !== undefined) failed(disconnectRoute, event.requestContext.requestId, reason);
  }

  /** Runs the route of a message. The gateway keeps no order: a second message does not wait for the first one's answer. */
  async function received(connection: Connection, body: string): Promise<void> {
    const { facts } = connection;
    onUse?.({ kind: 'frame', bytes: Buffer.byteLength(body) });
    if (faults.dropsSocket()) connection.drop();
    const route = routeOf(body);
    const event = messageEventOf(api, facts, route?.key ?? '$default', body, clock.now());
    const { requestId } = event.requestContext;
    const answer = (text: string) => {
      onUse?.({ kind: 'frame', bytes: Buffer.byteLength(text) });
      // The answer has nowhere to go but this socket, so a client that does not take it loses the connection.
      if (connection.send(Buffer.from(text)) === 'limit') connection.drop();
    };
    const refuse = (message: string) =>
      answer(JSON.stringify({ message, connectionId: facts.connectionId, requestId }));

    if (!takeToken()) return refuse('Too Many Requests');
    if (!route) return refuse('Forbidden');
    const timeoutMs = Math.min(route.timeoutMs, longestIntegrationMs);
    const result = await integrate(invoker, route.functionArn, event, timeoutMs);
    if (result === 'timed-out') {
      failed(route, requestId, 'timed out');
      return refuse('Endpoint request timed out');
    }
    const response = result.ok && isRecord(result.payload) ? result.payload : undefined;
    const text = response?.body ?? '';
    const wellFormed = response?.statusCode !== undefined && typeof text === 'string';
    if (!wellFormed || Buffer.byteLength(text) > limits.messageBytes) {
      failed(route, requestId, result.ok ? 'the answer is malformed or too long' : result.type);
      return refuse('Internal server error');
    }
    if (route.returnsResponse && text !== '') answer(text);
  }

  function open(socket: WebSocket, stream: Duplex, facts: ConnectionFacts): void {
    const closed = Promise.withResolvers<void>();
    track(closed.promise);
    const connection = createConnection(socket, stream, facts, {
      limits,
      clock,
      onMessage: (text) => void received(connection, text).catch(broken),
      onUnreachable: () => connections.delete(facts.connectionId),
      onClosed: (how) => {
        track(disconnected(facts, how));
        closed.resolve();
      },
    });
    connections.set(facts.connectionId, connection);
  }

  function track(work: Promise<unknown>): void {
    unfinished.add(work);
    void work.catch(broken).finally(() => unfinished.delete(work));
  }

  const serverOptions = {
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: limits.messageBytes,
    closeTimeout: patienceMs,
    handleProtocols: (_offered: Set<string>, req: IncomingMessage) => admissions.get(req)?.subprotocol ?? false,
    verifyClient: (
      { req }: { req: IncomingMessage },
      decide: (verified: boolean, code?: number, message?: string, headers?: Record<string, string>) => void,
    ) => {
      if (stopped) return decide(false, 503);
      const decided = admit(req).then((admission) => {
        if (!admission.admitted) {
          return decide(false, admission.status, admission.body, { 'Content-Type': 'application/json' });
        }
        admissions.set(req, admission);
        if (!stopped && req.socket.readable && req.socket.writable) return decide(true);
        // The function believes in a connection whose client has left meanwhile.
        track(disconnected(admission.facts, { code: 1006, reason: 'Connection closed abnormally' }));
        return decide(false, 503);
      });
      decided.catch((error: unknown) => {
        broken(error);
        decide(false, 500);
      });
    },
  };
  const server = new WebSocketServer(serverOptions);

  function sweep(): void {
    const now = clock.now();
    for (const connection of connections.values()) {
      const idle = now - connection.lastActiveAt() >= limits.idleSeconds * 1000;
      const old = now - connection.facts.connectedAt >= limits.lifetimeSeconds * 1000;
      if (idle || old) connection.end(1001, 'Going away');
    }
  }
  // One sweep for all connections, fine enough for the shorter limit; not a timer each.
  const shortestMs = Math.min(limits.idleSeconds, limits.lifetimeSeconds) * 1000;
  const sweeper = setInterval(sweep, Math.max(10, Math.min(1000, shortestMs / 20))).unref();

  const closeAll = (code: number, reason: string) => {
    for (const connection of connections.values()) connection.end(code, reason);
  };

  return {
    upgrade(req, socket, head) {
      server.handleUpgrade(req, socket, head, (webSocket) => {
        const admission = admissions.get(req);
        if (admission) open(webSocket, socket, admission.facts);
      });
    },
    connections: {
      async post(connectionId, body) {
        const connection = connections.get(connectionId);
        if (!connection) return 'gone';
        if (body.length > limits.messageBytes) return 'too-large';
        if (!faults.dropsSocket()) return connection.send(body);
        // The unkind half of a failing network: accepted, and lost.
        connection.drop();
        return 'sent';
      },
      get(connectionId) {
        const connection = connections.get(connectionId);
        return (
          connection && {
            connectedAt: new Date(connection.facts.connectedAt).toISOString(),
            lastActiveAt: new Date(connection.lastActiveAt()).toISOString(),
            sourceIp: connection.facts.sourceIp,
            userAgent: connection.facts.userAgent ?? '',
          }
        );
      },
      close(connectionId) {
        const connection = connections.get(connectionId);
        connection?.end(1000, 'Connection Closed Normally');
        return connection ? 'closed' : 'gone';
      },
    },
    count: () => connections.size,
    closeAll: (code) => closeAll(code, ''),
    dropAll() {
      for (const connection of connections.values()) connection.drop();
    },
    async stop() {
      stopped = true;
      clearInterval(sweeper);
      closeAll(1001, 'Going away');
      const patience = setTimeout(patienceMs + 500, undefined, { ref: false }).then(() => unfinished.clear());
      while (unfinished.size > 0) await Promise.race([Promise.allSettled(unfinished), patience]);
    },
  };
}
