import type { IncomingMessage } from 'node:http';

/**
 * Reads a body up to a limit. One that is over it is still read to its end, and forgotten: a client that is busy sending
 * would not see an early answer.
 */
export async function readBody(req: IncomingMessage, limitBytes: number): Promise<Buffer | 'too-large'> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limitBytes) chunks.length = 0;
    else chunks.push(chunk);
  }
  return size > limitBytes ? 'too-large' : Buffer.concat(chunks);
}
