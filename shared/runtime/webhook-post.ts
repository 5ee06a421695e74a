/** One request to an endpoint, in a bounded time. */
import type { IncomingMessage } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { WebhookAttempt } from '../protocol/webhook.ts';
import { postPinned } from './pinned-post.ts';
import { RefusedAddress, type Resolve } from './webhook-addresses.ts';

export interface Posted extends Pick<WebhookAttempt, 'outcome' | 'statusCode' | 'latencyMs' | 'responseBody'> {
  retryAfter: string | undefined;
}

interface Options {
  allowLocal: boolean;
  timeoutMs: number;
  resolve: Resolve;
}

const longestBody = 2 * 1024;
/** The status has said what became of it: for its body nobody waits long. */
const bodyPatienceMs = 1_000;

/** Never throws: what fails is an outcome too. */
export const createWebhookPost =
  ({ allowLocal, timeoutMs, resolve }: Options) =>
  async (address: string, body: string, headers: Record<string, string>): Promise<Posted> => {
    const began = performance.now();
    const deadline = AbortSignal.timeout(timeoutMs);
    const posted = (
      outcome: Posted['outcome'],
      answer: Partial<Pick<Posted, 'statusCode' | 'responseBody' | 'retryAfter'>> = {},
    ): Posted => ({
      statusCode: null,
      responseBody: null,
      retryAfter: undefined,
      ...answer,
      outcome,
      latencyMs: Math.round(performance.now() - began),
    });
    try {
      const response = await postPinned(address, { body, headers, signal: deadline, allowLocal, resolve });
      const statusCode = response.statusCode ?? 0;
      const outcome = statusCode >= 200 && statusCode < 300 ? 'delivered' : 'bad_status';
      const told = posted(outcome, { statusCode, retryAfter: response.headers['retry-after'] });
      return { ...told, responseBody: await beginningOf(response) };
    } catch (error) {
      if (error instanceof RefusedAddress) return posted('address_refused');
      return posted(deadline.aborted ? 'timeout' : 'connection_failed');
    }
  };
export type WebhookPost = ReturnType<typeof createWebhookPost>;

/** The first 2 KB of what an endpoint answers, as text, as far as that comes soon. The rest is not read. */
const beginningOf = async (response: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  let length = 0;
  const read = async () => {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      length += chunk.length;
      if (length >= longestBody) return;
    }
  };
  const patience = new AbortController();
  await Promise.race([
    // What breaks off is as long as it is.
    read().catch(() => undefined),
    pause(bodyPatienceMs, undefined, { signal: patience.signal }).catch(() => undefined),
  ]);
  patience.abort();
  response.on('error', () => undefined);
  response.destroy();
  const text = new TextDecoder().decode(Buffer.concat(chunks).subarray(0, longestBody), { stream: true });
  return text.toWellFormed();
};
