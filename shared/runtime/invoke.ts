/** Lambda's Invoke, and the answer awaited: bare requests over kept-alive sockets, as connections.ts has it and for the same reasons. */
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { signerIn } from './signature.ts';

/** In UTF-16 units: a message of the largest size, in JSON that escapes all of it, is shorter. */
const longestAnswer = 1_000_000;

export const createInvoke = (environment = process.env) => {
  const { protocol, host, hostname, port } = new URL(
    environment.AWS_ENDPOINT_URL_LAMBDA ??
      environment.AWS_ENDPOINT_URL ??
      `https://lambda.${environment.AWS_REGION}.amazonaws.com`,
  );
  const transport = protocol === 'http:' ? http : https;
  const agent = new transport.Agent({ keepAlive: true });
  const sign = signerIn(environment, 'lambda');

  const request = (path: string, body: string, signal: AbortSignal): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const headers = sign({ host, method: 'POST', path, body, headers: { 'content-type': 'application/json' } });
      const outgoing = transport.request(
        { hostname, port, method: 'POST', path, agent, headers, signal },
        (answer) => void payloadOf(answer).then(resolve, reject),
      );
      outgoing.once('error', (error: NodeJS.ErrnoException) => {
        // The other side had closed a socket that was kept for long.
        if (outgoing.reusedSocket && error.code === 'ECONNRESET') resolve(request(path, body, signal));
        else reject(error);
      });
      outgoing.end(body);
    });

  /** @throws where it fails, is not answered in time, or answers what is no JSON */
  return (functionArn: string, event: unknown, timeoutMs: number): Promise<unknown> =>
    request(
      `/2015-03-31/functions/${encodeURIComponent(functionArn)}/invocations`,
      JSON.stringify(event),
      AbortSignal.timeout(timeoutMs),
    );
};
export type Invoke = ReturnType<typeof createInvoke>;

const payloadOf = async (answer: IncomingMessage): Promise<unknown> => {
  let text = '';
  for await (const chunk of answer.setEncoding('utf8')) {
    text += chunk;
    if (text.length > longestAnswer) throw new Error('The function answered too much.');
  }
  if (answer.statusCode !== 200) throw new Error(`Invoke answered ${answer.statusCode}.`);
  if (answer.headers['x-amz-function-error']) throw new Error('The function failed.');
  return JSON.parse(text);
};
