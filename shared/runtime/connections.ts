/**
 * Posts to live connections. The plain SDK client spends most of its time on middleware; fan-out is nothing but posts, so here they
 * are bare requests, signed by aws4, over kept-alive sockets. `npm run bench` compares the two.
 */
import http from 'node:http';
import https from 'node:https';
import { sign } from 'aws4';
import pRetry, { AbortError } from 'p-retry';

export type PostOutcome = 'sent' | 'gone';

/** Anything but a 2xx or a 410. */
export class PostFailed extends Error {
  readonly status: number;
  constructor(status: number) {
    super(`@connections answered ${status}`);
    this.name = 'PostFailed';
    this.status = status;
  }
}

const attempts = { retries: 3, minTimeout: 50, maxTimeout: 1_000, factor: 3, randomize: true };
const timeoutMs = 5_000;

/** @param url the stage's callback URL, `https://<api>.execute-api.<region>.amazonaws.com/<stage>` */
export const createConnections = (url: string, environment = process.env) => {
  const { protocol, hostname, port, pathname } = new URL(environment.AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI ?? url);
  const transport = protocol === 'http:' ? http : https;
  const agent = new transport.Agent({ keepAlive: true, maxSockets: 64, scheduling: 'lifo' });
  const base = pathname.replace(/\/$/, '');
  const host = port ? `${hostname}:${port}` : hostname;

  const request = (method: 'POST' | 'DELETE', connectionId: string, body: string): Promise<number> =>
    new Promise((resolve, reject) => {
      const path = `${base}/@connections/${encodeURIComponent(connectionId)}`;
      const signed = sign(
        {
          method,
          host,
          path,
          body,
          service: 'execute-api',
          ...(environment.AWS_REGION ? { region: environment.AWS_REGION } : {}),
          headers: { 'content-type': 'application/json' },
        },
        credentialsIn(environment),
      );
      const outgoing = transport.request(
        {
          hostname,
          port,
          method,
          path,
          agent,
          timeout: timeoutMs,
          headers: signed.headers as http.OutgoingHttpHeaders,
        },
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
     * Throttles and passing failures are tried again, with jitter.
     * @returns `gone` for a connection that is no more
     * @throws when it could not be delivered all the same
     */
    post: (connectionId: string, frame: string): Promise<PostOutcome> =>
      pRetry(async () => {
        const status = await request('POST', connectionId, frame);
        if (status >= 200 && status < 300) return 'sent';
        if (status === 410) return 'gone';
        const failure = new PostFailed(status);
        throw status === 429 || status >= 500 ? failure : new AbortError(failure);
      }, attempts),

    /** Ends a connection. Safe to repeat. */
    close: async (connectionId: string): Promise<void> => {
      const status = await request('DELETE', connectionId, '');
      if (status >= 300 && status !== 410) throw new PostFailed(status);
    },
  };
};
export type Connections = ReturnType<typeof createConnections>;

const credentialsIn = (environment: NodeJS.ProcessEnv) => ({
  ...(environment.AWS_ACCESS_KEY_ID ? { accessKeyId: environment.AWS_ACCESS_KEY_ID } : {}),
  ...(environment.AWS_SECRET_ACCESS_KEY ? { secretAccessKey: environment.AWS_SECRET_ACCESS_KEY } : {}),
  ...(environment.AWS_SESSION_TOKEN ? { sessionToken: environment.AWS_SESSION_TOKEN } : {}),
});
