/** Stands in for @connections: reads a request and says yes, in a process of its own, so that only the poster's CPU time counts. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from '../serve.ts';

const server = createServer((request, response) => {
  request.resume();
  request.once('end', () => {
    response.writeHead(200, { 'content-length': 0 });
    response.end();
  });
});
// Idle sockets stay between the rounds, as they do with API Gateway between two frames.
server.keepAliveTimeout = 0;

const handlers = {
  listen: async (): Promise<number> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    server.listen(0, '127.0.0.1', resolve);
    await promise;
    return (server.address() as AddressInfo).port;
  },
};
export type ServerHandlers = typeof handlers;

serve(handlers);
