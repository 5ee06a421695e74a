import { describe, expect, it } from 'vitest';
import { withEngines } from './engines.ts';
import {
  aCloud,
  aFunction,
  aMapping,
  aQueue,
  aTable,
  fail,
  functionArn,
  messagesIn,
  put,
  queueArn,
  type StreamEvent,
  sortKeys,
  unique,
} from './given.ts';

const engines = withEngines();

describe('a stream with a function', () => {
  it('hands over records as Lambda shapes them', async () => {
    const table = await aTable(engines);
    const mapping = aMapping(table.streamArn ?? '');
    const cloud = await aCloud<StreamEvent>(engines, { tables: [table], eventSources: [mapping] });

    await put(engines, table, 'a', '1', { n: { N: '1' } });
    await put(engines, table, 'a', '1', { n: { N: '2' } });
    await engines.dynamodb('DeleteItem', { TableName: table.name, Key: { PK: { S: 'a' }, SK: { S: '1' } } });
    await cloud.settled();

    const records = cloud.invocations.flatMap(({ event }) => event.Records);
    expect(records.map(({ eventName }) => eventName)).toEqual(['INSERT', 'MODIFY', 'REMOVE']);
    expect(records[1]).toEqual({
      eventID: expect.stringMatching(/^[0-9a-f]{32}$/),
      eventName: 'MODIFY',
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      awsRegion: 'us-east-1',
      dynamodb: {
        ApproximateCreationDateTime: expect.any(Number),
        Keys: { PK: { S: 'a' }, SK: { S: '1' } },
        OldImage: { PK: { S: 'a' }, SK: { S: '1' }, n: { N: '1' } },
        NewImage: { PK: { S: 'a' }, SK: { S: '1' }, n: { N: '2' } },
        SequenceNumber: expect.stringMatching(/^\d{21}$/),
        SizeBytes: expect.any(Number),
        StreamViewType: 'NEW_AND_OLD_IMAGES',
      },
      eventSourceARN: table.streamArn,
    });
  });

  it('reads everything from TRIM_HORIZON and only what is new from LATEST', async () => {
    const table = await aTable(engines);
    await put(engines, table, 'a', 'before');
    const cloud = await aCloud<StreamEvent>(engines, {
      tables: [table],
      eventSources: [
        aMapping(table.streamArn ?? '', { functionArn: functionArn('all'), startingPosition: 'TRIM_HORIZON' }),
        aMapping(table.streamArn ?? '', { functionArn: functionArn('new') }),
      ],
    });

    await put(engines, table, 'a', 'after');
    await cloud.settled();

    const seenBy = (name: string) =>
      cloud.invocations
        .filter((each) => each.functionArn === functionArn(name))
        .flatMap(({ event }) => sortKeys(event));
    expect(seenBy('all')).toEqual(['before', 'after']);
    expect(seenBy('new')).toEqual(['after']);
  });

  it('passes over what no filter takes', async () => {
    const table = await aTable(engines);
    const filters = [
      { eventName: ['INSERT'], dynamodb: { Keys: { SK: { S: [{ prefix: 'MSG#' }] } } } },
      { dynamodb: { NewImage: { urgent: { BOOL: [true] } } } },
    ];
    const cloud = await aCloud<StreamEvent>(engines, {
      tables: [table],
      eventSources: [aMapping(table.streamArn ?? '', { filters })],
    });

    await put(engines, table, 'a', 'MSG#1');
    await put(engines, table, 'a', 'META');
    await put(engines, table, 'a', 'MSG#1', { edited: { BOOL: true } });
    await put(engines, table, 'a', 'META', { urgent: { BOOL: true } });
    await cloud.settled();

    expect(cloud.invocations.flatMap(({ event }) => sortKeys(event))).toEqual(['MSG#1', 'META']);
  });

  it('fills batches up to their size, one after the other', async () => {
    const table = await aTable(engines);
    for (let n = 1; n <= 7; n += 1) await put(engines, table, 'a', String(n));
    let running = 0;
    const cloud = await aCloud<StreamEvent>(
      engines,
      {
        tables: [table],
        eventSources: [aMapping(table.streamArn ?? '', { batchSize: 3, startingPosition: 'TRIM_HORIZON' })],
      },
      async () => {
        running += 1;
        await new Promise(setImmediate);
        expect(running).toBe(1);
        running -= 1;
      },
    );
    await cloud.settled();

    expect(cloud.invocations.map(({ event }) => sortKeys(event))).toEqual([['1', '2', '3'], ['4', '5', '6'], ['7']]);
  });

  it('waits for its window to gather a batch', async () => {
    const table = await aTable(engines);
    const mapping = aMapping(table.streamArn ?? '', { batchSize: 3, batchWindowSeconds: 300 });
    const cloud = await aCloud<StreamEvent>(engines, { tables: [table], eventSources: [mapping] });

    for (const sk of ['1', '2', '3']) await put(engines, table, 'a', sk);
    await cloud.settled();

    expect(cloud.invocations.map(({ event }) => sortKeys(event))).toEqual([['1', '2', '3']]);
  });

  it('runs lanes side by side and keeps the order of each partition key', async () => {
    const table = await aTable(engines);
    const mapping = aMapping(table.streamArn ?? '', {
      batchSize: 2,
      parallelizationFactor: 4,
      startingPosition: 'TRIM_HORIZON',
    });
    for (let n = 10; n < 30; n += 1)
      for (const pk of ['a', 'b', 'c', 'd', 'e']) await put(engines, table, pk, String(n));
    let running = 0;
    let most = 0;
    const cloud = await aCloud<StreamEvent>(engines, { tables: [table], eventSources: [mapping] }, async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise(setImmediate);
      running -= 1;
    });
    await cloud.settled();

    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(4);
    const records = cloud.invocations.flatMap(({ event }) => event.Records);
    expect(records).toHaveLength(100);
    for (const pk of ['a', 'b', 'c', 'd', 'e']) {
      const own = records
        .filter(({ dynamodb }) => dynamodb.Keys?.PK?.S === pk)
        .map(({ dynamodb }) => dynamodb.Keys?.SK?.S);
      expect(own).toEqual(Array.from({ length: 20 }, (_, n) => String(n + 10)));
    }
  });
});

describe('a stream with a function that fails', () => {
  it('tries the same batch again and lets nothing overtake it', async () => {
    const table = await aTable(engines);
    const mapping = aMapping(table.streamArn ?? '', { batchSize: 2, startingPosition: 'TRIM_HORIZON' });
    for (const sk of ['1', '2', '3']) await put(engines, table, 'a', sk);
    const cloud = await aCloud<StreamEvent>(engines, { tables: [table], eventSources: [mapping] }, (_, nth) =>
      nth <= 3 ? fail() : undefined,
    );
    await cloud.settled();

    expect(cloud.invocations.map(({ event }) => sortKeys(event))).toEqual([
      ['1', '2'],
      ['1', '2'],
      ['1', '2'],
      ['1', '2'],
      ['3'],
    ]);
  });

  it('bisects until the one poisonous record is alone, and loses that one only', async () => {
    const table = await aTable(engines);
    const queue = unique('failed');
    const mapping = aMapping(table.streamArn ?? '', {
      bisectOnError: true,
      maximumRetryAttempts: 1,
      onFailureArn: queueArn(queue),
      startingPosition: 'TRIM_HORIZON',
    });
    for (let n = 0; n < 8; n += 1) await put(engines, table, 'a', String(n));
    const taken: unknown[] = [];
    const model = { tables: [table], queues: [aQueue(queue)], eventSources: [mapping] };
    const cloud = await aCloud<StreamEvent>(engines, model, (event) => {
      if (sortKeys(event).includes('5')) fail();
      taken.push(...sortKeys(event));
    });
    await cloud.settled();

    expect(taken).toEqual(['0', '1', '2', '3', '4', '6', '7']);
    expect(
      cloud.invocations.filter(({ event }) => event.Records.length === 1 && sortKeys(event)[0] === '5'),
    ).toHaveLength(2);
    expect(messagesIn(engines, queue)).toHaveLength(1);
  });

  it('resumes at the first record that a partial response names', async () => {
    const table = await aTable(engines);
    const mapping = aMapping(table.streamArn ?? '', { partialBatchResponses: true, startingPosition: 'TRIM_HORIZON' });
    for (const sk of ['1', '2', '3', '4']) await put(engines, table, 'a', sk);
    const cloud = await aCloud<StreamEvent>(engines, { tables: [table], eventSources: [mapping] }, (event, nth) => {
      const failed = nth === 1 ? event.Records.filter((_, index) => index >= 2).toReversed() : [];
      return { batchItemFailures: failed.map(({ dynamodb }) => ({ itemIdentifier: dynamodb.SequenceNumber })) };
    });
    await cloud.settled();

    expect(cloud.invocations.map(({ event }) => sortKeys(event))).toEqual([
      ['1', '2', '3', '4'],
      ['3', '4'],
    ]);
  });

  it.each([
    ['an empty identifier', { batchItemFailures: [{ itemIdentifier: '' }] }],
    ['a wrong key', { batchItemFailures: [{ sequenceNumber: '1' }] }],
    ['an identifier of no record', { batchItemFailures: [{ itemIdentifier: '42' }] }],
  ])('takes %s in a partial response for a failure of all', async (_, payload) => {
    const table = await aTable(engines);
    const mapping = aMapping(table.streamArn ?? '', { partialBatchResponses: true, startingPosition: 'TRIM_HORIZON' });
    await put(engines, table, 'a', '1');
    const cloud = await aCloud<StreamEvent>(engines, { tables: [table], eventSources: [mapping] }, (_event, nth) =>
      nth === 1 ? payload : undefined,
    );
    await cloud.settled();

    expect(cloud.invocations.map(({ event }) => sortKeys(event))).toEqual([['1'], ['1']]);
  });

  it('sends where the records are to the on-failure queue once the retries are used up', async () => {
    const table = await aTable(engines);
    const queue = unique('failed');
    const mapping = aMapping(table.streamArn ?? '', {
      maximumRetryAttempts: 2,
      onFailureArn: queueArn(queue),
      startingPosition: 'TRIM_HORIZON',
    });
    for (const sk of ['1', '2']) await put(engines, table, 'a', sk);
    const model = { tables: [table], queues: [aQueue(queue)], eventSources: [mapping] };
    const cloud = await aCloud<StreamEvent>(engines, model, () => fail());
    await cloud.settled();

    expect(cloud.invocations).toHaveLength(3);
    const records = cloud.invocations[0]?.event.Records ?? [];
    expect(JSON.parse(messagesIn(engines, queue)[0]?.body ?? '')).toEqual({
      requestContext: {
        requestId: expect.any(String),
        functionArn: functionArn('reader'),
        condition: 'RetryAttemptsExhausted',
        approximateInvokeCount: 3,
      },
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      version: '1.0',
      timestamp: expect.stringMatching(/Z$/),
      DDBStreamBatchInfo: {
        shardId: expect.any(String),
        startSequenceNumber: records[0]?.dynamodb.SequenceNumber,
        endSequenceNumber: records[1]?.dynamodb.SequenceNumber,
        approximateArrivalOfFirstRecord: expect.stringMatching(/:\d\dZ$/),
        approximateArrivalOfLastRecord: expect.stringMatching(/:\d\dZ$/),
        batchSize: 2,
        streamArn: table.streamArn,
      },
    });
  });

  it('gives records up that are over the maximum age', async () => {
    const table = await aTable(engines);
    const queue = unique('failed');
    const mapping = aMapping(table.streamArn ?? '', {
      maximumRecordAgeSeconds: 60,
      onFailureArn: queueArn(queue),
      startingPosition: 'TRIM_HORIZON',
    });
    await put(engines, table, 'a', '1');
    const later = { now: () => Date.now() + 62_000, sleep: async () => new Promise<void>(setImmediate) };
    const model = { tables: [table], queues: [aQueue(queue)], eventSources: [mapping] };
    const cloud = await aCloud<StreamEvent>(engines, model, undefined, { clock: later });
    await cloud.settled();

    expect(cloud.invocations).toEqual([]);
    const document = JSON.parse(messagesIn(engines, queue)[0]?.body ?? '');
    expect(document.requestContext.condition).toBe('RecordAgeExceeded');
  });

  it('uses up no retries and bisects nothing for a throttle', async () => {
    const table = await aTable(engines);
    const mapping = aMapping(table.streamArn ?? '', {
      maximumRetryAttempts: 0,
      bisectOnError: true,
      startingPosition: 'TRIM_HORIZON',
    });
    for (const sk of ['1', '2']) await put(engines, table, 'a', sk);
    const cloud = await aCloud<StreamEvent>(engines, { tables: [table], eventSources: [mapping] }, (_, nth) =>
      nth <= 2 ? fail('TooManyRequestsException') : undefined,
    );
    await cloud.settled();

    expect(cloud.invocations.map(({ event }) => sortKeys(event))).toEqual([
      ['1', '2'],
      ['1', '2'],
      ['1', '2'],
    ]);
  });

  it('holds up no other function of the same stream', async () => {
    const table = await aTable(engines);
    const stuck = aMapping(table.streamArn ?? '', { functionArn: functionArn('stuck') });
    const _cloud = await aCloud<StreamEvent>(
      engines,
      { tables: [table], eventSources: [stuck, aMapping(table.streamArn ?? '')] },
      (event, _nth, arn) => {
        if (arn === stuck.functionArn) fail();
        if (sortKeys(event).includes('2')) seen.resolve();
      },
    );
    const seen = Promise.withResolvers<void>();
    await put(engines, table, 'a', '1');
    await put(engines, table, 'a', '2');
    await seen.promise;
  });
});

describe('a stream under injected faults', () => {
  it('delivers a duplicated batch twice, in a row', async () => {
    const table = await aTable(engines);
    const mapping = aMapping(table.streamArn ?? '', { batchSize: 1, startingPosition: 'TRIM_HORIZON' });
    for (const sk of ['1', '2']) await put(engines, table, 'a', sk);
    const asked: string[] = [];
    const cloud = await aCloud<StreamEvent>(
      engines,
      { functions: [aFunction('reader', { name: 'Stream/reader' })], tables: [table], eventSources: [mapping] },
      undefined,
      {
        faults: {
          forCall: () => undefined,
          forBatch: (name) => ({ duplicate: asked.push(name) === 1, delayMs: 1 }),
          dropsSocket: () => false,
        },
      },
    );
    await cloud.settled();

    expect(cloud.invocations.map(({ event }) => sortKeys(event))).toEqual([['1'], ['1'], ['2']]);
    expect(asked).toEqual(['Stream/reader', 'Stream/reader']);
  });
});
