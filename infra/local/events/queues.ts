import type { QueueModel } from '../model.ts';
import type { OnUse } from '../ports.ts';
import { awsJson, ServiceError } from './aws-json.ts';

export interface OutgoingMessage {
  body: string;
  /** String attributes. */
  attributes?: Record<string, string>;
  /** FIFO queues only. */
  groupId?: string;
}

export interface ReceivedMessage {
  MessageId: string;
  ReceiptHandle: string;
  MD5OfBody: string;
  Body: string;
  Attributes?: Record<string, string>;
  MessageAttributes?: Record<string, MessageAttribute>;
  MD5OfMessageAttributes?: string;
}

export interface MessageAttribute {
  DataType: string;
  StringValue?: string;
  BinaryValue?: string;
}

/** The queues of the local cloud by their ARNs, as the cloud itself uses them. */
export interface Queues {
  /** Makes every queue of the model, dead-letter queues first; those that are there keep their messages and get the attributes. */
  create(): Promise<void>;
  /** @throws ServiceError `QueueDoesNotExist` and what else SQS answers */
  send(queueArn: string, message: OutgoingMessage): Promise<void>;
  /** Waits for up to `waitSeconds` until there is something; at most 10 at a time. */
  receive(queueArn: string, limit: number, waitSeconds: number, signal: AbortSignal): Promise<ReceivedMessage[]>;
  delete(queueArn: string, receiptHandles: readonly string[]): Promise<void>;
}

export function sqsQueues(endpoint: string, models: readonly QueueModel[], onUse: OnUse = () => undefined): Queues {
  const sqs = awsJson(endpoint, 'sqs', 'AmazonSQS');
  const urls = new Map<string, string>();

  const urlOf = async (queueArn: string): Promise<string> => {
    const known = urls.get(queueArn);
    if (known !== undefined) return known;
    const { QueueUrl } = await sqs('GetQueueUrl', { QueueName: queueArn.split(':').at(-1) });
    urls.set(queueArn, String(QueueUrl));
    return String(QueueUrl);
  };

  const createQueue = async ({ arn, name, attributes }: QueueModel): Promise<void> => {
    try {
      const { QueueUrl } = await sqs('CreateQueue', { QueueName: name, Attributes: attributes });
      urls.set(arn, String(QueueUrl));
    } catch (error) {
      if (!(error instanceof ServiceError) || !error.name.includes('QueueNameExists')) throw error;
      const { FifoQueue: _, ...settable } = attributes;
      await sqs('SetQueueAttributes', { QueueUrl: await urlOf(arn), Attributes: settable });
    }
  };

  return {
    create: async () => {
      const redrives = (queue: QueueModel) => Number('RedrivePolicy' in queue.attributes);
      for (const queue of models.toSorted((a, b) => redrives(a) - redrives(b))) await createQueue(queue);
    },
    send: async (queueArn, { body, attributes = {}, groupId }) => {
      onUse(used(queueArn, Buffer.byteLength(body)));
      await sqs('SendMessage', {
        QueueUrl: await urlOf(queueArn),
        MessageBody: body,
        MessageAttributes: Object.fromEntries(
          Object.entries(attributes).map(([name, value]) => [name, { DataType: 'String', StringValue: value }]),
        ),
        ...(groupId !== undefined && { MessageGroupId: groupId }),
      });
    },
    receive: async (queueArn, limit, waitSeconds, signal) => {
      const input = {
        QueueUrl: await urlOf(queueArn),
        MaxNumberOfMessages: Math.min(limit, 10),
        WaitTimeSeconds: waitSeconds,
        MessageSystemAttributeNames: ['All'],
        MessageAttributeNames: ['All'],
      };
      const { Messages } = await sqs('ReceiveMessage', input, signal);
      const received = (Messages ?? []) as ReceivedMessage[];
      // How often it is asked in vain is a matter of time, not of what happens.
      if (received.length > 0) {
        const bytes = received.reduce((sum, { Body }) => sum + Buffer.byteLength(Body), 0);
        onUse(used(queueArn, bytes));
      }
      return received;
    },
    delete: async (queueArn, receiptHandles) => {
      for (let start = 0; start < receiptHandles.length; start += 10) {
        const some = receiptHandles.slice(start, start + 10);
        onUse(used(queueArn, 0));
        await sqs('DeleteMessageBatch', {
          QueueUrl: await urlOf(queueArn),
          Entries: some.map((ReceiptHandle, index) => ({ Id: String(index), ReceiptHandle })),
        });
      }
    },
  };
}

const used = (queueArn: string, bytes: number) =>
  ({ kind: 'queue', queue: queueArn.split(':').at(-1) ?? '', bytes }) as const;
