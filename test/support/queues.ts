import { setTimeout as pause } from 'node:timers/promises';
import { ListQueuesCommand, SetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Cloud } from '../../infra/local/cloud.ts';

export interface Queue {
  url: string;
  name: string;
}

export const areDeadLetters = ({ name }: Queue): boolean => /dead-?letters/i.test(name);

/** What was not taken comes back after so long: longer than it takes to start an instance on a busy machine. */
const hiddenSeconds = '3';

/** The cloud's queues, made quick: what was not taken comes back after seconds, and not after minutes. */
export const quickQueues = async (cloud: Cloud) => {
  const client = new SQSClient(cloud.clientConfig);
  const { QueueUrls = [] } = await client.send(new ListQueuesCommand({}));
  const queues: Queue[] = QueueUrls.map((url) => ({ url, name: url.split('/').at(-1) ?? '' }));
  for (const { url } of queues)
    await client.send(
      new SetQueueAttributesCommand({ QueueUrl: url, Attributes: { VisibilityTimeout: hiddenSeconds } }),
    );
  client.destroy();

  const isWaiting = ({ name }: Queue) => {
    const { ready, delayed, inFlight } = cloud.queue(name);
    // Whoever is online is watched by a message that is put off again and again.
    const awaited = delayed.filter((body) => !body.includes('"kind":"watch"'));
    return ready.length + awaited.length + inFlight.length > 0;
  };
  return {
    queues,
    /** Resolves when nothing is on its way any more, delayed messages and those that come back included. */
    rest: async (): Promise<void> => {
      await cloud.settled();
      while (queues.some((queue) => !areDeadLetters(queue) && isWaiting(queue))) {
        await pause(50);
        await cloud.settled();
      }
    },
  };
};
