import { z } from 'zod';
import type { QueueModel } from '../model.ts';
import { resourcePolicyDocument } from './policies.ts';
import type { Resource, Resources } from './resources.ts';
import { ignoring, text } from './scalars.ts';

const redrive = z.union([z.record(z.string(), z.unknown()).transform((value) => JSON.stringify(value)), z.string()]);

const queueProperties = z.strictObject({
  DelaySeconds: text.optional(),
  MaximumMessageSize: text.optional(),
  MessageRetentionPeriod: text.optional(),
  ReceiveMessageWaitTimeSeconds: text.optional(),
  VisibilityTimeout: text.optional(),
  FifoQueue: text.optional(),
  ContentBasedDeduplication: text.optional(),
  DeduplicationScope: text.optional(),
  FifoThroughputLimit: text.optional(),
  RedrivePolicy: redrive.optional(),
  RedriveAllowPolicy: redrive.optional(),
  ...ignoring('QueueName', 'KmsMasterKeyId', 'KmsDataKeyReusePeriodSeconds', 'SqsManagedSseEnabled', 'Tags'),
});

const policyProperties = z.strictObject({ Queues: z.array(text), PolicyDocument: resourcePolicyDocument });

function read(resource: Resource): QueueModel {
  const properties = resource.read(queueProperties);
  return {
    logicalId: resource.logicalId,
    name: resource.attribute('QueueName'),
    arn: resource.attribute('Arn'),
    attributes: Object.fromEntries(
      Object.entries(properties).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    ),
  };
}

export function readQueues(resources: Resources): QueueModel[] {
  return resources.ofType('AWS::SQS::Queue').map(read);
}

/** Which services each queue, by its ARN, takes messages from. Conditions on the source are taken as met. */
export function readQueueSenders(resources: Resources): Map<string, Set<string>> {
  const arns = new Map(resources.ofType('AWS::SQS::Queue').map((queue) => [queue.ref, queue.attribute('Arn')]));
  const senders = new Map<string, Set<string>>();
  for (const resource of resources.ofType('AWS::SQS::QueuePolicy')) {
    const { Queues, PolicyDocument } = resource.read(policyProperties);
    for (const queue of Queues) {
      const arn = arns.get(queue) ?? '';
      const allowed = senders.get(arn) ?? new Set();
      senders.set(arn, allowed);
      for (const { Effect, Action, Principal } of PolicyDocument.Statement) {
        if (Effect !== 'Allow' || !Action.some((action) => ['sqs:*', 'sqs:SendMessage', '*'].includes(action)))
          continue;
        for (const service of typeof Principal === 'string' ? [Principal] : (Principal.Service ?? [])) {
          allowed.add(service);
        }
      }
    }
  }
  return senders;
}
