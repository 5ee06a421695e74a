import { startFauxqs } from 'fauxqs';
import { describe, expect, it } from 'vitest';
import { sqsQueues } from '../../../../infra/local/events/queues.ts';
import { withEngines } from './engines.ts';
import { aCloud, aMapping, aQueue, bodies, fail, messagesIn, type QueueEvent, queueArn, unique } from './given.ts';

const engines = withEngines();

/** A queue with a function, and what they need. */
const aQueueWith = (mapping: Parameters<typeof aMapping>[1] = {}, attributes: Record<string, string> = {}) => {
  const name = unique('queue');
  const eventSources = [aMapping(queueArn(name), { batchSize: 10, ...mapping })];
  return { name, model: { queues: [aQueue(name, attributes)], eventSources } };
};

describe('a queue with a function', () => {
  it('hands over messages as Lambda shapes them, and deletes them', async () => {
    const { name, model } = aQueueWith();
    const cloud = await aCloud<QueueEvent>(engines, model);
    engines.sqs.sendMessage(name, 'hello', {
      messageAttributes: { kind: { DataType: 'String', StringValue: 'greeting' } },
    });
    await cloud.settled();

    expect(cloud.invocations[0]?.event.Records).toEqual([
      {
        messageId: expect.any(String),
        receiptHandle: expect.any(String),
        body: 'hello',
        attributes: {
          ApproximateReceiveCount: '1',
          SentTimestamp: expect.any(String),
          SenderId: expect.any(String),
          ApproximateFirstReceiveTimestamp: expect.any(String),
        },
        messageAttributes: {
          kind: { stringValue: 'greeting', stringListValues: [], binaryListValues: [], dataType: 'String' },
        },
        md5OfMessageAttributes: expect.any(String),
        md5OfBody: '5d41402abc4b2a76b9719d911017c592',
        eventSource: 'aws:sqs',
        eventSourceARN: queueArn(name),
        awsRegion: 'us-east-1',
      },
    ]);
    expect(messagesIn(engines, name)).toEqual([]);
  });

  it('looks into JSON bodies with a filter and deletes what it leaves out', async () => {
    const { name, model } = aQueueWith({ filters: [{ body: { kind: ['wanted'] } }] });
    const cloud = await aCloud<QueueEvent>(engines, model);
    for (const body of ['{"kind":"wanted"}', '{"kind":"other"}', 'no JSON']) engines.sqs.sendMessage(name, body);
    await cloud.settled();

    expect(cloud.invocations.flatMap(({ event }) => bodies(event))).toEqual(['{"kind":"wanted"}']);
    expect(messagesIn(engines, name)).toEqual([]);
  });

  it('compares whole texts where the filter has no object', async () => {
    const { name, model } = aQueueWith({ filters: [{ body: ['yes'] }] });
    const cloud = await aCloud<QueueEvent>(engines, model);
    for (const body of ['yes', '{"a":"yes"}']) engines.sqs.sendMessage(name, body);
    await cloud.settled();

    expect(cloud.invocations.flatMap(({ event }) => bodies(event))).toEqual(['yes']);
  });

  it('gathers a batch of more than ten within its window', async () => {
    const { name, model } = aQueueWith({ batchSize: 25, batchWindowSeconds: 300 });
    const cloud = await aCloud<QueueEvent>(engines, model);
    for (let n = 0; n < 25; n += 1) engines.sqs.sendMessage(name, String(n));
    await cloud.settled();

    expect(cloud.invocations.map(({ event }) => event.Records.length)).toEqual([25]);
  });

  it('hands over at the end of the window what came within it', async () => {
    const { name, model } = aQueueWith({ batchSize: 100, batchWindowSeconds: 1 });
    const cloud = await aCloud<QueueEvent>(engines, model);
    for (let n = 0; n < 15; n += 1) engines.sqs.sendMessage(name, String(n));
    await cloud.settled();

    expect(cloud.invocations.map(({ event }) => event.Records.length)).toEqual([15]);
  });

  it('gathers no longer than the cloud is told to', async () => {
    const { name, model } = aQueueWith({ batchSize: 100, batchWindowSeconds: 300 });
    const cloud = await aCloud<QueueEvent>(engines, model, undefined, { longestBatchWindowMs: 50 });
    for (let n = 0; n < 15; n += 1) engines.sqs.sendMessage(name, String(n));
    await cloud.settled();

    expect(cloud.invocations.map(({ event }) => event.Records.length)).toEqual([15]);
  });

  it('gives a failed batch again after the visibility timeout', async () => {
    const { name, model } = aQueueWith({}, { VisibilityTimeout: '1' });
    const cloud = await aCloud<QueueEvent>(engines, model, (_, nth) => (nth === 1 ? fail() : undefined));
    engines.sqs.sendMessage(name, 'hello');
    await cloud.settled();

    expect(cloud.invocations.map(({ event }) => event.Records[0]?.attributes.ApproximateReceiveCount)).toEqual([
      '1',
      '2',
    ]);
  });

  it('moves a message to the dead-letter queue after its last receive', async () => {
    const dead = unique('dead');
    const redrive = JSON.stringify({ deadLetterTargetArn: queueArn(dead), maxReceiveCount: 1 });
    const { name, model } = aQueueWith({}, { VisibilityTimeout: '1', RedrivePolicy: redrive });
    const cloud = await aCloud<QueueEvent>(engines, { ...model, queues: [...model.queues, aQueue(dead)] }, () =>
      fail(),
    );
    engines.sqs.sendMessage(name, 'poison');
    await cloud.settled();

    expect(cloud.invocations).toHaveLength(1);
    expect(messagesIn(engines, dead).map(({ body }) => body)).toEqual(['poison']);
  });

  it('gives only those again that a partial response names', async () => {
    const { name, model } = aQueueWith({ partialBatchResponses: true }, { VisibilityTimeout: '1' });
    const queues = sqsQueues(engines.sqsEndpoint, model.queues);
    await queues.create();
    for (const body of ['a', 'b', 'c']) engines.sqs.sendMessage(name, body);
    const cloud = await aCloud<QueueEvent>(engines, model, ({ Records }, nth) => ({
      batchItemFailures: nth > 1 ? [] : Records.slice(1, 2).map(({ messageId }) => ({ itemIdentifier: messageId })),
    }));
    await cloud.settled();

    expect(cloud.invocations.map(({ event }) => bodies(event))).toEqual([['a', 'b', 'c'], ['b']]);
  });

  it('works on no more batches at once than the mapping allows', async () => {
    const { name, model } = aQueueWith({ batchSize: 1, maximumConcurrency: 2 });
    let running = 0;
    let most = 0;
    const both = Promise.withResolvers<void>();
    const cloud = await aCloud<QueueEvent>(engines, model, async () => {
      running += 1;
      most = Math.max(most, running);
      if (running === 2) both.resolve();
      await both.promise;
      await new Promise(setImmediate);
      running -= 1;
    });
    for (let n = 0; n < 8; n += 1) engines.sqs.sendMessage(name, String(n));
    await cloud.settled();

    expect(cloud.invocations).toHaveLength(8);
    expect(most).toBe(2);
  });

  it('keeps the order within a group of a FIFO queue', async () => {
    const name = `${unique('queue')}.fifo`;
    const model = {
      queues: [aQueue(name, { FifoQueue: 'true', ContentBasedDeduplication: 'true' })],
      eventSources: [aMapping(queueArn(name), { batchSize: 2 })],
    };
    const cloud = await aCloud<QueueEvent>(engines, model, () => new Promise(setImmediate));
    for (let n = 0; n < 9; n += 1) engines.sqs.sendMessage(name, String(n), { messageGroupId: 'one' });
    await cloud.settled();

    expect(cloud.invocations.flatMap(({ event }) => bodies(event))).toEqual([
      '0',
      '1',
      '2',
      '3',
      '4',
      '5',
      '6',
      '7',
      '8',
    ]);
  });

  it('hands a duplicated batch over twice', async () => {
    const { name, model } = aQueueWith();
    const cloud = await aCloud<QueueEvent>(engines, model, undefined, {
      faults: { forCall: () => undefined, forBatch: () => ({ duplicate: true, delayMs: 0 }), dropsSocket: () => false },
    });
    engines.sqs.sendMessage(name, 'hello');
    await cloud.settled();

    expect(cloud.invocations.map(({ event }) => bodies(event))).toEqual([['hello'], ['hello']]);
  });
});

it('makes the queues anew over a kept store, with new attributes and the old messages', async () => {
  const start = () => startFauxqs({ port: 0, logger: false, dataDir: engines.folder });
  const first = await start();
  await sqsQueues(`http://127.0.0.1:${first.port}`, [aQueue('kept', { VisibilityTimeout: '30' })]).create();
  first.sendMessage('kept', 'hello');
  await first.stop();

  const second = await start();
  await sqsQueues(`http://127.0.0.1:${second.port}`, [aQueue('kept', { VisibilityTimeout: '60' })]).create();
  const kept = second.inspectQueue('kept');
  await second.stop();

  expect(kept?.attributes).toMatchObject({ VisibilityTimeout: '60' });
  expect(kept?.messages.ready.map(({ body }) => body)).toEqual(['hello']);
});
