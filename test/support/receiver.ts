import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import { expect } from 'vitest';
import type { WebhookPayload } from '../../shared/protocol/webhook.ts';

export interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  /** As it came, byte for byte. */
  text: string;
  body: WebhookPayload;
}

/** What becomes of a request. `silence` never answers, `reset` cuts the connection. */
export type Reply =
  | 'silence'
  | 'reset'
  | { status: number; headers?: Record<string, string>; body?: string; afterMs?: number };

/** A service of the tenant, on a port of this machine, that hears webhooks. */
export class Receiver {
  readonly received: Received[] = [];
  /** Says what to answer; 200 at once, unless it is set. */
  replies: (received: Received) => Reply = () => ({ status: 200, body: 'thanks' });
  readonly #server: Server;

  constructor(server: Server) {
    this.#server = server;
    server.on('request', async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const text = Buffer.concat(chunks).toString();
      const received = { path: String(request.url), headers: request.headers, text, body: JSON.parse(text) };
      this.received.push(received);
      const reply = this.replies(received);
      if (reply === 'silence') return;
      if (reply === 'reset') return void request.socket.resetAndDestroy();
      if (reply.afterMs) await pause(reply.afterMs);
      response.writeHead(reply.status, reply.headers).end(reply.body);
    });
  }

  static async open(): Promise<Receiver> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Receiver(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hook`;
  }

  /** Resolves when so many requests have come. */
  async hears(count: number, timeout = 15_000): Promise<Received[]> {
    await expect.poll(() => this.received.length, { timeout, interval: 20 }).toBeGreaterThanOrEqual(count);
    return this.received;
  }

  async closes(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

/** As the documentation tells a receiver to do. @throws where the official library does */
export const verified = (secret: string, { text, headers }: Pick<Received, 'text' | 'headers'>): WebhookPayload =>
  new Webhook(secret).verify(text, headers as Record<string, string>) as WebhookPayload;
