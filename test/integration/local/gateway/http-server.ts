import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { Clock } from '../../../../infra/local/gateway/clock.ts';
import { createHttpGateway } from '../../../../infra/local/gateway/http-gateway.ts';
import type { HttpApiModel } from '../../../../infra/local/model.ts';
import { type Functions, reports } from './functions.ts';

export const httpApi = (routes: HttpApiModel['routes'], more: Partial<HttpApiModel> = {}): HttpApiModel => ({
  logicalId: 'Api',
  id: 'api1234567',
  stage: '$default',
  routes,
  cors: undefined,
  throttle: { rate: undefined, burst: undefined },
  ...more,
});

/** The API on a port of its own until the test ends. `fetch` takes paths. */
export async function serve(api: HttpApiModel, invoker: Functions, clock?: Clock) {
  const { report, lines } = reports();
  const gateway = createHttpGateway({ api, invoker, report, ...(clock && { clock }) });
  const server = createServer((req, res) => void gateway.handle(req, res));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close().closeAllConnections());
  const { port } = server.address() as AddressInfo;
  return {
    lines,
    port,
    fetch: (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${port}${path}`, init),
    /** For what `fetch` would tidy up: repeated headers, odd paths. */
    raw: async (path: string, headers: string[], method = 'GET') => {
      const req = request({
        port,
        host: '127.0.0.1',
        path,
        method,
        headers: ['host', 'chat.example:4000', ...headers],
      });
      req.end();
      const [res] = await once(req, 'response');
      res.resume();
      return res as { statusCode: number };
    },
  };
}
