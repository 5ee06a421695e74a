/** Hands a call on to the engine that answers it, over sockets that are kept alive. */
import http from 'node:http';

interface Forwarded {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: Buffer;
}

export interface Forwarder {
  /** @param signal gives up the call */
  send(target: string, body: string | Buffer, version: '1.0' | '1.1', signal?: AbortSignal): Promise<Forwarded>;
  close(): void;
}

/**
 * The engines get a signature of the local cloud's own: they need one to be there, and none of them verifies it. An
 * instance's key would make DynamoDB Local open a database per instance.
 */
const signed = (service: string) => ({
  authorization: `AWS4-HMAC-SHA256 Credential=local/20200101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`,
  'x-amz-date': '20200101T000000Z',
});

/** @param endpoint asked at every call, since an engine may start after this */
export const createForwarder = (endpoint: () => string, service: string): Forwarder => {
  const agent = new http.Agent({ keepAlive: true, scheduling: 'lifo' });
  const signature = signed(service);
  let base: { from: string; hostname: string; port: string } | undefined;
  const address = () => {
    const from = endpoint();
    if (base?.from !== from) {
      const { hostname, port } = new URL(from);
      base = { from, hostname, port };
    }
    return base;
  };

  const send: Forwarder['send'] = (target, body, version, signal) =>
    new Promise((resolve, reject) => {
      const { hostname, port } = address();
      const headers = {
        ...signature,
        'content-type': `application/x-amz-json-${version}`,
        'content-length': Buffer.byteLength(body),
        'x-amz-target': target,
      };
      const options = { agent, hostname, port, method: 'POST', path: '/', headers, ...(signal && { signal }) };
      const request = http.request(options, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const [only] = chunks;
          const whole = only && chunks.length === 1 ? only : Buffer.concat(chunks);
          resolve({ status: response.statusCode ?? 500, headers: response.headers, body: whole });
        });
      });
      request.on('error', (error: NodeJS.ErrnoException) => {
        // The engine closed an idle socket just as it was taken up again: it has not seen the request.
        if (request.reusedSocket && ['ECONNRESET', 'EPIPE'].includes(error.code ?? ''))
          resolve(send(target, body, version, signal));
        else reject(error);
      });
      request.end(body);
    });

  return { send, close: () => agent.destroy() };
};
