/**
 * Posts to live connections. The plain SDK client spends most of its time on middleware; fan-out is nothing but posts, so here they
 * are bare requests over kept-alive sockets. `npm run bench` compares the two.
 */
import http from 'node:http';
import https from 'node:https';
import pRetry from 'p-retry';
import { signerIn } from './signature.ts';

/** `refused`: the gateway will never take this frame, whoever it is for. */
export type PostOutcome = 'sent' | 'gone' | 'refused';

/** How long a caller can wait for one connection. */
export interface Patience {
  retries: number;
  timeoutMs: number;
}

/** Anything but a 2xx or a 410. */
export class PostFailed extends Error {
  readonly status: number;
  constructor(status: number) {
    super(`@connections answered ${status}`);
    this.name = 'PostFailed';
    this.status = status;
  }
}

/** Sockets to post over: a group of a hundred is told in one go. */
export const postsAtOnce = 128;

const pauses = { minTimeout: 50, maxTimeout: 500, factor: 3, randomize: true };
const closeTimeoutMs = 1_000;

/** @param url the stage's callback URL, `https://<api>.execute-api.<region>.amazonaws.com/<stage>` */
export const createConnections = (url: string, environment = process.env) => {
  const { protocol, host, hostname, port, pathname } = new URL(
    environment.AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI ?? url,
  );
  const transport = protocol === 'http:' ? http : https;
  const agent = new transport.Agent({ keepAlive: true, maxSockets: postsAtOnce, scheduling: 'lifo' });
  const base = pathname.replace(/\/$/, '');
  const sign = signerIn(environment, 'execute-api');

  const request = (method: 'POST' | 'DELETE', connectionId: string, body: string, timeoutMs: number): Promise<number> =>
    new Promise((resolve, reject) => {
      const path = `${base}/@connections/${encodeURIComponent(connectionId)}`;
      const headers = sign({ host, method, path, body, headers: { 'content-type': 'application/json' } });
      const outgoing = transport.request(
        { hostname, port, method, path, agent, timeout: timeoutMs, headers },
        (answer) => {
          answer.resume();
          answer.once('end', () => resolve(answer.statusCode ?? 0));
          answer.once('error', reject);
        },
      );
      outgoing.once('timeout', () => outgoing.destroy(new Error('@connections did not answer in time')));
      outgoing.once('error', reject);
      outgoing.end(body);
    });

  return {
    /**
     * Throttles and passing failures are tried again, with jitter, as far as the caller's patience goes.
     * @returns `gone` for a connection that is no more, or not there yet
     * @throws when it could not be delivered all the same
     */
    post: (connectionId: string, frame: string, { retries, timeoutMs }: Patience): Promise<PostOutcome> =>
      pRetry(
        async () => {
          const status = await request('POST', connectionId, frame, timeoutMs);
          if (status >= 200 && status < 300) return 'sent';
          if (status === 410) return 'gone';
          if (status === 400 || status === 413) return 'refused';
          throw new PostFailed(status);
        },
        { ...pauses, retries, shouldRetry: ({ error }) => !(error instanceof PostFailed) || isPassing(error.status) },
      ),

    /** Ends a connection. Safe to repeat. */
    close: async (connectionId: string): Promise<void> => {
      const status = await request('DELETE', connectionId, '', closeTimeoutMs);
      if (status >= 300 && status !== 410) throw new PostFailed(status);
    },
  };
};
export type Connections = ReturnType<typeof createConnections>;

const isPassing = (status: number): boolean => status === 429 || status >= 500;
