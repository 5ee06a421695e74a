import { mkdir } from 'node:fs/promises';
import type { FauxqsServer } from 'fauxqs';
import { StartError } from './start-error.ts';

/** An SQS that is up, without queues yet. */
export interface Sqs {
  /** `http://127.0.0.1:<port>` */
  endpoint: string;
  /** Bodies of what is in a queue, by who may see it; looking changes nothing. */
  inspect(queueName: string): { ready: string[]; delayed: string[]; inFlight: string[] };
  stop(): Promise<void>;
}

/** @param directory keeps messages between runs; without it they are gone after `stop` */
export async function startSqs(directory?: string): Promise<Sqs> {
  const { startFauxqs } = await import('fauxqs');
  let server: FauxqsServer;
  try {
    if (directory !== undefined) await mkdir(directory, { recursive: true });
    server = await startFauxqs({
      port: 0,
      host: '127.0.0.1',
      logger: false,
      ...(directory !== undefined && { dataDir: directory }),
    });
  } catch (error) {
    const begin = directory === undefined ? '' : '; `npm start -- --fresh` begins anew';
    throw new StartError(`The queues cannot be opened: ${(error as Error).message}${begin}.`);
  }
  return {
    endpoint: `http://127.0.0.1:${server.port}`,
    inspect: (queueName) => {
      const messages = server.inspectQueue(queueName)?.messages;
      return {
        ready: (messages?.ready ?? []).map(({ body }) => body),
        delayed: (messages?.delayed ?? []).map(({ body }) => body),
        inFlight: (messages?.inflight ?? []).map(({ message }) => message.body),
      };
    },
    stop: () => server.stop(),
  };
}
