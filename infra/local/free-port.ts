import { once } from 'node:events';
import { createServer } from 'node:net';

/** A port that was free a moment ago, for a program that cannot choose one by itself. Somebody else may take it first. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('the port of a TCP server is always a number');
  return address.port;
}
