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

/**
 * fauxqs 2.4.1 takes the halves of a character beyond the first plane, such as an emoji, for characters that SQS refuses. SQS takes
 * such characters.
 */
const takeEmoji = async (): Promise<void> => {
  const types = new URL('./sqs/sqsTypes.js', import.meta.resolve('fauxqs'));
  const { INVALID_MESSAGE_BODY_CHAR: refused }: { INVALID_MESSAGE_BODY_CHAR: RegExp } = await import(types.href);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those that SQS takes
  const beyondSqs = /[^\x09\x0A\x0D\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;
  refused.test = (body) => beyondSqs.test(body);
};

/** @param directory keeps messages between runs; without it they are gone after `stop` */
export async function startSqs(directory?: string): Promise<Sqs> {
  const { startFauxqs } = await import('fauxqs');
  await takeEmoji();
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
