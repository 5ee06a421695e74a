import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import pMap from 'p-map';
import { promptly } from '../data/aws-calls.ts';
import { grouped } from './grouped.ts';

/** SQS' limit for a message, and for a batch of them, with room for what is around them. */
export const largestMessage = 256 * 1024 - 4 * 1024;
export const messagesToABatch = 10;
const batchesAtOnce = 10;

/** A queue, as those see it who send to it. */
export const createQueue = (url: string, client = new SQSClient(promptly)) => ({
  /** Ten messages to a batch, and batches side by side. @throws when the queue did not take all of them */
  send: async (bodies: readonly string[], { delaySeconds = 0 } = {}): Promise<void> => {
    await pMap(
      grouped(bodies, { bytes: largestMessage, count: messagesToABatch }),
      async (batch) => {
        const Entries = batch.map((MessageBody, i) => ({
          Id: String(i),
          MessageBody,
          ...(delaySeconds > 0 && { DelaySeconds: delaySeconds }),
        }));
        const { Failed = [] } = await client.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
        if (Failed.length > 0) throw new Error(`The queue refused ${Failed.length} of ${batch.length} messages.`);
      },
      { concurrency: batchesAtOnce },
    );
  },
});
export type Queue = ReturnType<typeof createQueue>;
